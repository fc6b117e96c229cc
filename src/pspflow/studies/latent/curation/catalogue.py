"""Sizes of the images of a database, and the scale that each is brought to."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.micrographs import MAX_PIXELS, read_header
from pspflow.logs import log, progress
from pspflow.studies.latent.curation.options import ScaleOptions
from pspflow.studies.latent.curation.rows import (
    DEEP,
    ENLARGED,
    KEPT,
    NO_FILE,
    TOO_SMALL,
    TWICE,
    UNSUITABLE,
    drop,
)
from pspflow.studies.latent.curation.scaling import common_magnification, scaled_size


def read_sizes(found: pd.DataFrame, folder: Path, scale: ScaleOptions) -> pd.DataFrame:
    """Add rows and columns of the kept images without their bars; drop those that cannot be read.

    Parameters
    ----------
    found
        As from `rows.judge_rows`.
    folder
        Folder of the images.
    scale
        Rows of the annotation bar.

    Returns
    -------
    DataFrame
        The same with `height_px` and `width_px`, 0 where unknown.
    """
    sizes = np.zeros((len(found), 2), np.int64)
    reasons = found["reason"].to_numpy(str).astype(object)
    kept, seen = np.flatnonzero(reasons == KEPT), set[Path]()
    for place in progress(kept, len(kept), "headers", "image"):
        path = folder / found["image"].iloc[place]
        if not _is_file(path):
            reasons[place] = NO_FILE
            continue
        if (real := path.resolve()) in seen:
            reasons[place] = TWICE
            continue
        seen.add(real)
        try:
            header = read_header(path)
        except InputError as error:
            reasons[place] = UNSUITABLE
            log.warning("%s", error)
            continue
        sizes[place] = max(0, header.height_px - scale.annotation_bar_px), header.width_px
        if header.depth != "uint8":
            reasons[place] = DEEP
        elif sizes[place, 0] < 1:
            reasons[place] = TOO_SMALL
    missing = int((reasons == NO_FILE).sum())
    if missing:
        log.warning("%d of %d images are missing in %s", missing, len(kept), folder)
    return found.assign(reason=reasons, height_px=sizes[:, 0], width_px=sizes[:, 1])


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the name is too long for a file, as where columns are exchanged
        return False


def with_scale(found: pd.DataFrame, scale: ScaleOptions) -> pd.DataFrame:
    """Add the common magnification, enlargements and sizes at it; drop what is enlarged too much.

    No micrograph is enlarged to more than `io.micrographs.MAX_PIXELS`.

    The common magnification is that of rows which their metadata allow, whether or not their files
    are there, so that a missing file changes no other micrograph.

    Returns
    -------
    DataFrame
        The same with `common_magnification`, `upscale` (common magnification over that of the
        micrograph; NaN where that is unknown), `scaled_height_px` and `scaled_width_px`.
    """
    wanted = found["reason"].isin([KEPT, NO_FILE, UNSUITABLE, TOO_SMALL, DEEP])
    common = common_magnification(found.loc[wanted, "magnification"], scale.magnification)
    upscale = common / found["magnification"]
    if scale.max_upscale is not None:
        found = drop(found, upscale > scale.max_upscale, ENLARGED)
    # a magnification of another unit would fill the memory
    pixels = upscale**2 * found["height_px"] * found["width_px"]
    found = drop(found, pixels > MAX_PIXELS, ENLARGED)
    sizes = [
        scaled_size(row.height_px, row.width_px, row.magnification, common)
        if row.reason == KEPT
        else (0, 0)
        for row in found.itertuples()
    ]
    heights, widths = np.array(sizes, np.int64).reshape(-1, 2).T
    return found.assign(
        common_magnification=common,
        upscale=upscale,
        scaled_height_px=heights,
        scaled_width_px=widths,
    )
