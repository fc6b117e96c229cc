"""What the solver found: how it is stored, and the stages that join its shares."""

from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pandas as pd
import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import (
    concatenate,
    get_array,
    new_store,
    open_store,
    provenance_of,
    read_values,
)
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.tables import read_table, write_table
from pspflow.options import Paths
from pspflow.studies.composite.properties import NORMAL, POSITIONS

STIFFNESS = "stiffness"
STRAIN = "strain_11"
KEPT = "structures"
"""Attribute of stores of strains: the ids of their structures, in order."""
MACRO: Final = {"macro_strain_11": 0.001}
"""The macroscopic strain of the stored fields, an attribute of store and array."""


def merge_stiffness(*, shards: Paths, table: Path, stiffness: Path) -> None:
    """Join the shares of the solver's work into a table of stiffness, one row a structure.

    Parameters
    ----------
    shards
        Zarr stores of the shares, in order.
    table
        Table of the structures.
    stiffness
        Parquet table to write: components of the stiffness in GPa.

    Raises
    ------
    InputError
        If the shares are not those of one set, made with the same options.
    """
    names = read_table(table)["structure"]
    stores, origin = _shares("composite merge-stiffness", shards, stiffness, len(names))
    blocks = np.concatenate([read_values(store, STIFFNESS) for store in stores])
    values = {name: blocks[:, row, col] for name, (row, col) in zip(NORMAL, POSITIONS, strict=True)}
    write_table(stiffness, pd.DataFrame({"structure": names, **values}), origin)


def merge_strain(*, shards: Paths, table: Path, strain: Path) -> None:
    """Join the shares of the strain fields into one store, with the ids of their structures.

    Parameters
    ----------
    shards
        Zarr stores of the shares, in order.
    table
        Table of the structures.
    strain
        Zarr store to write: local strain along x (structure, x, y, z).

    Raises
    ------
    InputError
        If the shares are not those of one set, made with the same options, or hold no fields.
    """
    count = len(read_table(table))
    stores, origin = _shares("composite merge-strain", shards, strain, count)
    stores = [store for store in stores if STRAIN in store]
    if not stores:
        raise InputError(f"{strain.name}: its shares hold no strain fields; solve with --fields.")
    with new_store(strain, origin) as group:
        concatenate([get_array(store, STRAIN) for store in stores], group)
        ids = [name for store in stores for name in cast("list[str]", store.attrs[KEPT])]
        group.attrs.update({**MACRO, KEPT: ids})
        get_array(group, STRAIN).attrs.update(MACRO)


def _shares(
    stage: str, shards: Paths, target: Path, count: int
) -> tuple[list[zarr.Group], Provenance]:
    """Open the shares, make sure that they are all of one set, and record what comes of them."""
    stores = [open_store(shard) for shard in shards]
    records = [provenance_of(store) for store in stores]
    if any(record != records[0] for record in records):
        raise InputError(f"{target.name}: its shares differ in origin; delete them and rerun.")
    # what is in the way of `first` is a share that is missing, doubled or out of order
    lengths = [get_array(store, STIFFNESS).shape[0] for store in stores]
    firsts: list[Any] = [store.attrs["first"] for store in stores]
    if firsts != list(np.cumsum([0, *lengths[:-1]])) or sum(lengths) != count:
        raise InputError(
            f"{target.name}: its shares are not the {count} structures of the set in order; delete "
            "them and rerun."
        )
    inputs = {**records[0]["inputs"], "shards": fingerprint(*shards)}
    return stores, Provenance(stage, records[0]["options"], None, inputs)
