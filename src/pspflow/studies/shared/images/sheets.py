"""A sheet and its images, checked together: what the catalogue rests on."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from pspflow.errors import InputError, raise_problems
from pspflow.io import imagesets
from pspflow.io.artefacts import fingerprint
from pspflow.io.micrographs import read_header
from pspflow.io.sheet import read_sheet
from pspflow.logs import log, progress
from pspflow.microstructure.catalogue import (
    CROP_COLUMNS,
    Source,
    build_catalogue,
    catalogue_doubts,
)
from pspflow.microstructure.catalogue.crops import crop_of
from pspflow.microstructure.catalogue.levels import count_levels
from pspflow.microstructure.catalogue.repeats import near_copies
from pspflow.microstructure.catalogue.scales import said_of_scales
from pspflow.microstructure.catalogue.thumbnails import thumbnail
from pspflow.studies.shared.images.options import CatalogueOptions


def catalogued(
    sheet: Path, options: CatalogueOptions, threads: int = 1
) -> tuple[pd.DataFrame, list[Path]]:
    """Read a sheet with all its images, and plan each micrograph's crop, scale and size.

    What may be wrong is said in the log.

    Parameters
    ----------
    sheet
        CSV or Parquet sheet with one row per image.
    options
        Domains, labels and common scale.
    threads
        Images that are read at once.

    Returns
    -------
    table
        One row per micrograph.
    images
        Their files.

    Raises
    ------
    InputError
        With one sentence for each fault of the sheet or of an image.
    """
    rows = read_sheet(sheet)
    bar_px = options.scale.annotation_bar_px
    found = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(_source)(sheet, row, cells, bar_px)
        for row, cells in rows.to_dict(orient="index").items()
    )
    sources, problems = [], []
    for source, problem in progress(found, len(rows), "checking images", "image"):
        problems.extend([problem] if problem else [])
        sources.extend([source] if source else [])
    raise_problems(problems)
    table, problems = build_catalogue(
        rows,
        sources,
        options.labels,
        bar_px,
        options.scale.pixel_size_um,
        options.scale.magnification,
    )
    raise_problems(_named(problems, sheet))
    problems, likely = near_copies(
        table.set_index("row"), sources, lambda place: _crop(sheet, table.iloc[place])
    )
    raise_problems(_named(problems, sheet))
    for doubt in _named([*catalogue_doubts(rows, sources, table), *likely], sheet):
        log.warning("%s", doubt)
    _say(table, rows, sources)
    return table, [imagesets.image_path(sheet, image) for image in rows["image"]]


def _named(sentences: list[str], sheet: Path) -> list[str]:
    return [sentence.replace("Sheet", str(sheet), 1) for sentence in sentences]


def _say(table: pd.DataFrame, rows: pd.DataFrame, sources: list[Source]) -> None:
    if table["colour"].any():
        log.info("%d of %d images hold colour: read as luminance", table["colour"].sum(), len(rows))
    log.info("%s", said_of_scales(table, rows, sources))


def _crop(sheet: Path, entry: pd.Series) -> np.ndarray:
    """Read the crop of one catalogued image again."""
    pixels = imagesets.read_image(sheet, int(entry["row"]), str(entry["image"]))
    row, column, height, width = (int(entry[name]) for name in CROP_COLUMNS)
    return pixels[row : row + height, column : column + width]


def _source(
    sheet: Path, row: int, cells: Mapping[Any, Any], bar_px: int
) -> tuple[Source | None, str]:
    """Describe one image, or say what is wrong with it."""
    image = str(cells["image"])
    try:
        pixels = imagesets.read_image(sheet, row, image)
    except InputError as error:
        return None, str(error)
    path = imagesets.image_path(sheet, image)
    content = hashlib.sha256(pixels.data if pixels.flags.c_contiguous else pixels.tobytes())
    content.update(str((pixels.shape, pixels.dtype)).encode())
    header = read_header(path)
    (top, left, height, width), _ = crop_of(cells, pixels.shape[0], pixels.shape[1], bar_px)
    crop = pixels[top : top + height, left : left + width]
    source = Source(
        pixels.shape[0],
        pixels.shape[1],
        str(pixels.dtype),
        fingerprint(path),
        content.hexdigest(),
        header.colour,
        header.pixel_size_um,
        header.pixel_edges_um,
        header.scale_doubt,
        count_levels(crop),
        thumbnail(crop),
    )
    return source, ""
