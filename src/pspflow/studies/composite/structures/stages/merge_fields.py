"""Stage: the shares of the local fields are joined."""

from pathlib import Path
from typing import cast

from pspflow.errors import InputError
from pspflow.io.arrays import concatenate, get_array, new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.composite.paths import StructureTable
from pspflow.studies.composite.structures.solved_stores import KEPT, MACRO, UNITS, open_set
from pspflow.studies.paths import ShardStores
from pspflow.studies.stage import stage


@stage
def merge_fields(
    *, shards: ShardStores, table: StructureTable, fields: Path, origin: Provenance
) -> None:
    """Join the shares of the local fields into one store, with the ids of their structures.

    Parameters
    ----------
    fields
        Zarr store to write: local strain and stress along x (structure, x, y, z).

    Raises
    ------
    InputError
        If the shares are not those of one set, made with the same options, or hold no fields.
    """
    count = len(read_table(table))
    stores, whole = open_set(shards, fields, origin.stage, count)
    stores = [store for store in stores if KEPT in store.attrs]
    if not stores:
        raise InputError(f"{fields.name}: its shares hold no fields; solve with --fields.")
    with new_store(fields, whole) as group:
        ids = [name for store in stores for name in cast("list[str]", store.attrs[KEPT])]
        group.attrs.update({**MACRO, KEPT: ids})
        for name in UNITS:
            concatenate([get_array(store, name) for store in stores], group)
            get_array(group, name).attrs.update(MACRO)
