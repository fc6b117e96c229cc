"""A user's own micrographs, measured whole: rows of a table, and that table as text."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.micrographs import Header, read_header, read_micrograph
from pspflow.logs import log
from pspflow.microstructure.morphology import divide_phases
from pspflow.microstructure.otsu import ONE_PEAK
from pspflow.microstructure.tiles import Estimate, TiledMorphology, tiled_morphology
from pspflow.report.tables import with_interval
from pspflow.studies.steel.morphology.options import MorphologyOptions

SAME_SIZE: Final = 0.01
"""Largest relative difference of two pixel sizes that count as one."""
TILE_PATHS: Final = 2.0
"""Mean free paths that a tile should be wide, for its interval."""
SIZE_UNKNOWN: Final = "pixel size unknown"
EMPTY: Final = {
    **dict.fromkeys(("height_px", "width_px"), 0),
    "pixel_size_um": np.nan,
    **{
        f"{name}{end}": np.nan
        for name in ("ferrite_fraction", "mean_free_path_um", "mean_free_path_px")
        for end in ("", "_low", "_high")
    },
    "tiles": 0,
    "one_peak": False,
    "failure": "",
}
"""Row of an image that cannot be measured."""


def image_row(
    image: Path, pixel_size_um: float | None, options: MorphologyOptions, tile_px: int
) -> dict[str, Any]:
    """Measure one image; what is wrong with it is in column `failure`.

    Parameters
    ----------
    image
        TIFF, PNG, JPEG or BMP.
    pixel_size_um
        Edge of a pixel, where the file does not say.
    options
        How it is divided into phases.
    tile_px
        Edge of the tiles that intervals come from.
    """
    try:
        return {"image": str(image), **_measured(image, pixel_size_um, options, tile_px)}
    except InputError as error:
        log.warning("%s", error)
        reason = str(error).removeprefix(f"{image}: ")
        return {"image": str(image), **EMPTY, "failure": reason}


def _measured(
    image: Path, pixel_size_um: float | None, options: MorphologyOptions, tile_px: int
) -> dict[str, Any]:
    if image.is_dir():
        raise InputError(f"{image}: this is a folder; name images, as in {image}/*.tif.")
    if not image.is_file():
        raise InputError(f"{image}: there is no such file; correct the path.")
    size_um = _pixel_size(image, read_header(image), pixel_size_um)
    pixels = read_micrograph(image)
    divided = divide_phases(pixels[None], phase=options.phase, background_px=options.background_px)
    found = tiled_morphology(divided.ferrite[0], tile_px)
    one_peak = bool(divided.separability[0] <= ONE_PEAK)
    _warn(image, found, one_peak, size_um, min(tile_px, *pixels.shape))
    return {
        **EMPTY,
        "height_px": pixels.shape[0],
        "width_px": pixels.shape[1],
        "pixel_size_um": size_um,
        **_columns("ferrite_fraction", found.ferrite_fraction),
        **_columns("mean_free_path_um", found.mean_free_path_px, size_um),
        **_columns("mean_free_path_px", found.mean_free_path_px),
        "tiles": found.tiles,
        "one_peak": one_peak,
    }


def _columns(name: str, estimate: Estimate, unit: float = 1.0) -> dict[str, float]:
    ends = zip(("", "_low", "_high"), estimate, strict=True)
    return {f"{name}{end}": value * unit for end, value in ends}


def _pixel_size(image: Path, header: Header, given: float | None) -> float:
    """Find the edge of a pixel, NaN where neither file nor flag says it."""
    if header.pixel_edges_um is not None:
        down, across = header.pixel_edges_um
        raise InputError(
            f"{image}: by the file a pixel is {down:.4g} µm high and {across:.4g} µm wide; "
            "resample the image to square pixels."
        )
    stated = header.pixel_size_um
    if given is not None and stated is not None and abs(stated / given - 1) > SAME_SIZE:
        raise InputError(
            f"{image}: a pixel is {stated:.4g} µm by the file, but {given:.4g} µm by "
            "--pixel-size-um; leave the flag away, or correct the file."
        )
    if given is not None or stated is not None:
        return float(stated if given is None else given)  # type: ignore[arg-type]
    why = header.scale_doubt or "the file does not say how large a pixel is"
    log.warning("%s: %s; its path is in pixels, or give --pixel-size-um", image, why)
    return float("nan")


def _warn(
    image: Path, found: TiledMorphology, one_peak: bool, size_um: float, tile_px: int
) -> None:
    if one_peak:
        log.warning(
            "%s: its grey levels have one peak, so that the threshold may divide one phase; look "
            "at the image, and at --background-px where its light is uneven",
            image,
        )
    path_px = found.mean_free_path_px.value
    if np.isnan(found.mean_free_path_px.low):
        log.warning(
            "%s: no intervals, since the image holds one tile of --tile-px, or one with ferrite",
            image,
        )
    elif tile_px < TILE_PATHS * path_px:
        log.warning(
            "%s: its mean free path is %.3g px, more than half a tile, so that the intervals may "
            "be too narrow; give --tile-px %d or more",
            *(image, path_px, int(np.ceil(TILE_PATHS * path_px))),
        )


def as_text(rows: pd.DataFrame) -> str:
    """Write the table of `image_row` for a terminal: values with their intervals, and notes."""
    shown = []
    for row in rows.itertuples(index=False):
        in_um = np.isfinite(row.mean_free_path_um)
        path, unit = ("mean_free_path_um", "µm") if in_um else ("mean_free_path_px", "px")
        notes = [
            str(row.failure),
            "one peak" if row.one_peak else "",
            "" if in_um or row.failure else SIZE_UNKNOWN,
        ]
        shown.append(
            {
                "image": row.image,
                "ferrite fraction": _interval(row, "ferrite_fraction", ""),
                "mean free path": _interval(row, path, f" {unit}"),
                "note": "; ".join(note for note in notes if note),
            }
        )
    return pd.DataFrame(shown).to_string(index=False)


def _interval(row: Any, name: str, unit: str) -> str:
    ends = (getattr(row, f"{name}{end}") for end in ("", "_low", "_high"))
    return with_interval(*ends, unit=unit)
