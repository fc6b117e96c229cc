"""Sentences about reconstructions and samples, computed from the tables; the worst come first."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, OUTCOMES, UNDECIDED, WORSE, Finding
from pspflow.evaluation.copies import BLOCKS, NEAREST_SHARE
from pspflow.studies.latent.evaluation import connectivity, sampled
from pspflow.studies.latent.evaluation.made_images import FITTED, INDEPENDENT, PCA, PRINTED
from pspflow.studies.latent.evaluation.reconstructed import MSE, R2, SSIM, TWO_POINT
from pspflow.studies.latent.evaluation.results import FAR_SHOWN, Results, far, listed, shown
from pspflow.studies.latent.names import GANS, POTTS_NAMES

SIGNS: Final = {MSE: -1, SSIM: 1, TWO_POINT: -1}
"""Sign of the difference to a worse model."""
DISTANCES: Final = (sampled.TWO_POINT, sampled.GREY, sampled.LIGHT, sampled.KID)
SAMPLE_SIGNS: Final = {
    **dict.fromkeys(DISTANCES, -1),
    sampled.COVERAGE: 1,
    sampled.PRECISION: 1,
    sampled.RECALL: 1,
}
LINES: Final = (connectivity.ENDS, connectivity.CELLS)
RULER: Final = (sampled.REAL_TRAINING, "")
REAL: Final = (sampled.REAL_TEST, "")


def findings(results: Results) -> tuple[str, ...]:
    """Say in sentences what the tables show; details are in the tables."""
    said = [_farther(results), _copies(results), *_reconstructions(results), *_fitted(results)]
    for dataset in results.datasets:
        said += [*_connected(results, dataset), *_collapse(results, dataset)]
    return tuple(each.text for each in sorted(said, key=lambda each: each.outcome))


def outcome(row: pd.Series, name: str, sign: int) -> int:
    """Judge a difference by its interval; that of a better set has this sign."""
    if pd.isna(row[f"{name}_low"]) or row[f"{name}_low"] <= 0 <= row[f"{name}_high"]:
        return UNDECIDED
    return BETTER if row[name] * sign > 0 else WORSE


def _farther(results: Results) -> Finding:
    """Count sets of samples that are farther from real images than real training images are."""
    by_share: dict[str, list[str]] = {"by all": [], "by some": [], "by none": []}
    # one sample of material gives no interval
    unknown = [each for each in results.datasets if not results.resampled(each)]
    for dataset in (each for each in results.datasets if each not in unknown):
        for made in results.sets(dataset):
            if made[0] == PCA:
                continue
            count, known = _farther_by(results, dataset, made)
            share = "by none" if not count else "by all" if count == known else "by some"
            named = f"{'/'.join(made)} of {results.called(dataset)}"
            by_share[share].append(f"{named} ({count} of {known})" if share == "by some" else named)
    everything = sum(map(len, by_share.values()))
    rest = [
        f"{share}: {listed(each)}"
        for share, each in list(by_share.items())[1:]
        if each and len(each) < everything
    ]
    untold = ""
    if unknown:
        named = listed([results.called(each) for each in unknown])
        untold = f" Of {named} it cannot be told, since one sample of material gives no interval."
    return Finding(
        WORSE if by_share["by all"] or by_share["by some"] else BETTER,
        f"{len(by_share['by all'])} of {everything} sets of samples of networks are farther from "
        "real test images than real training images are, by all distances and with intervals that "
        f"do not overlap (two-point, grey levels, KID{_light(results)})"
        f"{'; ' if rest else ''}{'; '.join(rest)}.{untold}",
    )


def _light(results: Results) -> str:
    there = set(results.datasets) & set(sampled.TWO_PHASE)
    return "; of binary fields the light fraction too" if there else ""


def _farther_by(results: Results, dataset: str, made: tuple[str, str]) -> tuple[int, int]:
    """Count the distances by which a set is farther than the ruler, and those that are known."""
    count = known = 0
    for name in DISTANCES:
        row, ruler = (results.sampled(dataset, each, name) for each in (made, RULER))
        if row is not None and ruler is not None:
            known += 1
            count += bool(row["low"] > ruler["high"])
    return count, known


def _fitted(results: Results) -> Iterator[Finding]:
    """Count where fitted latents are better than independent ones, measure by measure."""
    outcomes: dict[str, list[int]] = {name: [] for name in SAMPLE_SIGNS}
    networks = without = 0
    for dataset in results.datasets:
        for made in results.sets(dataset):
            if made[1] != FITTED or made[0] == PCA or (dataset, made[0]) in results.stuck:
                continue
            networks += 1
            for name, sign in SAMPLE_SIGNS.items():
                row = results.sampled(dataset, made, name)
                other = results.sampled(dataset, (made[0], INDEPENDENT), name)
                if row is None or other is None or not row["beside"]:
                    continue
                if far(row) or far(other):  # such a number says nothing
                    without += 1
                else:
                    outcomes[name].append(outcome(row, "less", sign))
    told = {name: (each.count(WORSE), each.count(BETTER)) for name, each in outcomes.items()}
    decided = [f"{n[0]} worse and {n[1]} better by {name}" for name, n in told.items() if any(n)]
    if networks:
        worse = any(more > less for more, less in told.values())
        skipped = f" KID is left out of {without}, where it is {FAR_SHOWN}." if without else ""
        yield Finding(
            WORSE if worse else BETTER if decided else UNDECIDED,
            f"{', '.join(decided) or '0 decided'}: samples of {networks} networks that are not "
            "stuck, latents from a fitted density in place of independent ones; for the others, "
            f"and by all other measures, intervals of the difference include 0.{skipped}",
        )


def _reconstructions(results: Results) -> Iterator[Finding]:
    """Say how much of held-out images the report's networks return, and PCA of the same size."""
    explained, against, words = [], {}, ""
    for dataset in results.datasets:
        rows = {name: results.reconstructed(dataset, PRINTED, name) for name in (*SIGNS, R2)}
        known = {name: row for name, row in rows.items() if row is not None}
        if R2 not in known:
            continue
        stuck = ", stuck" if (dataset, PRINTED) in results.stuck else ""
        explained.append(f"{shown(known[R2])} of {results.called(dataset)}{stuck}")
        against[dataset] = {
            name: outcome(known[name], "less_pca", sign) for name, sign in SIGNS.items()
        }
        if dataset == "gaussian_smooth" and results.has_all_components(dataset):
            words = (
                " PCA is the optimum for smooth Gaussian fields: being beaten by it is expected."
            )
    if not explained:
        return
    yield Finding(
        UNDECIDED,
        f"{'; '.join(explained)}: R² of reconstructions of held-out images by printed.",
    )
    groups: dict[str, list[str]] = {}
    for dataset, outcomes in sorted(against.items(), key=lambda each: min(each[1].values())):
        groups.setdefault(_judged(outcomes), []).append(results.called(dataset))
    each = [f"{said}: {listed(names)}" for said, names in groups.items()]
    found = [each for outcomes in against.values() for each in outcomes.values()]
    yield Finding(
        min(found),
        f"{counted(found)} of {len(found)} (MSE, SSIM and two-point distance by dataset): "
        f"reconstructions by printed against those by PCA; {'; '.join(each)}.{words}",
    )


