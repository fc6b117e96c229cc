"""Stage: the shares of the persistence images are joined."""

from pathlib import Path

from pspflow.io.arrays import concatenate, get_array, new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.shards import open_shares
from pspflow.studies.paths import ShardStores
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.stage import stage


@stage
def merge(*, shards: ShardStores, persistence: Path, origin: Provenance) -> None:
    """Join the shares of the persistence images into one store, in the order of the chips.

    Parameters
    ----------
    persistence
        Zarr store to write.

    Raises
    ------
    InputError
        If the shares were made with different options or from different chips.
    """
    stores, whole = open_shares(shards, persistence, origin.stage)
    with new_store(persistence, whole) as group:
        group.attrs["chips"] = whole.inputs["chips"]
        for name in pi.DIMS[1:]:
            concatenate([get_array(stores[0], name)], group)
        concatenate([get_array(store, pi.IMAGES) for store in stores], group)
