"""What the report says and leaves open, beside what is measured here; the study's aims."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pandas as pd

from pspflow.report.section import Headline
from pspflow.studies.latent.evaluation import connectivity, sampled
from pspflow.studies.latent.evaluation.findings import REAL, RULER
from pspflow.studies.latent.evaluation.made_images import INDEPENDENT, NOISE, PRINTED
from pspflow.studies.latent.evaluation.options import EvaluationOptions
from pspflow.studies.latent.evaluation.reconstructed import R2, SSIM, STUCK
from pspflow.studies.latent.evaluation.results import Results, listed, shown
from pspflow.studies.latent.names import GANS

LEAST_RECALL: Final = 0.5
"""Share of the recall of real training images that an adversarial network's shall reach: an aim of
this study, since the report prints no number."""
NOT_TRAINED: Final = "the printed network is not among those of this run"
NEARLY: Final = "reconstructions are nearly identical to the originals"
SAYS: Final = {
    "gaussian_smooth": (5, "reconstructions capture some patterns, but do not match well"),
    "gaussian_binary": (6, NEARLY),
    "grain_growth": (7, "boundaries of samples are not connected, as those of grains have to be"),
    "additive": (8, NEARLY),
    "uhcs_48x64": (9, "reconstructions capture some of the microstructure; samples do not"),
    "uhcs_64x64": (10, "DCGAN's images look like real ones, but its modes collapse"),
}
"""Section of the report, and what it says without a number."""


def aims(results: Results) -> Iterator[Headline]:
    """Yield the aims of the study with what is reached here."""
    for dataset in results.datasets:
        ruler = results.sampled(dataset, RULER, sampled.RECALL)
        shares, told, images = [], [], 0
        for model in reversed(GANS):
            ours = results.sampled(dataset, (model, NOISE), sampled.RECALL)
            if ours is None or ruler is None or not ruler["value"]:
                continue
            shares.append(ours["value"] / ruler["value"])
            told.append(f"{model} {shares[-1]:.2f}: {shown(ours)} over {shown(ruler)}")
            images = ours["images"]
        if shares:
            yield Headline(
                quantity="Recall of DCGAN or its successor over that of real training images, on "
                "texture features",
                paper=f"no number; aim: {LEAST_RECALL:g} or more",
                here="; ".join(told),
                verdict="reached" if max(shares) >= LEAST_RECALL else "not reached",
                why=f"{results.called(dataset)}, {images} samples and as many real images",
            )
    stuck = results.stuck
    cured = {
        dataset: [
            model
            for (where, model), spread in results.spreads.items()
            if where == dataset and spread >= STUCK
        ]
        for dataset, _ in stuck
    }
    named = [
        f"{model} of {results.called(dataset)} (cure: {listed(cured[dataset]) or 'none'})"
        for dataset, model in stuck
    ]
    yield Headline(
        quantity="Stuck networks (one output whatever they are given) are noticed, and a cure "
        "stands beside each",
        paper="not said; aim: all",
        here=f"{len(stuck)} of {len(results.spreads)} stuck: {'; '.join(named)}"
        if stuck
        else f"none of {len(results.spreads)} is stuck",
        verdict="not comparable"
        if not stuck
        else "reached"
        if all(cured.values())
        else "not reached",
        why="no network is stuck here, so that no cure was needed"
        if not stuck
        else ""
        if all(cured.values())
        else "not every stuck network has one beside it that is not",
    )


def statements(results: Results) -> pd.DataFrame:
    """Tabulate what the report says without numbers: `section`, `the_report_says`, `measured_here`.

    Simulated data are named as such.
    """
    rows = []
    for dataset, (section, says) in SAYS.items():
        if dataset in results.datasets:
            found = _MEASURED.get(dataset, _reconstructed)(results, dataset)
            rows.append((section, says, f"{results.called(dataset)}: {found}"))
    return pd.DataFrame(rows, columns=["section", "the_report_says", "measured_here"])


def _reconstructed(results: Results, dataset: str) -> str:
    if PRINTED not in results.autoencoders(dataset):
        return NOT_TRAINED
    each = [f"{name} {shown(results.reconstructed(dataset, PRINTED, name))}" for name in (R2, SSIM)]
    return f"printed, held-out images: {', '.join(each)}"


def _connected(results: Results, dataset: str) -> str:
    if PRINTED not in results.autoencoders(dataset):
        return NOT_TRAINED
    if (dataset, PRINTED) in results.stuck:
        return "printed is stuck at one output and draws no lines"
    made = results.sampled(dataset, (PRINTED, INDEPENDENT), connectivity.ENDS)
    real = results.sampled(dataset, REAL, connectivity.ENDS)
    return f"{connectivity.ENDS}: samples of printed {shown(made)}, real images {shown(real)}"


def _both(results: Results, dataset: str) -> str:
    if PRINTED not in results.autoencoders(dataset):
        return NOT_TRAINED
    made = results.sampled(dataset, (PRINTED, INDEPENDENT), sampled.KID)
    real = results.sampled(dataset, RULER, sampled.KID)
    return (
        f"{_reconstructed(results, dataset)}; KID of samples {shown(made)}, of real training "
        f"images {shown(real)}"
    )


def _collapsed(results: Results, dataset: str) -> str:
    if ("dcgan", NOISE) not in results.sets(dataset):
        return "dcgan is not among the networks of this run"
    each = []
    for name in (sampled.PRECISION, sampled.RECALL, sampled.PAIRS_FEATURES):
        made = results.sampled(dataset, ("dcgan", NOISE), name)
        real = results.sampled(dataset, RULER, name)
        each.append(f"{name} {shown(made)}, of real training images {shown(real)}")
    return f"dcgan: {'; '.join(each)}"


_MEASURED: Final[dict[str, Callable[[Results, str], str]]] = {
    "grain_growth": _connected,
    "uhcs_48x64": _both,
    "uhcs_64x64": _collapsed,
}


def departures(options: EvaluationOptions) -> pd.DataFrame:
    """Tabulate departures from the report: `what`, `report`, `here`, `why`."""
    rows: list[tuple[Any, ...]] = [
        (
            "sampling of latent space",
            "not said",
            "independent: every latent number from a normal distribution of its mean and deviation "
            "over training images; fitted: a density over latents, beside it",
            "the simplest reading, and a better way in the same tables",
        ),
        (
            "reconstructed images",
            "8 random ones",
            f"up to {options.reconstructed} test images, in pictures 8",
            "numbers need images that no network has seen",
        ),
        (
            "samples",
            "64, as a picture",
            f"{options.generated}, in pictures 64 at most",
            "distances, recall and copies need numbers",
        ),
        (
            "measures",
            "none",
            "those of the tables, each with a ruler of real images",
            "pictures alone show neither collapse nor copies",
        ),
        (
            "boundaries of grains that are not connected",
            "left to future work",
            "variant distance: it learns distances to boundaries, and a watershed draws lines",
            "a cure that closes lines by construction",
        ),
    ]
    return pd.DataFrame(rows, columns=["what", "report", "here", "why"])
