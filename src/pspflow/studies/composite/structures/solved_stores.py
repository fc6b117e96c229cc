"""Stores of what the solver found: names of their arrays and attributes, and joining of shares."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import get_array
from pspflow.io.artefacts import Provenance
from pspflow.io.shards import open_shares

STIFFNESS: Final = "stiffness"
STRAIN: Final = "strain_11"
STRESS: Final = "stress_11"
UNITS: Final = {STRAIN: "1", STRESS: "GPa"}
"""Arrays of local fields, each of the component along x, and their units."""
ARRAYS: Final = {"strain": STRAIN, "stress": STRESS}
"""The same by the names of the fields."""
KEPT: Final = "structures"
"""Attribute of stores of fields: the ids of their structures, in order."""
MACRO: Final = {"macro_strain_11": 0.001}
"""The macroscopic strain of the stored fields, an attribute of store and array."""


def open_set(
    shards: Sequence[Path], target: Path, stage: str, count: int
) -> tuple[list[zarr.Group], Provenance]:
    """Open the shares of a set, and record what is joined from them.

    Parameters
    ----------
    shards, target, stage
        See `open_shares`.
    count
        Number of structures in the set.

    Raises
    ------
    InputError
        If the shares are not those of one set, made with the same options, in order.
    """
    stores, origin = open_shares(shards, target, stage)
    # a share that is missing, doubled or out of order does not fit the attribute `first`
    lengths = [get_array(store, STIFFNESS).shape[0] for store in stores]
    firsts: list[Any] = [store.attrs["first"] for store in stores]
    if firsts != list(np.cumsum([0, *lengths[:-1]])) or sum(lengths) != count:
        raise InputError(
            f"{target.name}: its shares are not the {count} structures of the set in order; delete "
            "them and rerun."
        )
    return stores, origin
