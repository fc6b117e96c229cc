"""Stage: micrographs are stored once, at one scale and depth."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from pspflow.errors import InputError
from pspflow.io import imagesets
from pspflow.io.arrays import new_store
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.logs import log, progress
from pspflow.microstructure import rescale
from pspflow.microstructure.catalogue import CROP_COLUMNS
from pspflow.studies.paths import CatalogueTable, RegionTable, Sheet
from pspflow.studies.stage import Threads, stage


@stage
def micrographs(
    *,
    sheet: Sheet,
    catalogue: CatalogueTable,
    regions: RegionTable,
    micrographs: Path,
    threads: Threads = 1,
    origin: Provenance,
) -> None:
    """Read, crop, rescale and store every micrograph once, as 8-bit grey.

    Deep images are mapped by one range of grey levels, fitted to training regions.

    Parameters
    ----------
    micrographs
        Zarr store to write: one group per micrograph.
    """
    table, rectangles = read_table(catalogue), read_table(regions)
    low, high = 0.0, 255.0
    if table["depth"].iloc[0] != "uint8":
        low, high = rescale.fit_grey_range(lambda: _training_pixels(sheet, table, rectangles))
        log.info("Grey levels %g to %g of the training images become 0 to 255", low, high)
    entries = [entry for _, entry in table.iterrows()]
    reading = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(_rescaled)(sheet, entry) for entry in entries
    )
    images = [imagesets.image_path(sheet, image) for image in table["image"]]
    lost: dict[str, list[tuple[int, int, int]]] = {}
    with new_store(micrographs, origin.including({"images": images})) as store:
        store.attrs["grey_range"] = [low, high]
        pairs = zip(entries, reading, strict=True)
        for entry, pixels in progress(pairs, len(entries), "micrographs", "micrograph"):
            grey = pixels if pixels.dtype == np.uint8 else rescale.to_uint8(pixels, low, high)
            imagesets.put_micrograph(store, entry, grey)
            if grey is not pixels and (counts := rescale.lost_levels(pixels, grey)):
                lost.setdefault(str(entry["domain"]), []).append((entry["row"], *counts))
    for domain, rows in lost.items():
        row, before, after = rows[0]
        log.warning(
            "%s row %s: of %d grey levels %d are left in the common range %g to %g, few also in %d "
            "other images of domain %r; check that all images were exposed and saved alike",
            *(sheet, row, before, after, low, high, len(rows) - 1, domain),
        )


def _rescaled(sheet: Path, entry: pd.Series) -> np.ndarray:
    """Read one catalogued image, cropped and brought to the common scale."""
    pixels = imagesets.read_image(sheet, int(entry["row"]), str(entry["image"]))
    row, column, height, width = (int(entry[name]) for name in CROP_COLUMNS)
    cropped = pixels[row : row + height, column : column + width]
    if cropped.min() == cropped.max():
        raise InputError(
            f"{sheet} row {entry['row']}: every pixel of the crop of {entry['image']} is "
            f"{cropped.flat[0]}; correct the crop or remove the row."
        )
    return rescale.resize(cropped, int(entry["height_px"]), int(entry["width_px"]))


def _training_pixels(
    sheet: Path, catalogue: pd.DataFrame, regions: pd.DataFrame
) -> Iterator[np.ndarray]:
    entries = catalogue.set_index("micrograph")
    for region in regions[regions["split"] == "train"].itertuples():
        pixels = _rescaled(sheet, entries.loc[region.micrograph])
        yield pixels[region.row_start : region.row_stop, region.column_start : region.column_stop]
