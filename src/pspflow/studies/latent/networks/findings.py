"""Sentences on the networks, computed from their tables."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE
from pspflow.studies.latent.networks.results import Comparison, Trained

CHANGES: Final = {
    "kaiming": "Kaiming's initialisation in place of torch's",
    "avgpool": "average pooling in place of max pooling",
    "batch_norm": "batch normalisation",
    "no_batch_norm": "no batch normalisation",
    "narrow": "half as many channels in the first layer",
    "wide": "twice as many channels in the first layer",
}
"""What a network differs in from its reference."""
REPORTED: Final = {
    "avgpool": "the report found max pooling better",
    "batch_norm": "the report found that batch normalisation helps",
    "no_batch_norm": "the report found that batch normalisation helps",
    "narrow": "the report found the first layer's channels decisive",
    "wide": "the report found the first layer's channels decisive",
}
"""Section 11 of the report."""
EACH: Final = (
    "each network is trained once, so that the intervals cover images and not what another "
    "training would give"
)


def findings(
    trained: Mapping[str, Trained], compared: Sequence[Comparison], simulated: Collection[str]
) -> tuple[str, ...]:
    """Say which networks are stuck, and what the variants change.

    Parameters
    ----------
    trained
        The networks by DATASET/MODEL.
    compared
        Their comparisons.
    simulated
        Datasets whose images are simulated.
    """
    told = [(outcome(each), _compared(each, simulated)) for each in compared]
    return (
        *_stuck(trained, simulated),
        *[text for _, text in sorted(told, key=lambda each: each[0])],
    )


def outcome(compared: Comparison) -> int:
    """Judge a comparison: a smaller error is better."""
    if np.isnan(compared.low) or compared.low <= 0 <= compared.high:
        return UNDECIDED
    return BETTER if compared.percent < 0 else WORSE


def _stuck(trained: Mapping[str, Trained], simulated: Collection[str]) -> list[str]:
    said = []
    for name, each in trained.items():
        if not each.stuck:
            continue
        dataset, model = name.split("/")
        spread, r2 = 100 * each.kept["output_spread"], each.kept["r2"]
        text = (
            f"{model} of {_named(dataset, simulated)} is stuck: it returns nearly one image for "
            f"all that it encodes (the variance of its outputs between validation images is "
            f"{spread:.2g} % of that of the images, R² {r2:.3f})"
        )
        said.append(f"{text}{_cure(trained, dataset, model)}.")
    if said or not any(each.encodes for each in trained.values()):
        return said
    least = min(
        (each.kept["output_spread"], name) for name, each in trained.items() if each.encodes
    )
    return [
        "No autoencoder is stuck: the outputs that differ least between validation images are "
        f"those of {least[1]}, with {100 * least[0]:.2g} % of the variance of the images."
    ]


def _cure(trained: Mapping[str, Trained], dataset: str, model: str) -> str:
    """Say what became of the same layers with Kaiming's initialisation."""
    if model != "printed":
        return ""
    cure = trained.get(f"{dataset}/kaiming")
    if cure is None:
        return (
            "; add kaiming to latent.networks.models."
            f"{dataset}, which starts the same layers in another way"
        )
    still = " and is stuck too" if cure.stuck else ""
    return f"; kaiming, the same layers started in another way, has R² {cure.kept['r2']:.3f}{still}"


def _compared(each: Comparison, simulated: Collection[str]) -> str:
    words = {
        WORSE: "is larger",
        UNDECIDED: "cannot be told apart from that without",
        BETTER: "is smaller",
    }
    over = "images" if each.dataset in simulated and "uhcs" not in each.dataset else "samples"
    interval = (
        f"95 % interval over {each.groups} {over} {each.low:+.1f} % to {each.high:+.1f} %"
        if np.isfinite(each.low)
        else f"one of {over} alone, which gives no interval"
    )
    reported = f"; {REPORTED[each.model]}" if each.model in REPORTED else ""
    return (
        f"With {CHANGES[each.model]} ({each.model} against {each.reference}), the squared error of "
        f"validation images of {_named(each.dataset, simulated)} {words[outcome(each)]}: "
        f"{each.percent:+.1f} % ({interval}){reported}."
    )


def _named(dataset: str, simulated: Collection[str]) -> str:
    return f"{dataset} (simulated)" if dataset in simulated else dataset
