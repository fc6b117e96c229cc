"""Examples of predicted strain fields: which are kept to be drawn, and how they are stored."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance
from pspflow.mechanics.localization import Predictor
from pspflow.studies.composite.localization.accuracy import TRUE
from pspflow.studies.composite.localization.fields import StrainSet
from pspflow.studies.composite.structures.sets import DIMS

EXAMPLES = 3


class Examples(NamedTuple):
    """A few test structures with their strains, and voxels drawn from all test structures."""

    titles: Sequence[str]
    """Morphology of each structure, or its id where none is known."""
    macro_strain: float
    phases: np.ndarray
    """Phase ids, shape ``(n, edge, edge, edge)``."""
    true: np.ndarray
    """True strains, of the same shape."""
    predicted: Mapping[str, np.ndarray]
    """Predicted strains by model, of the same shape each."""
    true_voxels: np.ndarray
    """True strains of the drawn voxels."""
    predicted_voxels: Mapping[str, np.ndarray]
    """Predicted strains of the drawn voxels by model."""


def chosen_examples(rows: pd.DataFrame, places: np.ndarray) -> np.ndarray:
    """Choose structures to show, of as many morphologies as there are."""
    turns = rows.iloc[places].groupby("morphology", sort=False).cumcount()
    return places[np.argsort(turns.to_numpy(), kind="stable")[:EXAMPLES]]


def write_examples(
    path: Path,
    fields: StrainSet,
    places: np.ndarray,
    predictors: Mapping[str, Predictor],
    voxels: Mapping[str, np.ndarray],
    origin: Provenance,
) -> None:
    """Write examples.

    Parameters
    ----------
    path
        Zarr store to write.
    fields
        The structures and their true strains.
    places
        Positions of the examples in the set.
    predictors
        Models by name.
    voxels
        Strains of drawn voxels by model, and the true ones.
    origin
        Recorded in the store.
    """
    ids, true = fields.read(places)
    predicted = np.stack([one.predict(ids) for one in predictors.values()])
    with new_store(path, origin) as group:
        group.attrs["models"] = list(predictors)
        group.attrs["macro_strain_11"] = fields.macro_strain
        group.attrs["structures"] = fields.rows["structure"].iloc[places].tolist()
        group.attrs["morphologies"] = fields.rows["morphology"].iloc[places].tolist()
        put_array(group, "phase", ids, DIMS, "1")
        put_array(group, "true", true, DIMS, "1")
        put_array(group, "predicted", predicted.astype(np.float32), ("model", *DIMS), "1")
        put_array(group, "true_voxel", voxels[TRUE], ("voxel",), "1")
        values = np.stack([voxels[name] for name in predictors])
        put_array(group, "predicted_voxel", values, ("model", "voxel"), "1")


def read_examples(path: Path) -> Examples:
    """Read examples."""
    store = open_store(path)
    attrs: dict[str, Any] = dict(store.attrs)
    names = zip(attrs["structures"], attrs["morphologies"], strict=True)
    return Examples(
        titles=[kind or name for name, kind in names],
        macro_strain=float(attrs["macro_strain_11"]),
        phases=read_values(store, "phase"),
        true=read_values(store, "true"),
        predicted=dict(zip(attrs["models"], read_values(store, "predicted"), strict=True)),
        true_voxels=read_values(store, "true_voxel"),
        predicted_voxels=dict(
            zip(attrs["models"], read_values(store, "predicted_voxel"), strict=True)
        ),
    )
