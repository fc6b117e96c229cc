"""Test structures rebuilt by decoders, and how far they are from real ones."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from pspflow.arrays import refuses_masks
from pspflow.evaluation.comparisons import Difference
from pspflow.studies.composite.certificates.descriptors import DESCRIPTORS, describe
from pspflow.studies.composite.certificates.reference import Reference

OBSERVED: Final = "observed"
"""Model of the rows of the test structures themselves."""
BEYOND: Final = ("distance_lineal_path", "distance_persistence")
"""Distances by descriptors that two-point statistics do not determine."""


@refuses_masks
def distances(
    phases: np.ndarray, morphologies: Sequence[str], reference: Reference, threads: int = 1
) -> pd.DataFrame:
    """Measure structures against real ones of their morphology.

    Parameters
    ----------
    phases
        Phase ids 0 and 1, uint8, shape ``(n, e, e, e)``.
    morphologies
        Morphology of each.
    reference
        The training structures of the family.
    threads
        Structures that are described at once.

    Returns
    -------
    Columns distance_DESCRIPTOR, in units of real-against-real.
    """
    described = describe(phases, threads)
    rows = []
    for place, morphology in enumerate(morphologies):
        each = {name: values[place] for name, values in described.items()}
        group = reference.group_of(morphology)
        found = reference.compare(each, float(phases[place].mean()), group).distances
        rows.append({f"distance_{name}": found[name] for name in DESCRIPTORS})
    return pd.DataFrame(rows)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Average over structures and runs: one row per family and model, the test structures first.

    Parameters
    ----------
    rows
        One row per family, model, run and structure.
    """
    columns = ["c11_error_percent", *(f"distance_{name}" for name in DESCRIPTORS)]
    return rows.groupby(["family", "model"], as_index=False, sort=False)[columns].mean()


def excess(rows: pd.DataFrame, family: str, model: str, column: str) -> Difference:
    """Return a model's value less that of the test structures themselves, over the runs."""
    return _difference(rows[rows["family"] == family], model, OBSERVED, column)


def gain(rows: pd.DataFrame, model: str, other: str, column: str) -> Difference:
    """Return a model's value less another's over all families but the Gaussian, over the runs."""
    return _difference(rows[rows["family"] != "gaussian"], model, other, column)


def _difference(rows: pd.DataFrame, model: str, other: str, column: str) -> Difference:
    by_family = rows.pivot_table(index=["run", "family"], columns="model", values=column)
    by_run = by_family.groupby("run").mean()
    return Difference.of((by_run[model] - by_run[other]).to_numpy())
