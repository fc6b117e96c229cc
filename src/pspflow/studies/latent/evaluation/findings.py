"""Sentences about reconstructions and samples, computed from the tables; the worst come first."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Finding, verdict
from pspflow.evaluation.copies import BLOCKS, NEAREST_SHARE
from pspflow.studies.latent.evaluation import connectivity, sampled
from pspflow.studies.latent.evaluation.made_images import PCA
from pspflow.studies.latent.evaluation.reconstructed import (
    MSE,
    ORIGINAL,
    PRINTED,
    R2,
    SSIM,
    STUCK,
    TWO_POINT,
)
from pspflow.studies.latent.evaluation.results import Results, listed, shown
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
RULER: Final = (sampled.REAL_TRAINING, "")
REAL: Final = (sampled.REAL_TEST, "")


def findings(results: Results) -> tuple[str, ...]:
    """Say in sentences what the tables show; details are in the tables."""
    said = [_stuck(results), _copies(results)]
    for dataset in results.datasets:
        said += [*_reconstructions(results, dataset), _samples(results, dataset)]
        said += [*_connected(results, dataset), *_collapse(results, dataset)]
    return tuple(each.text for each in sorted(said, key=lambda each: each.outcome))


def outcome(row: pd.Series, name: str, sign: int) -> int:
    """Judge a difference by its interval; that of a better set has this sign."""
    if pd.isna(row[f"{name}_low"]) or row[f"{name}_low"] <= 0 <= row[f"{name}_high"]:
        return UNDECIDED
    return BETTER if row[name] * sign > 0 else WORSE


def _stuck(results: Results) -> Finding:
    spreads, stuck = results.spreads, results.stuck
    if not stuck:
        (dataset, model), least = min(spreads.items(), key=lambda each: each[1])
        return Finding(
            BETTER,
            "No network is stuck at one output: the least spread of outputs over that of real "
            f"images is {least:.2g} ({model}, {results.called(dataset)}).",
        )
    each = []
    for dataset, model in stuck:
        cures = [
            f"{other} has {spread:.2g}"
            for (where, other), spread in spreads.items()
            if where == dataset and spread >= STUCK
        ]
        beside = f"; beside it {listed(cures)}" if cures else "; no other network beside it is not"
        each.append(f"{model} of {results.called(dataset)} ({spreads[dataset, model]:.2g}{beside})")
    return Finding(
        WORSE,
        "Stuck at one output whatever they are given, so that nothing else of them says more "
        f"(spread of outputs over that of real images in brackets): {'; '.join(each)}.",
    )


def _reconstructions(results: Results, dataset: str) -> Iterator[Finding]:
    models = results.autoencoders(dataset)
    model = PRINTED if PRINTED in models else next(iter(models), None)
    if model is None:
        return
    rows = {name: results.reconstructed(dataset, model, name) for name in (*SIGNS, R2)}
    known = {name: row for name, row in rows.items() if row is not None}
    outcomes = {name: outcome(known[name], "less_pca", sign) for name, sign in SIGNS.items()}
    said = verdict(outcomes, "the 95 % interval of the difference includes 0")
    each = [
        f"{name} {shown(known[name])}, less PCA's {shown(known[name], 'less_pca')}"
        for name in (MSE, SSIM, TWO_POINT)
    ]
    words = ""
    if dataset == "gaussian_smooth" and results.has_all_components(dataset):
        words = " PCA is the optimum for smooth Gaussian fields: being beaten by it is expected."
    better = [
        f"{other} ({shown(row, 'less_printed')})"
        for other in models
        if (row := results.reconstructed(dataset, other, MSE)) is not None
        and outcome(row, "less_printed", -1) == BETTER
    ]
    if better:
        words += f" Its MSE is above that of {listed(better)}, in brackets theirs less its own."
    yield Finding(
        min(outcomes.values()),
        f"{_start(results, dataset)}: reconstructions of held-out images by {model} explain R² "
        f"{shown(known[R2])}; against PCA {_components(results, dataset)} {said}: "
        f"{'; '.join(each)}.{words}",
    )


def _components(results: Results, dataset: str) -> str:
    have, size = results.components[dataset]
    if have == size:
        return f"of the same latent size, {size:,},"
    return f"of {have:,} components (the latent has {size:,} numbers, but training images are few)"


def _samples(results: Results, dataset: str) -> Finding:
    """Count by how many distances samples are farther than real training images."""
    farther, better_ways = [], []
    worst = BETTER
    if not results.resampled(dataset):
        return Finding(
            UNDECIDED,
            f"{_start(results, dataset)}: whether samples are farther from real test images than "
            "real training images are cannot be told, since these or those are of one sample of "
            "material, which gives no interval.",
        )
    for made in results.sets(dataset):
        rows = [(results.sampled(dataset, made, name), name) for name in DISTANCES]
        known = [(row, name) for row, name in rows if row is not None]
        count = 0
        for row, name in known:
            ruler = results.sampled(dataset, RULER, name)
            count += ruler is not None and row["low"] > ruler["high"]
        worst = WORSE if count else worst
        farther.append(f"{'/'.join(made)} by {count} of {len(known)}")
        better_ways += list(_beside(results, dataset, made))
    beside = f" {' '.join(better_ways)}" if better_ways else ""
    return Finding(
        worst,
        f"{_start(results, dataset)}: samples are farther from real test images than real training "
        "images are, with intervals that do not overlap, by these of the distances (two-point, "
        f"grey levels{', light fraction' if dataset in sampled.TWO_PHASE else ''}, KID): "
        f"{', '.join(farther)}.{beside}",
    )


def _beside(results: Results, dataset: str, made: tuple[str, str]) -> Iterator[str]:
    """Say what a better way changes against the set that it stands beside."""
    outcomes, other = {}, ""
    for name, sign in SAMPLE_SIGNS.items():
        row = results.sampled(dataset, made, name)
        if row is not None and row["beside"]:
            outcomes[name], other = outcome(row, "less", sign), row["beside"]
    if outcomes:
        said = verdict(outcomes, "intervals include 0")
        yield f"{'/'.join(made)} against {other}: {said}."


def _connected(results: Results, dataset: str) -> Iterator[Finding]:
    if dataset not in POTTS_NAMES:
        return
    names = (connectivity.ENDS, connectivity.SEPARATING, connectivity.CELLS, connectivity.AREA)
    real = [results.sampled(dataset, REAL, name) for name in names]
    stuck = [model for where, model in results.stuck if where == dataset]
    sets = [made for made in results.sets(dataset) if made[0] not in {PCA, *stuck}]
    each, worst = [], BETTER
    for made in sets:
        rows = [results.sampled(dataset, made, name) for name in names]
        ends, ruler = rows[0], real[0]
        if ends is not None and ruler is not None and not ends["low"] <= ruler["high"]:
            worst = WORSE
        each.append(f"samples {'/'.join(made)} {_lines(rows)}")
    for model in results.autoencoders(dataset):
        if model in stuck:  # the threshold of an even image finds lines in its noise
            worst = WORSE
            each.append(f"{model} is stuck and draws none")
            continue
        rows = [results.reconstructed(dataset, model, name) for name in names]
        each.append(f"reconstructions by {model} {_lines(rows)}")
    whole = [results.reconstructed(dataset, ORIGINAL, name) for name in names]
    words = ""
    if "distance" in results.autoencoders(dataset):
        words = (
            " Lines of the cure, distance, are closed by construction (a watershed): that few "
            "dangle shows nothing of what it has learned; its numbers and areas of cells do."
        )
    if dataset in connectivity.PERIODIC:
        words += _joined(results, dataset, sets)
    yield Finding(
        worst,
        f"{_start(results, dataset)}, connectivity (dangling ends per 1,000 px of boundary; share "
        "of the boundary that separates two cells; cells an image; their mean area in px²): real "
        f"test images {_lines(real)}, the originals of reconstructions {_lines(whole)}; "
        f"{'; '.join(each)}. Thinning leaves some ends in real images too.{words}",
    )


def _joined(results: Results, dataset: str, sets: list[tuple[str, str]]) -> str:
    """Say how many ends dangle where opposite edges are joined, as in the data; "" if unknown."""
    name = connectivity.JOINED_ENDS
    real = results.sampled(dataset, REAL, name)
    if real is None:
        return ""
    known = [(made, results.sampled(dataset, made, name)) for made in sets]
    each = [f"{'/'.join(made)} {row['value']:.3g}" for made, row in known if row is not None]
    theirs = f", samples {listed(each)}" if each else ""
    return (
        " Ends at edges do not count in these numbers; with opposite edges joined, as they are in "
        f"the simulation, {real['value']:.3g} ends per 1,000 px dangle in real images{theirs}: no "
        "network here is told that edges meet."
    )


def _lines(rows: list[pd.Series | None]) -> str:
    each = ("–" if row is None or pd.isna(row["value"]) else f"{row['value']:.3g}" for row in rows)
    return f"({'; '.join(each)})"


def _collapse(results: Results, dataset: str) -> Iterator[Finding]:
    """Compare what shows collapse of adversarial networks with that of real training images."""
    gans = [made for made in results.sets(dataset) if made[0] in GANS]
    names = (sampled.RECALL, sampled.COVERAGE, sampled.PAIRS_FEATURES, sampled.PAIRS_PIXELS)
    for made in gans:
        each, worst = [], BETTER if results.resampled(dataset) else UNDECIDED
        for name in names:
            row, ruler = (results.sampled(dataset, which, name) for which in (made, RULER))
            if row is None or ruler is None:
                continue
            worst = WORSE if row["high"] < ruler["low"] else worst
            each.append(f"{name} {shown(row)} (real training images {shown(ruler)})")
        yield Finding(
            worst,
            f"{_start(results, dataset)}, collapse of {made[0]}: {'; '.join(each)}; a collapsed "
            "network has a small recall and pair distance.",
        )


def _copies(results: Results) -> Finding:
    """Say whether copies of training images are suspected, or counted."""
    rows = results.copies
    counted = rows[(rows["features"] == BLOCKS) & (rows["copies"] > 0)]
    # few training images span what PCA makes, so that it is near to them, and so is one mean image
    # that a stuck network repeats; the table has both
    sets = zip(rows["dataset"], rows["model"], strict=True)
    left_out = [model == PCA or (dataset, model) in results.stuck for dataset, model in sets]
    suspected = rows[(rows["closer_share_low"] > NEAREST_SHARE) & ~np.array(left_out)]
    most = f"{rows['training_images'].min():,} to {rows['training_images'].max():,}"
    if counted.empty and suspected.empty:
        return Finding(
            BETTER,
            f"No copies of training images are found or suspected among samples of any dataset "
            f"(among {most} training images, up to flips; the nearest sample lies at "
            f"{(rows['least'] / rows['test_least']).min():.2g} of the distance of the nearest test "
            "image).",
        )
    said = [
        f"{row['copies']} of {row['images']} samples {row['model']}/{row['sampler']} of "
        f"{results.called(row['dataset'])} are nearly a training image"
        for _, row in counted.iterrows()
    ]
    said += [
        f"by {row['features']} {100 * row['closer_share']:.0f} % of {row['model']}/"
        f"{row['sampler']} of {results.called(row['dataset'])} are nearer to a training image than "
        f"the nearest {100 * NEAREST_SHARE:g} % of test images"
        for _, row in suspected.iterrows()
    ]
    none = "; none is nearly a training image" if counted.empty else ""
    return Finding(WORSE, f"Copies of training images are suspected: {'; '.join(said)}{none}.")


def _start(results: Results, dataset: str) -> str:
    named = results.called(dataset)
    return named[0].upper() + named[1:]
