"""Accuracy of predicted fields: predictions of test structures, their measures and differences."""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from pspflow.evaluation.comparisons import Difference
from pspflow.evaluation.fields import (
    PARTS,
    VALUES,
    measures,
    moments,
    part_measures,
    part_moments,
)
from pspflow.evaluation.resampling import interval
from pspflow.logs import progress
from pspflow.mechanics.localization import Predictor
from pspflow.studies.composite.localization.fields import FieldSet

STRUCTURES_AT_ONCE = 8
"""Structures that are predicted together."""
SAMPLED_VOXELS = 30_000
"""Voxels of test structures that are kept to draw predicted against true values."""
TRUE = "true"
MEASURES: Final = (*VALUES, *PARTS)
SUMS: Final = 7
"""Sums of `moments`, which come before those of `part_moments`."""


def predict_all(
    fields: FieldSet,
    places: np.ndarray,
    predictors: Mapping[str, Predictor],
    rng: np.random.Generator,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Predict structures a few at a time, and keep what is needed of the fields.

    Parameters
    ----------
    fields
        The structures and their true fields.
    places
        Positions of the structures in the set.
    predictors
        Models by name.
    rng
        Source of the drawn voxels.

    Returns
    -------
    sums, voxels
        For each model, the sums that its measures are made of, shape ``(n, 13)``, and its values in
        voxels drawn from all structures, float32; `true` has the true ones.
    """
    sums: dict[str, list[np.ndarray]] = {name: [] for name in predictors}
    voxels: dict[str, list[np.ndarray]] = {name: [] for name in (TRUE, *predictors)}
    each = math.ceil(SAMPLED_VOXELS / len(places))
    batches = fields.batches(places, STRUCTURES_AT_ONCE)
    for _, ids, true in progress(
        batches, len(places), fields.name, "structure", lambda batch: len(batch[0])
    ):
        drawn = rng.integers(fields.edge**3, size=(len(ids), each))
        found = {TRUE: true} | {name: one.predict(ids) for name, one in predictors.items()}
        for name, values in found.items():
            few = np.take_along_axis(values.reshape(len(ids), -1), drawn, axis=1)
            voxels[name].append(few.ravel().astype(np.float32))
        for name in predictors:
            pair = (true / fields.macro_strain, found[name] / fields.macro_strain)
            sums[name].append(np.hstack([moments(*pair), part_moments(*pair, ids)]))
    joined = ({name: np.concatenate(parts) for name, parts in of.items()} for of in (sums, voxels))
    return next(joined), next(joined)


def measured(sums: np.ndarray) -> dict[str, np.ndarray]:
    """Compute every measure from sums ``(..., 13)``, shape ``(...)``."""
    return measures(sums[..., :SUMS]) | part_measures(sums[..., SUMS:])


def accuracy_of(sums: np.ndarray, specimens: np.ndarray, draws: np.ndarray) -> dict[str, Any]:
    """Measure one model over all test structures together, and as the mean over structures.

    Parameters
    ----------
    sums
        Sums of each structure, shape ``(n, 13)``; see `pspflow.evaluation.fields`.
    specimens
        Specimen of each structure, whole numbers from 0, shape ``(n,)``.
    draws
        How often each specimen counts, shape ``(1 + R, specimens)``; all once in the first row.

    Returns
    -------
    Number of structures; each measure over all structures, with the ends of its 95 % interval; and
    the means of the first two over structures, `structure_...`.
    """
    row: dict[str, Any] = {"structures": len(sums)}
    for name, values in measured(draws[:, specimens] @ sums).items():
        row[name], row[f"{name}_low"], row[f"{name}_high"] = interval(values)
    each = measured(sums)
    for name in VALUES[:2]:
        known = each[name][np.isfinite(each[name])]
        row[f"structure_{name}"] = float(known.mean()) if len(known) else np.nan
    return row


def differences_of(
    one: np.ndarray, other: np.ndarray, specimens: np.ndarray, draws: np.ndarray
) -> list[dict[str, Any]]:
    """Compare two models on the same test structures, and over their trainings.

    Parameters
    ----------
    one, other
        Sums of each training and structure, shape ``(runs, n, 13)``; a model that is fitted without
        chance has one training.
    specimens, draws
        As in `accuracy_of`: the same resamples count for both.

    Returns
    -------
    For each measure: `value` and `other_value`, means over trainings; their `difference` with the
    ends `low` and `high` of its 95 % interval over specimens, and `runs_low` and `runs_high` over
    trainings, NaN where there is one.
    """
    weights = draws[:, specimens]
    mine, others = ([measured(weights @ sums) for sums in trainings] for trainings in (one, other))
    rows = []
    for name in MEASURES:
        found, beside = (np.stack([each[name] for each in of]) for of in (mine, others))
        by_run = found[:, 0] - (beside[:, 0] if len(beside) == len(found) else beside[:, 0].mean())
        difference, low, high = interval(found.mean(axis=0) - beside.mean(axis=0))
        over_runs = Difference.of(by_run)
        ends = (over_runs.low, over_runs.high) if len(by_run) > 1 else (np.nan, np.nan)
        rows.append(
            {
                "measure": name,
                "runs": len(found),
                "value": float(found[:, 0].mean()),
                "other_value": float(beside[:, 0].mean()),
                "difference": difference,
                "low": low,
                "high": high,
                "runs_low": ends[0],
                "runs_high": ends[1],
            }
        )
    return rows
