"""Stage: crops of micrographs of a database are drawn and stored."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.arrays import RowWriter, add_array, new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.microstructure.chips import contrast, random_windows
from pspflow.seeds import generator
from pspflow.studies.latent.curation.crops import crop_rows, cut_windows
from pspflow.studies.latent.curation.options import CroppingOptions
from pspflow.studies.latent.curation.rows import KEPT
from pspflow.studies.latent.curation.splits import split_groups
from pspflow.studies.latent.datasets.image_sets import IMAGE_DIMS, IMAGES
from pspflow.studies.latent.names import CROP_PX, CropsName
from pspflow.studies.latent.paths import MicrographTable
from pspflow.studies.paths import MicrographStore
from pspflow.studies.stage import Seed, stage


@stage
def crops(
    *,
    dataset: CropsName,
    table: MicrographTable,
    micrographs: MicrographStore,
    images: Path,
    crops: Path,
    options: CroppingOptions = CroppingOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Draw random crops of every micrograph, and split them by sample.

    Parameters
    ----------
    dataset
        Its name says how large crops are.
    images
        Zarr store to write: the crops.
    crops
        Parquet table to write: one row per crop, in the same order.
    options
        Number, contrast and splits.

    Raises
    ------
    InputError
        If no micrograph is large enough, or too few samples are left.
    """
    size = CROP_PX[dataset]
    rows, store = read_table(table), Micrographs(micrographs)
    kept = rows[(rows["reason"] == KEPT) & rows["micrograph"].isin(store.names)]
    places = {}
    for name in progress(kept["micrograph"], len(kept), "places of crops", "micrograph"):
        rng = generator(seed, "crops", dataset, name)
        places[name] = _drawn(store[name], size, options, rng)
    counts = np.array([len(each.windows) for each in places.values()])
    rejected = sum(each.rejected for each in places.values())
    if not counts.sum():
        raise InputError(
            f"{table}: no micrograph has a crop of {size[0]} x {size[1]} pixels"
            + (f" after {rejected} of low contrast were rejected" if rejected else "")
            + "; raise curation.scale.magnification, or lower curation.crops.min_contrast."
        )
    if not counts.all():
        log.warning("%d of %d micrographs give no crop", int((counts == 0).sum()), len(counts))
    rng = generator(seed, "samples of splits", dataset)
    splits = split_groups(kept["group"].to_numpy(str), counts, options.split.shares, rng)
    frames = []
    with new_store(images, origin) as target:
        shape = (int(counts.sum()), *size)
        array = add_array(target, IMAGES, shape, np.uint8, IMAGE_DIMS, "grey level")
        array.attrs["rejected_low_contrast"] = rejected
        writer = RowWriter(array)
        for _, entry in progress(
            kept[counts > 0].iterrows(), int((counts > 0).sum()), "crops", "micrograph"
        ):
            name = entry["micrograph"]
            windows, faint, _ = places[name]
            writer.add(cut_windows(store[name], windows, size))
            frame = crop_rows(entry, windows, splits[str(entry["group"])])
            frames.append(frame.assign(low_contrast=faint))
        writer.flush()
    made = pd.concat(frames, ignore_index=True)
    write_table(crops, made, origin)
    log.info(
        "%d crops of %d micrographs, %.0f %% of them from enlarged ones; %d of low contrast, %d "
        "rejected: %s",
        *(len(made), made["micrograph"].nunique(), 100 * (made["upscale"] > 1).mean()),
        *(int(made["low_contrast"].sum()), rejected, made["split"].value_counts().to_dict()),
    )


class Places(NamedTuple):
    """Where crops of a micrograph lie."""

    windows: np.ndarray
    """(n, 2) int64, first row and first column."""
    faint: np.ndarray
    """(n,) bool, whether a crop is of low contrast."""
    rejected: int
    """Crops of low contrast that are left out."""


def _drawn(
    pixels: np.ndarray, size: tuple[int, int], options: CroppingOptions, rng: np.random.Generator
) -> Places:
    """Draw the crops of one micrograph, and reject those of low contrast where that is wanted."""
    height, width = pixels.shape
    whole = {"row_start": 0, "row_stop": height, "column_start": 0, "column_stop": width}
    windows = random_windows(whole, size, options.redundancy, rng)
    faint = _faint(pixels, windows, size, options.min_contrast)
    if options.low_contrast == "mark":
        return Places(windows, faint, 0)
    return Places(windows[~faint], faint[~faint], int(faint.sum()))


def _faint(
    pixels: np.ndarray, windows: np.ndarray, size: tuple[int, int], least: float
) -> np.ndarray:
    """Tell which windows are of low contrast: (n,) bool."""
    pieces = np.array_split(windows, max(1, len(windows) // 500))
    values = [contrast(cut_windows(pixels, piece, size)) for piece in pieces if len(piece)]
    return np.concatenate(values) < least if values else np.zeros(0, bool)
