"""Accuracy of predicted strain fields: predictions of test structures and their measures."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from pspflow.evaluation.fields import measures, moments
from pspflow.evaluation.resampling import interval
from pspflow.logs import progress
from pspflow.mechanics.localization import Predictor
from pspflow.studies.composite.localization.fields import StrainSet

STRUCTURES_AT_ONCE = 8
"""Structures that are predicted together."""
SAMPLED_VOXELS = 30_000
"""Voxels of test structures that are kept to draw predicted against true strains."""
TRUE = "true"


def predict_all(
    fields: StrainSet,
    places: np.ndarray,
    predictors: Mapping[str, Predictor],
    rng: np.random.Generator,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Predict structures a few at a time, and keep what is needed of the fields.

    Parameters
    ----------
    fields
        The structures and their true strains.
    places
        Positions of the structures in the set.
    predictors
        Models by name.
    rng
        Source of the drawn voxels.

    Returns
    -------
    sums, voxels
        For each model, the sums that its measures are made of, shape ``(n, 7)``, and its strains in
        voxels drawn from all structures, float32; `true` has the true ones.
    """
    sums: dict[str, list[np.ndarray]] = {name: [] for name in predictors}
    voxels: dict[str, list[np.ndarray]] = {name: [] for name in (TRUE, *predictors)}
    each = math.ceil(SAMPLED_VOXELS / len(places))
    batches = fields.batches(places, STRUCTURES_AT_ONCE)
    for _, ids, true in progress(
        batches, len(places), "localization", "structure", lambda batch: len(batch[0])
    ):
        drawn = rng.integers(fields.edge**3, size=(len(ids), each))
        found = {TRUE: true} | {name: one.predict(ids) for name, one in predictors.items()}
        for name, strains in found.items():
            few = np.take_along_axis(strains.reshape(len(ids), -1), drawn, axis=1)
            voxels[name].append(few.ravel().astype(np.float32))
        for name in predictors:
            pair = (true / fields.macro_strain, found[name] / fields.macro_strain)
            sums[name].append(moments(*pair))
    joined = ({name: np.concatenate(parts) for name, parts in of.items()} for of in (sums, voxels))
    return next(joined), next(joined)


def accuracy_of(sums: np.ndarray, specimens: np.ndarray, draws: np.ndarray) -> dict[str, Any]:
    """Measure one model over all test structures together, and as the mean over structures.

    Parameters
    ----------
    sums
        Sums of each structure, shape ``(n, 7)``; see `pspflow.evaluation.fields`.
    specimens
        Specimen of each structure, whole numbers from 0, shape ``(n,)``.
    draws
        How often each specimen counts, shape ``(1 + R, specimens)``; all once in the first row.

    Returns
    -------
    Number of structures; each measure over the voxels of all, with the ends of its 95 % interval;
    and the means of the first two over structures, `structure_...`.
    """
    row: dict[str, Any] = {"structures": len(sums)}
    weighed = draws[:, specimens]
    for name, values in measures(weighed @ sums).items():
        row[name], row[f"{name}_low"], row[f"{name}_high"] = interval(values)
    each = measures(sums)
    for name in ("squared_pearson", "r2"):
        known = each[name][np.isfinite(each[name])]
        row[f"structure_{name}"] = float(known.mean()) if len(known) else np.nan
    return row
