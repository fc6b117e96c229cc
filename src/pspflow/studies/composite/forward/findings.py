"""What was found on forward prediction, in sentences computed from the accuracies."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, get_args

import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Finding
from pspflow.studies.composite.forward import paper
from pspflow.studies.composite.forward.accuracy import over_properties
from pspflow.studies.composite.forward.differences import (
    beside_value,
    compared,
    outcome,
    sentence,
    written,
)
from pspflow.studies.composite.forward.ladder import rungs
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.studies.composite.structures import paper as papers_structures
from pspflow.studies.composite.structures.properties import Target

OURS: Final = "mixture_statistics"
REGRESSION_ALONE: Final = "cnn"
PAPERS_NETWORKS: Final = ("gaussian", "mixture")
"""Networks that stand for the paper's VAE-regression, which has either prior."""
REGRESSION_ALONE_OF: Final = {
    **dict.fromkeys(PAPERS_NETWORKS, REGRESSION_ALONE),
    OURS: "cnn_statistics",
}
"""Networks with an autoencoder, and that with the same trunk and training without one."""
PAPER_MAPE: Final = paper.FORWARD["c11"]["gaussian"]["c11_gpa"].mape
REACHED: Final[dict[int, Literal["not reached", "undecided", "reached"]]] = {
    WORSE: "not reached",
    UNDECIDED: "undecided",
    BETTER: "reached",
}
"""What the 95 % interval over the runs decides of a value of the paper's; see `beside_value`."""
QUANTITIES: Final[dict[Target, str]] = {"c11": "C11", "normal": "six components"}


class Scale(NamedTuple):
    """How large the data of a run are."""

    training_structures: int
    edge_voxels: int
    runs: int

    @property
    def beside_paper(self) -> str:
        """Say the scale, and the paper's where that differs."""
        theirs = papers_structures
        papers = Scale(theirs.TRAINING_STRUCTURES, theirs.EDGE_VOXELS, theirs.RUNS)
        said = (
            f"{self.training_structures:,} training structures of {self.edge_voxels} voxels per "
            f"edge, {self.runs} run{'s' if self.runs > 1 else ''}"
        )
        if self == papers:
            return said
        return (
            f"{said}; the paper's are {papers.training_structures:,} of {papers.edge_voxels} "
            f"voxels, {papers.runs} runs"
        )


def findings(accuracy: pd.DataFrame, scale: Scale, *, papers_material: bool) -> tuple[str, ...]:
    """Say how each of the paper's claims on forward prediction fares here, what is worse first.

    Parameters
    ----------
    accuracy
        One row per model, target, property and run.
    scale
        The data behind it.
    papers_material
        Whether the structures are of the paper's material, so that its numbers compare.
    """
    judged = []
    for target in get_args(Target):
        judged += [
            *_by_the_autoencoder(accuracy, target),
            *_beside_the_others(accuracy, target),
            *_by_step(accuracy, target),
        ]
    if papers_material:
        judged += _beside_paper(accuracy, scale)
    return tuple(each.text for each in sorted(judged, key=lambda each: each.outcome))


def _by_the_autoencoder(accuracy: pd.DataFrame, target: Target) -> Iterator[Finding]:
    """Compare networks with an autoencoder with the regression alone of the same kind."""
    means = over_properties(accuracy, target, "mape").mean()
    found = []
    for model, alone in REGRESSION_ALONE_OF.items():
        if {model, alone} <= set(means.index):
            differences = compared(accuracy, target, model, alone)
            said = (
                f"{model} has a MAPE of {means[model]:.2f} %, {alone} {means[alone]:.2f} %; "
                f"{sentence(differences)}"
            )
            found.append(Finding(outcome(differences), said))
    if found:
        found.sort(key=lambda each: each.outcome)
        yield Finding(
            found[0].outcome,
            f"Forward, {QUANTITIES[target]}: an autoencoder compared with regression alone: "
            f"{'. '.join(each.text for each in found)}.",
        )


def _beside_the_others(accuracy: pd.DataFrame, target: Target) -> Iterator[Finding]:
    """Compare our network with the best model that lacks our trunk."""
    means = over_properties(accuracy, target, "mape").mean()
    others = means.drop([name for name in means.index if _ours(str(name))])
    if OURS not in means or others.empty:
        return
    best = str(others.idxmin())
    differences = compared(accuracy, target, OURS, best)
    yield Finding(
        outcome(differences),
        f"Forward, {QUANTITIES[target]}: our {OURS} has a MAPE of {means[OURS]:.2f} %, the best of "
        f"the others on these test structures ({best}) {means[best]:.2f} %; "
        f"{sentence(differences)}.",
    )


def _by_step(accuracy: pd.DataFrame, target: Target) -> Iterator[Finding]:
    """Say which steps from the paper's networks to ours bring something."""
    said: dict[int, list[str]] = {WORSE: [], UNDECIDED: [], BETTER: []}
    for rung in rungs(accuracy, target):
        if rung.differences:
            change = written(rung.differences["mape"], 2, " points")
            said[outcome(rung.differences)].append(f"{rung.model} after {rung.before} ({change})")
    if not any(said.values()):
        return
    words = {
        WORSE: "worse by one measure or more",
        UNDECIDED: "not better by every measure: an interval holds 0",
        BETTER: "better by every measure",
    }
    parts = [f"{words[kind]}: {', '.join(each)}" for kind, each in said.items() if each]
    yield Finding(
        min(kind for kind, each in said.items() if each),
        f"Forward, {QUANTITIES[target]}, steps from the paper's networks to ours, with the change "
        f"of the MAPE and its 95 % interval: {'; '.join(parts)}.",
    )


def _beside_paper(accuracy: pd.DataFrame, scale: Scale) -> Iterator[Finding]:
    """Say whether the paper's MAPE of C11 is reached, by its own networks and by any."""
    table = over_properties(accuracy, "c11", "mape")
    own = [name for name in PAPERS_NETWORKS if name in table]
    best = str(table.mean().idxmin())
    outcomes, said = [], []
    for model in dict.fromkeys([*own, best]):
        outcomes.append(beside_value(table[model].to_numpy(), PAPER_MAPE))
        role = "" if model in own else "our " if _ours(model) else "the best model, "
        said.append(f"{role}{model} has {table[model].mean():.2f} % ({REACHED[outcomes[-1]]})")
    yield Finding(
        min(outcomes),
        f"Forward, C11, beside the paper's MAPE of {PAPER_MAPE:.2f} % by VAE-regression, decided "
        "by the 95 % interval over the runs: "
        f"{', '.join(said)}, on {scale.beside_paper}.",
    )


def _ours(model: str) -> bool:
    """Tell whether a model has our trunk."""
    return model in RECIPES and RECIPES[model].statistics