def counted(outcomes: Collection[int]) -> str:
    """Count outcomes, worse first."""
    return ", ".join(f"{list(outcomes).count(kind)} {word}" for kind, word in OUTCOMES.items())


def _judged(outcomes: Mapping[str, int]) -> str:
    """Name the measures by what they decide, worse first."""
    words = {WORSE: "worse by", UNDECIDED: "undecided by", BETTER: "better by"}
    by_outcome = {
        word: [name for name, each in outcomes.items() if each == found]
        for found, word in words.items()
    }
    if len(set(outcomes.values())) == 1:
        return next(f"{word} all" for word, names in by_outcome.items() if names)
    return ", ".join(f"{word} {listed(names)}" for word, names in by_outcome.items() if names)


def _connected(results: Results, dataset: str) -> Iterator[Finding]:
    if dataset not in POTTS_NAMES:
        return
    real = [results.sampled(dataset, REAL, name) for name in LINES]
    stuck = [model for where, model in results.stuck if where == dataset]
    sets = [made for made in results.sets(dataset) if made[1] == INDEPENDENT]
    each, worst = [], BETTER
    for made in sets:
        if made[0] in stuck:  # the threshold of an even image finds lines in its noise
            worst = WORSE
            each.append(f"{made[0]} is stuck and draws none")
            continue
        rows = [results.sampled(dataset, made, name) for name in LINES]
        for row, ruler in zip(rows, real, strict=True):
            if row is not None and ruler is not None and not _overlap(row, ruler):
                worst = WORSE
        each.append(f"{_lines(rows)} in samples of {made[0]}")
    yield Finding(
        worst,
        f"{_lines(real)} in real test images; {'; '.join(each)}: dangling ends per 1,000 px of "
        f"boundary and cells of an image of {results.called(dataset)}."
        + (_joined(results, dataset, sets) if dataset in connectivity.PERIODIC else ""),
    )


def _joined(results: Results, dataset: str, sets: list[tuple[str, str]]) -> str:
    """Say how many ends dangle where opposite edges are joined, as in the data; "" if unknown."""
    name = connectivity.JOINED_ENDS
    real = results.sampled(dataset, REAL, name)
    if real is None:
        return ""
    known = [(made, results.sampled(dataset, made, name)) for made in sets]
    each = [f"{made[0]} {row['value']:.3g}" for made, row in known if row is not None]
    theirs = f", samples of {listed(each)}" if each else ""
    return (
        " Ends at edges do not count; with opposite edges joined, as they are in the simulation, "
        f"{real['value']:.3g} ends dangle in real images{theirs}: no network is told that edges "
        "meet."
    )


