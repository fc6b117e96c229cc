"""Stage: the shares of the strain fields are joined."""

from pathlib import Path
from typing import cast

from pspflow.errors import InputError
from pspflow.io.arrays import concatenate, get_array, new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.studies.composite.paths import StructureTable
from pspflow.studies.composite.structures.solved_stores import KEPT, MACRO, STRAIN, open_set
from pspflow.studies.paths import ShardStores
from pspflow.studies.stage import stage


@stage
def merge_strain(
    *, shards: ShardStores, table: StructureTable, strain: Path, origin: Provenance
) -> None:
    """Join the shares of the strain fields into one store, with the ids of their structures.

    Parameters
    ----------
    strain
        Zarr store to write: local strain along x (structure, x, y, z).

    Raises
    ------
    InputError
        If the shares are not those of one set, made with the same options, or hold no fields.
    """
    count = len(read_table(table))
    stores, whole = open_set(shards, strain, origin.stage, count)
    stores = [store for store in stores if STRAIN in store]
    if not stores:
        raise InputError(f"{strain.name}: its shares hold no strain fields; solve with --fields.")
    with new_store(strain, whole) as group:
        concatenate([get_array(store, STRAIN) for store in stores], group)
        ids = [name for store in stores for name in cast("list[str]", store.attrs[KEPT])]
        group.attrs.update({**MACRO, KEPT: ids})
        get_array(group, STRAIN).attrs.update(MACRO)
