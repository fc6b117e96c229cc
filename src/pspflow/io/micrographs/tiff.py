"""TIFF of 1 to 16 bits or floats, read with tifffile (with every compression of imagecodecs)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tifffile
from tifffile import PHOTOMETRIC

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.io.micrographs import orientation
from pspflow.io.micrographs.header import Header, described
from pspflow.io.micrographs.lengths import MICROMETRES_PER_CENTIMETRE
from pspflow.io.micrographs.luminance import luminance
from pspflow.io.micrographs.tiffchecks import COLOURS, DEPTHS, check_page, has_transparency
from pspflow.io.micrographs.tiffscale import scale_claims
from pspflow.io.micrographs.transparency import (
    refuse_channels,
    refuse_missing,
    refuse_transparent,
)

NO_DATA = 42113
"""Code of the tag that names the value of missing pixels."""

# our own error sentence replaces what tifffile logs about a damaged file
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


def read_header(path: Path) -> Header:
    """Read size and kind; see `pspflow.io.micrographs.read_header`."""
    with _page(path) as page:
        palette = page.photometric == PHOTOMETRIC.PALETTE
        return described(
            page.imagelength,
            page.imagewidth,
            depth="uint8" if palette else DEPTHS[str(page.dtype)],
            colour=palette or page.samplesperpixel > 1,
            orientation=_orientation(page),
            claims=scale_claims(page),
        )


def read_pixels(path: Path) -> np.ndarray:
    """Decode (rows, columns) as uint8, uint16 or float32."""
    with _page(path) as page:
        pixels = page.asarray()
        if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and page.samplesperpixel > 1:
            pixels = np.moveaxis(pixels, 0, -1)
        _check_pixels(path, page, pixels)
        if page.photometric == PHOTOMETRIC.PALETTE:
            pixels = _palette(page)[pixels.astype(np.uint16, copy=False)]
        elif pixels.dtype.kind in "bu":
            pixels = _full_scale(pixels, page)
        if pixels.ndim == 3:
            pixels = luminance(pixels)
        with np.errstate(over="ignore"):  # beyond float32 is infinite, and then refused
            grey = pixels.astype(DEPTHS[str(pixels.dtype)], copy=False)
        return orientation.turned(grey, _orientation(page))


def _orientation(page: tifffile.TiffPage) -> int:
    return orientation.valid(page.tags.valueof(orientation.TAG))


def _check_pixels(path: Path, page: tifffile.TiffPage, pixels: np.ndarray) -> None:
    """Refuse pixels that hold no grey level, or that hold two pictures."""
    if NO_DATA in page.tags:
        missing = pixels == _number(page.tags.valueof(NO_DATA))
        refuse_missing(path, missing.all(axis=-1) if missing.ndim == 3 else missing)
    if page.samplesperpixel == COLOURS[page.photometric]:
        return
    further = pixels[..., -1]
    if has_transparency(page):
        full = 2**page.bitspersample - 1 if pixels.dtype.kind == "u" else max(1, further.max())
        refuse_transparent(path, further, full)
    elif further.min() != further.max():  # else it only pads the pixel
        refuse_channels(path, page.samplesperpixel)


def _number(text: object) -> float:
    """Read a number that is stored as text; NaN, which equals no pixel, where it is none."""
    try:
        return float(str(text).replace(",", "."))
    except ValueError:
        return float("nan")


def _palette(page: tifffile.TiffPage) -> np.ndarray:
    """Return the palette's colours, (n, 3) uint8."""
    colours = page.colormap.T
    # a palette has 16 bits, but some writers fill the lower 8 only
    return (colours >> 8 if colours.max() > 255 else colours).astype(np.uint8)


def _full_scale(pixels: np.ndarray, page: tifffile.TiffPage) -> np.ndarray:
    """Make black 0, and spread fewer than 8 bits over all of uint8, as Pillow does for a PNG."""
    white = 2**page.bitspersample - 1
    if pixels.dtype.kind == "b":
        pixels = pixels.astype(np.uint8)
    if page.photometric == PHOTOMETRIC.MINISWHITE:
        pixels = white - pixels
    if white < 255:
        pixels = np.rint(pixels * (255 / white)).astype(np.uint8)
    return pixels


@contextmanager
def _page(path: Path) -> Iterator[tifffile.TiffPage]:
    try:
        with tifffile.TiffFile(path) as file:
            page = file.pages.first
            check_page(path, file, page)
            yield page
    except InputError:
        raise
    except Exception as error:  # damaged bytes make decoders raise errors of any kind
        raise InputError(f"{path}: the image is damaged or truncated; export it again.") from error


@refuses_masks
def write_tiff(
    path: Path, pixels: np.ndarray, pixel_size_um: float | None, description: str
) -> None:
    """Write a grey image (rows, columns) without loss, with its pixel size where known."""
    scale = {}
    if pixel_size_um is not None:
        per_cm = MICROMETRES_PER_CENTIMETRE / pixel_size_um
        scale = {"resolution": (per_cm, per_cm), "resolutionunit": "CENTIMETER"}
    tifffile.imwrite(
        path,
        pixels,
        compression="zlib",
        description=description,
        software="pspflow",
        metadata=None,
        **scale,
    )
