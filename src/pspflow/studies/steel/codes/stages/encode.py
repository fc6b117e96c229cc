"""Stage: chips become maps of codes."""

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from cyclopts import Parameter
from cyclopts.validators import Number

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.logs import progress
from pspflow.microstructure.loader import chip_batches
from pspflow.studies.paths import ChipTable, MicrographStore
from pspflow.studies.stage import AUTO, Device, Seed, Threads, Whole, stage
from pspflow.studies.steel.codes.chips import encoded_chips
from pspflow.studies.steel.codes.trained import load_codes
from pspflow.studies.steel.paths import CodeWeights


@stage
def encode(
    *,
    weights: CodeWeights,
    micrographs: MicrographStore,
    chips: ChipTable,
    codes: Path,
    chips_per_micrograph: Annotated[Whole, Parameter(validator=Number(gte=1))],
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Encode chips, as they are and mirrored left to right.

    Parameters
    ----------
    codes
        Zarr store to write: `codes` (chip, flip, row, column), and `position` (chip,), the chips'
        rows of the table of chips.
    chips_per_micrograph
        Most chips of a micrograph.
    """
    torch.set_num_threads(threads)
    rows, store = read_chips(chips), Micrographs(micrographs)
    position = encoded_chips(rows, chips_per_micrograph, seed)
    model = load_codes(weights, device)
    used, maps = rows.iloc[position], []
    batches = chip_batches(store, used)
    for _, images in progress(batches, len(used), "encoding", "chip", lambda each: len(each[1])):
        both = np.stack([images, images[:, :, ::-1]], axis=1)
        made = model.encode(both.reshape(-1, *images.shape[1:])).astype(np.uint16)
        maps.append(made.reshape(len(images), 2, *made.shape[1:]))
    with new_store(codes, origin) as group:
        group.attrs["codes"] = model.codes
        put_array(group, "codes", np.concatenate(maps), ("chip", "flip", "row", "column"), "1")
        put_array(group, "position", position.astype(np.int64), ("chip",), "1")
