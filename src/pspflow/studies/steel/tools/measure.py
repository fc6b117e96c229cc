"""Command: ferrite fraction and mean free path of a user's micrographs."""

import math
import sys
from pathlib import Path
from typing import Annotated, Final

import pandas as pd
from cyclopts import Parameter

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.sheet import write_sheet
from pspflow.io.tables import write_table
from pspflow.logs import log, progress
from pspflow.microstructure.morphology import Phase
from pspflow.studies.stage import Whole
from pspflow.studies.steel.morphology.options import MorphologyOptions
from pspflow.studies.steel.morphology.own_images import as_text, image_row

SUFFIXES: Final = (".csv", ".parquet")
LEAST_TILE_PX: Final = 8


def measure(
    *images: Annotated[Path, Parameter(help="Micrographs without annotation bar.")],
    out: Path | None = None,
    pixel_size_um: float | None = None,
    phase: Phase = "light",
    background_px: float | None = None,
    tile_px: Whole = 128,
) -> None:
    """Measure ferrite fraction and mean free path of your micrographs, with intervals.

    Each image is divided by its own Otsu threshold and measured whole. Intervals (95 %) come from
    its tiles: they assume that tiles, two mean free paths wide or more, are independent samples of
    one structure, and say nothing of other places of the specimen. An image that cannot be measured
    is listed with the reason; the others are measured, and the command then ends with an error.

    Parameters
    ----------
    images
        Micrographs: TIFF, PNG, JPEG or BMP, without annotation bar.
    out
        Table to write too: .csv or .parquet.
    pixel_size_um
        Size of a pixel in micrometres, where the files do not say; one that says another is
        refused, and without any the path is in pixels.
    phase
        Which phase is ferrite.
    background_px
        Standard deviation of a Gaussian that is subtracted as uneven light; two mean free paths or
        more.
    tile_px
        Edge of the tiles that the intervals come from.

    Raises
    ------
    InputError
        If a flag is wrong, or an image could not be measured.
    """
    _check(images, out, pixel_size_um, background_px, tile_px)
    options = MorphologyOptions(phase=phase, background_px=background_px)
    table = pd.DataFrame(
        [
            image_row(image, pixel_size_um, options, tile_px)
            for image in progress(images, len(images), "micrographs", "micrograph")
        ]
    )
    sys.stdout.write(as_text(table) + "\n")
    failed = table.loc[table["failure"] != "", "image"].tolist()
    if out is not None:
        if out.suffix.lower() == ".csv":
            write_sheet(out, table)
        else:
            read = [Path(name) for name in table["image"] if name not in failed]
            origin = Provenance.of("steel measure", {"images": read}, options)
            write_table(out, table, origin)
        log.info("%d images: %s", len(table), out)
    if failed:
        raise InputError(
            f"{len(failed)} of {len(table)} images could not be measured: {', '.join(failed)}; "
            "see the reasons above."
        )


def _check(
    images: tuple[Path, ...],
    out: Path | None,
    pixel_size_um: float | None,
    background_px: float | None,
    tile_px: int,
) -> None:
    if not images:
        raise InputError("no image is named; name one or more, as in images/*.tif.")
    if out is not None and (out.suffix.lower() not in SUFFIXES or out.is_dir()):
        raise InputError(f"{out}: the table is CSV or Parquet; name a file with such an ending.")
    for flag, value in (("--pixel-size-um", pixel_size_um), ("--background-px", background_px)):
        if value is not None and not 0 < value < math.inf:
            raise InputError(f"{flag} is {value:g}; give a length above 0.")
    if tile_px < LEAST_TILE_PX:
        raise InputError(f"--tile-px is {tile_px}; give {LEAST_TILE_PX} or more.")
