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
    together: dict[str, list[Comparison]] = {}
    for each in sorted(compared, key=outcome):
        together.setdefault(REPORTED.get(each.model, ""), []).append(each)
    return (
        *_stuck(trained, simulated),
        *[_compared(each, reported, simulated) for reported, each in together.items()],
    )


def outcome(compared: Comparison) -> int:
    """Judge a comparison: a smaller error is better."""
    if np.isnan(compared.low) or compared.low <= 0 <= compared.high:
        return UNDECIDED
    return BETTER if compared.percent < 0 else WORSE


def _stuck(trained: Mapping[str, Trained], simulated: Collection[str]) -> list[str]:
    encoding = {name: each for name, each in trained.items() if each.encodes}
    stuck = {name: each for name, each in encoding.items() if each.stuck}
    if not encoding:
        return []
    if not stuck:
        least = min((each.kept["output_spread"], name) for name, each in encoding.items())
        return [
            f"0 of {len(encoding)} autoencoders are stuck: the outputs that differ least between "
            f"validation images are those of {least[1]}, with {100 * least[0]:.2g} % of the "
            "variance of the images."
        ]
    named, cured, absent = [], [], []
    for name, each in stuck.items():
        dataset, model = name.split("/")
        named.append(
            f"{model} of {_named(dataset, simulated)} {100 * each.kept['output_spread']:.2g} %"
        )
        cure = trained.get(f"{dataset}/kaiming")
        if model == "printed" and cure is None:
            absent.append(f"latent.networks.models.{dataset}")
        elif model == "printed" and cure is not None:
            still = ", stuck too" if cure.stuck else ""
            cured.append(f"{dataset} {cure.kept['r2']:.3f}{still}")
    said = (
        f"{len(stuck)} of {len(encoding)} autoencoders are stuck, and return nearly one image for "
        "all that they encode (variance of outputs between validation images over that of the "
        f"images): {', '.join(named)}."
    )
    if cured:
        said += f" R² of the same layers with Kaiming's initialisation: {', '.join(cured)}."
    if absent:
        said += f" For that cure, add kaiming to {', '.join(absent)}."
    return [said]


def _compared(found: Sequence[Comparison], reported: str, simulated: Collection[str]) -> str:
    """Say what changes do of which the report says one thing, each to the datasets it was tried on.

    Parameters
    ----------
    found
        Comparisons, the worst first.
    reported
        What the report says; empty for nothing.
    simulated
        Datasets whose images are simulated.
    """
    words = {WORSE: "larger", UNDECIDED: "undecided", BETTER: "smaller"}
    by_model: dict[str, list[str]] = {}
    names = {each.model: f"{each.model} against {each.reference}" for each in found}
    for each in found:
        by_model.setdefault(each.model, []).append(
            f"{each.percent:+.1f} % ({_interval(each, simulated)}; {words[outcome(each)]}) of "
            f"{_named(each.dataset, simulated)}"
        )
    told = [
        f"{', '.join(each)} with {CHANGES[model]} ({names[model]})"
        for model, each in by_model.items()
    ]
    says = f"; {reported}" if reported else ""
    return f"{'; '.join(told)}: change of the squared error of validation images{says}."


def _interval(each: Comparison, simulated: Collection[str]) -> str:
    over = "images" if each.dataset in simulated and "uhcs" not in each.dataset else "samples"
    if np.isfinite(each.low):
        return f"{each.low:+.1f} to {each.high:+.1f} over {each.groups} {over}"
    return f"one of {over} alone gives no interval"


def _named(dataset: str, simulated: Collection[str]) -> str:
    return f"{dataset} (simulated)" if dataset in simulated else dataset
