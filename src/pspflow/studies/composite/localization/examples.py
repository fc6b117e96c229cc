"""Examples of predicted fields: which are kept to be drawn, and how they are stored."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import zarr

from pspflow.io.arrays import open_store, put_array, read_values
from pspflow.mechanics.localization import Predictor
from pspflow.studies.composite.localization.accuracy import TRUE
from pspflow.studies.composite.localization.fields import FieldSet
from pspflow.studies.composite.localization.names import FieldName
from pspflow.studies.composite.structures.sets import DIMS
from pspflow.studies.composite.structures.solved_stores import ARRAYS, UNITS

EXAMPLES = 3


class Examples(NamedTuple):
    """A few test structures with one of their fields, and voxels drawn from all test structures."""

    titles: Sequence[str]
    """Morphology of each structure, or its id where none is known."""
    macro_strain: float
    phases: np.ndarray
    """Phase ids, shape ``(n, edge, edge, edge)``."""
    true: np.ndarray
    """True fields, of the same shape."""
    predicted: Mapping[str, np.ndarray]
    """Predicted fields by model, of the same shape each."""
    true_voxels: np.ndarray
    """True values of the drawn voxels."""
    predicted_voxels: Mapping[str, np.ndarray]
    """Predicted values of the drawn voxels by model."""


def chosen_examples(rows: pd.DataFrame, places: np.ndarray) -> np.ndarray:
    """Choose structures to show, of as many morphologies as there are: some of `places` (n,)."""
    turns = rows.iloc[places].groupby("morphology", sort=False).cumcount()
    return places[np.argsort(turns.to_numpy(), kind="stable")[:EXAMPLES]]


def put_examples(
    group: zarr.Group,
    fields: FieldSet,
    places: np.ndarray,
    predictors: Mapping[str, Predictor],
    voxels: Mapping[str, np.ndarray],
) -> None:
    """Write examples of one field.

    Parameters
    ----------
    group
        Store to write to; each field has a group of its own in it.
    fields
        The structures and their true fields.
    places
        Positions of the examples in the set, (n,).
    predictors
        Models by name.
    voxels
        Values of drawn voxels by model, and the true ones.
    """
    ids, true = fields.read(places)
    unit = UNITS[ARRAYS[fields.name]]
    predicted = np.stack([one.predict(ids) for one in predictors.values()]).astype(np.float32)
    part = group.create_group(fields.name)
    part.attrs["models"] = list(predictors)
    part.attrs["macro_strain_11"] = fields.macro_strain
    part.attrs["structures"] = fields.rows["structure"].iloc[places].tolist()
    part.attrs["morphologies"] = fields.rows["morphology"].iloc[places].tolist()
    put_array(part, "phase", ids, DIMS, "1")
    put_array(part, "true", true, DIMS, unit)
    put_array(part, "predicted", predicted, ("model", *DIMS), unit)
    put_array(part, "true_voxel", voxels[TRUE], ("voxel",), unit)
    values = np.stack([voxels[name] for name in predictors])
    put_array(part, "predicted_voxel", values, ("model", "voxel"), unit)


def read_examples(path: Path, field: FieldName) -> Examples:
    """Read examples of a field."""
    store: Any = open_store(path)[field]
    attrs: dict[str, Any] = dict(store.attrs)
    names = zip(attrs["structures"], attrs["morphologies"], strict=True)
    predicted, voxels = (read_values(store, name) for name in ("predicted", "predicted_voxel"))
    return Examples(
        titles=[kind or name for name, kind in names],
        macro_strain=float(attrs["macro_strain_11"]),
        phases=read_values(store, "phase"),
        true=read_values(store, "true"),
        predicted=dict(zip(attrs["models"], predicted, strict=True)),
        true_voxels=read_values(store, "true_voxel"),
        predicted_voxels=dict(zip(attrs["models"], voxels, strict=True)),
    )
