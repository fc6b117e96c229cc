"""Stage: crops of micrographs of a database are drawn and stored."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.arrays import RowWriter, add_array, new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.imagesets import Micrographs
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.microstructure.chips import contrast
from pspflow.seeds import generator
from pspflow.studies.latent.curation.crops import crop_rows, crop_windows, cut_windows
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
    windows, rejected = {}, 0
    low: dict[str, np.ndarray] = {}
    for entry in progress(kept.itertuples(), len(kept), "places of crops", "micrograph"):
        pixels = store[entry.micrograph]
        drawn = crop_windows(
            (pixels.shape[0], pixels.shape[1]),
            size,
            options.redundancy,
            generator(seed, "crops", dataset, entry.micrograph),
        )
        faint = _faint(pixels, drawn, size, options.min_contrast)
        if options.low_contrast == "reject":
            rejected += int(faint.sum())
            drawn, faint = drawn[~faint], faint[~faint]
        windows[entry.micrograph], low[entry.micrograph] = drawn, faint
    counts = np.array([len(windows[name]) for name in kept["micrograph"]])
    if not counts.sum():
        raise InputError(
            f"{table}: no micrograph has a crop of {size[0]} x {size[1]} pixels"
            + (f" after {rejected} of low contrast were rejected" if rejected else "")
            + "; raise curation.scale.magnification, or lower curation.crops.min_contrast."
        )
    groups = kept["group"].to_numpy(str)
    rng = generator(seed, "samples of splits", dataset)
    splits = split_groups(groups, counts, options.split.shares, rng)
    frames = []
    with new_store(images, origin) as target:
        shape = (int(counts.sum()), *size)
        array = add_array(target, IMAGES, shape, np.uint8, IMAGE_DIMS, "grey level")
        array.attrs["rejected_low_contrast"] = rejected
        writer = RowWriter(array)
        for _, entry in progress(kept.iterrows(), len(kept), "crops", "micrograph"):
            name = entry["micrograph"]
            if len(windows[name]):
                writer.add(cut_windows(store[name], windows[name], size))
                frame = crop_rows(entry, windows[name], splits[str(entry["group"])])
                frames.append(frame.assign(low_contrast=low[name]))
        writer.flush()
    made = pd.concat(frames, ignore_index=True)
    write_table(crops, made, origin)
    log.info(
        "%d crops of %d micrographs, %.0f %% of them from enlarged ones; %d of low contrast, %d "
        "rejected: %s",
        *(len(made), made["micrograph"].nunique(), 100 * (made["upscale"] > 1).mean()),
        *(int(made["low_contrast"].sum()), rejected, made["split"].value_counts().to_dict()),
    )


def _faint(
    pixels: np.ndarray, windows: np.ndarray, size: tuple[int, int], least: float
) -> np.ndarray:
    """Tell which windows are of low contrast: (n,) bool."""
    pieces = np.array_split(windows, max(1, len(windows) // 500))
    values = [contrast(cut_windows(pixels, piece, size)) for piece in pieces if len(piece)]
    return np.concatenate(values) < least if values else np.zeros(0, bool)