def _overlap(row: pd.Series, ruler: pd.Series) -> bool:
    return bool(row["low"] <= ruler["high"] and ruler["low"] <= row["high"])


def _lines(rows: list[pd.Series | None]) -> str:
    return " and ".join(shown(row) for row in rows)


def _collapse(results: Results, dataset: str) -> Iterator[Finding]:
    """Compare what shows collapse of adversarial networks with that of real training images."""
    names = (sampled.RECALL, sampled.COVERAGE, sampled.PAIRS_FEATURES, sampled.PAIRS_PIXELS)
    for made in (each for each in results.sets(dataset) if each[0] in GANS):
        less: list[str] = []
        others: list[str] = []
        for name in names:
            row, ruler = (results.sampled(dataset, which, name) for which in (made, RULER))
            if row is not None and ruler is not None:
                told = f"{name} {shown(row)}, of real training images {shown(ruler)}"
                (less if row["high"] < ruler["low"] else others).append(told)
        parts = [f"by {'; by '.join(less)}"] if less else []
        parts += [f"it cannot be told by {'; by '.join(others)}"] if others else []
        yield Finding(
            UNDECIDED if not results.resampled(dataset) else WORSE if less else BETTER,
            f"{len(less)} of {len(less) + len(others)} measures of collapse: samples of {made[0]} "
            f"vary less than real training images, {results.called(dataset)}, with intervals that "
            f"do not overlap, {'; '.join(parts)}.",
        )
        yield from _against_dcgan(results, dataset, made)


def _against_dcgan(results: Results, dataset: str, made: tuple[str, str]) -> Iterator[Finding]:
    """Compare samples of a successor with DCGAN's, in the same resamples, by every measure."""
    rows = {name: results.sampled(dataset, made, name) for name in SAMPLE_SIGNS}
    known = {name: row for name, row in rows.items() if row is not None and row["beside"]}
    if not known:
        return
    outcomes = {name: outcome(row, "less", SAMPLE_SIGNS[name]) for name, row in known.items()}
    differences = [f"{name} {shown(row, 'less')}" for name, row in known.items()]
    yield Finding(
        min(outcomes.values()),
        f"{counted(outcomes.values())} of {len(outcomes)} measures: {made[0]} against "
        f"{known[sampled.RECALL]['beside']}, {results.called(dataset)}; {_judged(outcomes)} "
        f"(differences: {'; '.join(differences)}).",
    )


def _copies(results: Results) -> Finding:
    """Say whether copies of training images are counted, or suspected by all kinds of features.

    Blurred images are near to all others by grey levels, so that one kind alone shows nothing.
    """
    # few training images span what PCA makes, so that it is near to them; the table has it
    # and so is the one image that a stuck network repeats
    copies = results.copies
    sets = zip(copies["dataset"], copies["model"], strict=True)
    shown_elsewhere = [model == PCA or (where, model) in results.stuck for where, model in sets]
    rows = copies[~np.array(shown_elsewhere, bool)]
    if rows.empty:
        return Finding(UNDECIDED, "No network that is not stuck has samples to look for copies in.")
    counted = rows[(rows["features"] == BLOCKS) & (rows["copies"] > 0)]
    suspected = [
        (names, each["closer_share"].min())
        for names, each in rows.groupby(["dataset", "model", "sampler"], sort=False)
        if (each["closer_share_low"] > NEAREST_SHARE).all()
    ]
    images = rows.loc[rows["features"] == BLOCKS, "images"].sum()
    ends = sorted({rows["training_images"].min(), rows["training_images"].max()})
    most = " to ".join(f"{count:,}" for count in ends)
    said = [
        f"{row['copies']} of {row['images']} of {row['model']}/{row['sampler']}, "
        f"{results.called(row['dataset'])}"
        for _, row in counted.iterrows()
    ]
    nearer = [
        f"{100 * share:.0f} % of {model}/{sampler}, {results.called(dataset)}"
        for (dataset, model, sampler), share in suspected
    ]
    text = (
        f"{counted['copies'].sum()} of {images:,} samples of networks are nearly a training image "
        f"(among {most} of a dataset, up to flips){': ' if said else ''}{'; '.join(said)}. "
    )
    text += (
        f"Nearer to one than the nearest {100 * NEAREST_SHARE:g} % of test images, by texture and "
        f"by grey levels: {'; '.join(nearer)}."
        if nearer
        else "No set is nearer to them than test images are by both texture and grey levels."
    )
    return Finding(WORSE if said or nearer else BETTER, text)
