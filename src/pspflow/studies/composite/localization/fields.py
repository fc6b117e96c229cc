"""Structures with local fields: which there are, and how they are filtered and standardised."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from scipy.ndimage import spline_filter

from pspflow.errors import InputError
from pspflow.io.arrays import get_array, open_store, reading
from pspflow.io.tables import read_table
from pspflow.studies.composite.localization.names import FieldName
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.composite.structures.solved_stores import ARRAYS, KEPT

RUN = 0
"""The random split that localization is trained and tested on."""
SPLINE_ORDER = 2


def smooth(phases: np.ndarray) -> np.ndarray:
    """Turn phase ids into a continuous field: coefficients of a periodic quadratic spline.

    Latent report, section 4.1; the order is in its file names. The filter is linear and can be
    undone, so it neither adds nor removes information: it sharpens interfaces.

    Parameters
    ----------
    phases
        Phase ids, shape ``(n, edge, edge, edge)``.

    Returns
    -------
    Float32 of the same shape, with the mean of each structure kept.
    """
    filtered = np.empty(phases.shape, np.float32)
    for place, structure in enumerate(phases):
        filtered[place] = spline_filter(
            structure, SPLINE_ORDER, output=np.float64, mode="grid-wrap"
        )
    return filtered


@dataclass(frozen=True)
class Scale:
    """Mean and spread by which fields are standardised."""

    mean: float
    spread: float

    @classmethod
    def of(cls, fields: np.ndarray) -> "Scale":
        """Average mean and standard deviation of fields (n, ...), latent report, section 4.2."""
        # one at a time: a set of large fields in double precision would fill the memory
        mean = np.mean([field.mean(dtype=np.float64) for field in fields])
        spread = np.mean([field.std(dtype=np.float64) for field in fields])
        return cls(float(mean), float(spread) or 1.0)


@dataclass(frozen=True)
class FieldSet:
    """The structures that have local fields, with their splits.

    Parameters
    ----------
    structures
        Zarr store of the phase ids.
    fields
        Zarr store of the local fields of some of them.
    rows
        Table of those with fields, in their order: structure, specimen, morphology, position (among
        the structures), split.
    name
        The field that is read.
    """

    structures: Path
    fields: Path
    rows: pd.DataFrame
    name: FieldName = "strain"

    @classmethod
    def open(
        cls,
        structures: Path,
        fields: Path,
        table: Path,
        splits: Path,
        name: FieldName = "strain",
    ) -> "FieldSet":
        """Open the stores, and make sure that they belong together.

        Raises
        ------
        InputError
            If the fields are not of these structures, or a split has no structure with a field.
        """
        store = open_store(fields)
        found = get_array(store, ARRAYS[name]).shape
        shape = get_array(open_store(structures), PHASE).shape
        ids = cast("list[str]", store.attrs.get(KEPT, []))
        known = read_table(table)
        position = pd.Index(known["structure"]).get_indexer(ids)
        if found != (len(ids), *shape[1:]) or (position < 0).any():
            raise InputError(
                f"{fields}: array {ARRAYS[name]} is {found} and not of the structures, which are "
                f"{shape}; delete it and the folder solved, and run again."
            )
        drawn = read_table(splits)
        split = drawn[drawn["run"] == RUN].set_index("structure")["split"]
        rows = known.iloc[position].assign(position=position)
        rows = rows.assign(split=rows["structure"].map(split))
        for part in ("train", "validation", "test"):
            if not (rows["split"] == part).any():
                raise InputError(
                    f"{fields}: none of its {found[0]} structures is of split {part!r}; raise "
                    "composite.localization.structures."
                )
        return cls(structures, fields, rows.reset_index(drop=True), name)

    @property
    def edge(self) -> int:
        """Voxels along each axis."""
        return int(get_array(open_store(self.structures), PHASE).shape[1])

    @property
    def macro_strain(self) -> float:
        """The macroscopic strain along x, which is the mean of every strain field."""
        value: Any = get_array(open_store(self.fields), ARRAYS[self.name]).attrs["macro_strain_11"]
        return float(value)

    @property
    def mean(self) -> float | None:
        """The mean of every field; of stresses, None, since each has its own."""
        return self.macro_strain if self.name == "strain" else None

    def places(self, split: str) -> np.ndarray:
        """Find the structures of a split: positions (n,), int64."""
        return np.flatnonzero(self.rows["split"].to_numpy() == split)

    def read(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Read structures: phase ids uint8 and fields float32, shape ``(n, edge, edge, edge)``."""
        ids = get_array(open_store(self.structures), PHASE)
        values = get_array(open_store(self.fields), ARRAYS[self.name])
        position = self.rows["position"].to_numpy()[places]
        with reading(ids):
            phases = np.asarray(ids.oindex[position])
        with reading(values):
            return phases, np.asarray(values.oindex[places])

    def batches(
        self, places: np.ndarray, size: int
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Read structures a few at a time: places (k,), phase ids and fields (k, n, n, n)."""
        for start in range(0, len(places), size):
            here = places[start : start + size]
            yield here, *self.read(here)
