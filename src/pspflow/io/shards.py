"""Shares of work that is divided among jobs."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, provenance_of
from pspflow.io.artefacts import Provenance, fingerprint


def share(count: int, shard: str) -> slice:
    """Return one share of `count` items, for example `2-of-8`.

    Shares are consecutive and almost equal in size; joined in order they are the whole.

    Raises
    ------
    InputError
        If the shard is not written in this way.
    """
    number, of, total = shard.partition("-of-")
    if not (of and number.isdecimal() and total.isdecimal() and 1 <= int(number) <= int(total)):
        raise InputError(f"The shard is {shard!r}; write it as 2-of-8.")
    return slice(count * (int(number) - 1) // int(total), count * int(number) // int(total))


def open_shares(
    shards: Sequence[Path], target: Path, stage: str
) -> tuple[list[zarr.Group], Provenance]:
    """Open the shares of one artefact, and record what is joined from them.

    Parameters
    ----------
    shards
        Zarr stores of the shares, in order.
    target
        What is joined from them; errors name it.
    stage
        Name of the stage that joins them.

    Returns
    -------
    stores, origin
        The shares, and the provenance of the whole: options, seed and inputs of its shares, which
        are all alike, the fingerprint of the shares as input `shards`, and every device that one
        was made on.

    Raises
    ------
    InputError
        If the shares were made with different options or from different inputs.
    """
    stores = [open_store(shard) for shard in shards]
    records = [provenance_of(store) for store in stores]
    devices = sorted({device for each in records if (device := each.pop("device", None))})
    # each share says which one it is, and that and the device alone may differ
    whole = [{**each, "options": {**each["options"], "shard": None}} for each in records]
    if any(record != whole[0] for record in whole):
        raise InputError(f"{target.name}: its shares differ in origin; delete them and rerun.")
    options = {name: value for name, value in records[0]["options"].items() if name != "shard"}
    inputs = {**records[0]["inputs"], "shards": fingerprint(*shards)}
    joined = Provenance(stage, options, records[0]["seed"], inputs)
    return stores, replace(joined, device=" and ".join(devices) or None)
