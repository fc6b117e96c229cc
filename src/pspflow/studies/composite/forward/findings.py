"""What was found on forward prediction, in sentences computed from the accuracies."""

from typing import Final, NamedTuple, get_args

import pandas as pd

from pspflow.evaluation.comparisons import BETTER, WORSE
from pspflow.studies.composite.forward import differences, paper
from pspflow.studies.composite.forward.accuracy import over_properties
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.studies.composite.structures import paper as papers_structures
from pspflow.studies.composite.structures.properties import Target

OURS: Final = "mixture_statistics"
REGRESSION_OF_OURS: Final = "cnn_statistics"
"""The network that has the trunk, logarithms and symmetric copies of `OURS`, and no autoencoder."""
REGRESSION_ALONE: Final = "cnn"
PAPERS_NETWORKS: Final = ("gaussian", "mixture")
"""Networks that stand for the paper's VAE-regression, which has either prior."""
PAPER_MAPE: Final = paper.FORWARD["c11"]["gaussian"]["c11_gpa"].mape
QUANTITIES: Final[dict[Target, str]] = {"c11": "C11", "normal": "six components"}


class Scale(NamedTuple):
    """How large the data of a run are."""

    training_structures: int
    edge_voxels: int
    runs: int

    @property
    def beside_paper(self) -> str:
        """Say the scale, and the paper's where that differs."""
        papers = Scale(paper.TRAINING_STRUCTURES, papers_structures.EDGE_VOXELS, paper.RUNS)
        said = (
            f"{self.training_structures:,} training structures of {self.edge_voxels} voxels, "
            f"{self.runs} run{'s' if self.runs > 1 else ''}"
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
    judged = [each for target in get_args(Target) for each in _of_target(accuracy, target)]
    if papers_material:
        judged.append(_beside_paper(accuracy, scale))
    return tuple(sentence for _, sentence in sorted(judged, key=lambda each: each[0]))


def _of_target(accuracy: pd.DataFrame, target: Target) -> list[tuple[int, str]]:
    """Compare networks with each other: outcome and sentence of each comparison."""
    means = over_properties(accuracy, target, "mape").mean()
    start = f"Forward, {QUANTITIES[target]}:"
    pairs = [
        (name, REGRESSION_ALONE, f"the paper's VAE-regression ({name})", "regression alone")
        for name in PAPERS_NETWORKS
    ]
    others = means.drop([name for name in means.index if _ours(str(name))])
    if len(others):
        best = str(others.idxmin())
        pairs.append((OURS, best, f"our {OURS}", f"the best of the others ({best})"))
    pairs.append(
        (
            OURS,
            REGRESSION_OF_OURS,
            f"our {OURS}",
            f"{REGRESSION_OF_OURS}, the same trunk, "
            "logarithms and symmetric copies without the autoencoder,",
        )
    )
    judged = []
    for model, other, said, said_of_other in pairs:
        if {model, other} <= set(means.index):
            found = differences.compared(accuracy, target, model, other)
            sentence = (
                f"{start} {said} has a MAPE of {means[model]:.2f} %, {said_of_other} "
                f"{means[other]:.2f} %; {differences.sentence(found)}."
            )
            judged.append((differences.outcome(found), sentence))
    return judged


def _beside_paper(accuracy: pd.DataFrame, scale: Scale) -> tuple[int, str]:
    """Say whether any model reaches the paper's MAPE of C11."""
    means = over_properties(accuracy, "c11", "mape").mean()
    best = means.idxmin()
    reached = float(means[best]) <= PAPER_MAPE
    sentence = (
        f"Forward, C11: the paper's {PAPER_MAPE:.2f} % of VAE-regression is "
        f"{'reached' if reached else 'not reached'} at this scale: the best model, {best}, has "
        f"{means[best]:.2f} % ({scale.beside_paper})."
    )
    return (BETTER if reached else WORSE), sentence


def _ours(model: str) -> bool:
    """Tell whether a model has our trunk."""
    return model in RECIPES and RECIPES[model].statistics
