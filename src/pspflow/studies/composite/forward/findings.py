"""What was found on forward prediction, in sentences computed from the accuracies."""

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, get_args

import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Finding, joined
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


def _by_the_autoencoder(accuracy: pd.DataFrame, target: Target) -> list[Finding]:
    """Compare networks with an autoencoder with the regression alone of the same kind."""
    means = over_properties(accuracy, target, "mape").mean()
    found = []
    for model, alone in REGRESSION_ALONE_OF.items():
        if {model, alone} <= set(means.index):
            differences = compared(accuracy, target, model, alone)
            said = (
                f"{means[model]:.2f} % by {model}, {means[alone]:.2f} % by {alone} "
                f"({sentence(differences)})"
            )
            found.append(Finding(outcome(differences), said))
    return joined(
        found, f"MAPE of {QUANTITIES[target]}, an autoencoder compared with regression alone"
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
        f"{means[OURS]:.2f} % by our {OURS}, {means[best]:.2f} % by the best of the others "
        f"({best}): MAPE of {QUANTITIES[target]} on the same test structures; "
        f"{sentence(differences)}.",
    )


def _by_step(accuracy: pd.DataFrame, target: Target) -> list[Finding]:
    """Say which steps from the paper's networks to ours bring something."""
    said = []
    for rung in rungs(accuracy, target):
        if rung.differences:
            change = written(rung.differences["mape"], 2, " points")
            text = f"{rung.model} after {rung.before} {change}"
            said.append(Finding(outcome(rung.differences), text))
    return joined(
        said,
        f"steps from the paper's networks to ours, by all measures of {QUANTITIES[target]} with "
        "95 % intervals; here the change of the MAPE",
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
        said.append(f"{table[model].mean():.2f} % by {role}{model} ({REACHED[outcomes[-1]]})")
    yield Finding(
        min(outcomes),
        f"{', '.join(said)}: MAPE of C11, beside the paper's {PAPER_MAPE:.2f} % by VAE-regression, "
        f"decided by the 95 % interval over the runs, on {scale.beside_paper}.",
    )


def _ours(model: str) -> bool:
    """Tell whether a model has our trunk."""
    return model in RECIPES and RECIPES[model].statistics
