"""What each step from the paper's networks to ours brings: every network and the one before it."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import Difference
from pspflow.studies.composite.forward.accuracy import over_properties
from pspflow.studies.composite.forward.differences import COMPARED, compared, written
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.studies.composite.structures.properties import Target

STEPS: Final = {
    "augmented": "symmetric copies, our optimiser and its schedule",
    "log": "logarithms",
    "statistics": "our trunk, decoder and loss",
    "convolved": "noise convolved twice, and lineal paths in the loss",
}
"""What a field of a recipe adds to a network."""


class Rung(NamedTuple):
    """A network, what it adds, and how its accuracy differs from that of the network before it."""

    model: str
    before: str
    """The nearest network before it that was trained; empty for the paper's."""
    step: str
    differences: dict[str, Difference]
    """By measure; none for the paper's."""


def rungs(accuracy: pd.DataFrame, target: Target) -> Iterator[Rung]:
    """Yield the trained networks in the order of the steps.

    Parameters
    ----------
    accuracy
        One row per model, target, property and run.
    target
        c11 or normal.
    """
    trained = set(accuracy.loc[accuracy["target"] == target, "model"])
    for model, recipe in RECIPES.items():
        if model not in trained:
            continue
        before = recipe.after
        while before and before not in trained:
            before = RECIPES[before].after
        if not before:
            yield Rung(model, "", "", {})
            continue
        added = [
            said
            for field, said in STEPS.items()
            if getattr(recipe, field) and not getattr(RECIPES[before], field)
        ]
        differences = compared(accuracy, target, model, before)
        yield Rung(model, before, "; ".join(added), differences)


def ladder(accuracy: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Tabulate the accuracy of the networks and its change by each step, over the same splits.

    Returns
    -------
    One row per network: model, after, step, runs, each measure of `COMPARED`, and its change with
    the 95 % interval over the runs.
    """
    means = {measure: over_properties(accuracy, target, measure).mean() for measure in COMPARED}
    rows = []
    for rung in rungs(accuracy, target):
        runs = {each.runs for each in rung.differences.values()}
        row: dict[str, object] = {
            "model": rung.model,
            "after": rung.before,
            "step": rung.step,
            "runs_of_both": max(runs) if runs else np.nan,
        }
        row |= {measure: means[measure].get(rung.model, np.nan) for measure in COMPARED}
        row |= {
            f"change_of_{measure}": written(rung.differences[measure], digits)
            if measure in rung.differences
            else ""
            for measure, (_, _, digits, _) in COMPARED.items()
        }
        rows.append(row)
    return pd.DataFrame(rows)
