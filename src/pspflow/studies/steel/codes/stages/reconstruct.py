"""Stage: test chips are encoded and decoded, and compared with what they were."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs, read_chips
from pspflow.io.tables import write_table
from pspflow.logs import progress
from pspflow.microstructure.loader import chip_batches, cut_chips
from pspflow.seeds import generator
from pspflow.studies.paths import ChipTable, MicrographStore
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.steel.codes.axes import principal_axes
from pspflow.studies.steel.codes.chips import few_of_each, split_chips
from pspflow.studies.steel.codes.options import ReconstructionOptions
from pspflow.studies.steel.codes.reconstructions import compared
from pspflow.studies.steel.codes.trained import load_codes
from pspflow.studies.steel.morphology.options import MorphologyOptions
from pspflow.studies.steel.paths import CodeWeights

EXAMPLES_PER_DOMAIN = 2
THUMBNAIL_PX = 32
"""Least edge of a thumbnail."""


@stage
def reconstruct(
    *,
    weights: CodeWeights,
    micrographs: MicrographStore,
    chips: ChipTable,
    reconstructions: Path,
    pictures: Path,
    options: ReconstructionOptions = ReconstructionOptions(),
    morphology: MorphologyOptions = MorphologyOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Encode and decode test chips, compare them, and place training chips in the latent space.

    Parameters
    ----------
    reconstructions
        Parquet table to write: errors and measures by test chip.
    pictures
        Zarr store to write, for the figures: examples, codebook, and training chips in the latent
        space.
    morphology
        How chips are divided into phases.
    """
    torch.set_num_threads(threads)
    rows, store = read_chips(chips), Micrographs(micrographs)
    model = load_codes(weights, device)
    tested = rows.iloc[split_chips(rows, "test", options.chips_per_micrograph, seed)]
    tables = []
    batches = chip_batches(store, tested)
    for at, images in progress(batches, len(tested), "test chips", "chip", lambda e: len(e[1])):
        decoded = model.decode(model.encode(images))
        names = tested.iloc[at][["chip_id", "micrograph", "domain"]].astype(str)
        found = compared(images, decoded, morphology)
        tables.append(pd.concat([names.reset_index(drop=True), found], axis=1))
    write_table(reconstructions, pd.concat(tables, ignore_index=True), origin)

    some = tested.iloc[few_of_each(tested, EXAMPLES_PER_DOMAIN, generator(seed, "examples"))]
    examples = cut_chips(store, some)
    codes = model.encode(examples)
    drawn = split_chips(rows, "train", options.chips_per_micrograph, seed)
    rng = generator(seed, "embedded chips")
    embedded = np.sort(rng.permutation(drawn)[: options.embedded_chips])
    placed = cut_chips(store, rows.iloc[embedded])
    latents = model.latents(placed).reshape(len(placed), -1)
    projection = principal_axes(latents)
    grey, chip = "grey level", ("chip", "y", "x")
    with new_store(pictures, origin) as group:
        group.attrs["domains"] = some["domain"].astype(str).tolist()
        put_array(group, "original", examples, chip, grey)
        put_array(group, "reconstruction", model.decode(codes), chip, grey)
        put_array(group, "codes", codes.astype(np.uint16), ("chip", "row", "column"), "1")
        put_array(group, "codebook", model.codebook, ("code", "number"), "1")
        put_array(group, "position", embedded, ("point",), "1")
        put_array(group, "coordinates", projection.coordinates, ("point", "axis"), "1")
        put_array(group, "explained", projection.explained, ("axis",), "1")
        put_array(group, "thumbnail", _thumbnails(placed), ("point", "y", "x"), grey)


def _thumbnails(chips: np.ndarray) -> np.ndarray:
    """Average chips (n, rows, columns) uint8 over squares, to `THUMBNAIL_PX` pixels or more."""
    count, height, width = chips.shape
    step = max(1, min(height, width) // THUMBNAIL_PX)
    rows, columns = height // step, width // step
    cut = chips[:, : rows * step, : columns * step]
    means: np.ndarray = cut.reshape(count, rows, step, columns, step).mean(axis=(2, 4))
    return means.round().astype(np.uint8)
