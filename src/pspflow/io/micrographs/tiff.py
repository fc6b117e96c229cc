"""TIFF of 8 or 16 bits or floats, read with tifffile (with every compression of imagecodecs)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tifffile
from tifffile import PHOTOMETRIC

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.io.micrographs.header import Depth, Header
from pspflow.io.micrographs.luminance import luminance

MICROMETRES_PER_CENTIMETRE = 1e4
PRINT_UM = 20.0
"""A pixel of this size or more is a print resolution: 1200 dpi give 21 µm."""
SQUARE = 0.01
"""Largest relative difference between the edges of a pixel that counts as square."""
DEPTHS: dict[str, Depth] = {
    "uint8": "uint8",
    "uint16": "uint16",
    "float16": "float32",
    "float32": "float32",
    "float64": "float32",
}
SAMPLES: dict[int, tuple[int, ...]] = {
    PHOTOMETRIC.MINISWHITE: (1, 2),
    PHOTOMETRIC.MINISBLACK: (1, 2),
    PHOTOMETRIC.PALETTE: (1,),
    PHOTOMETRIC.RGB: (3, 4),
    PHOTOMETRIC.YCBCR: (3,),
}
"""Possible samples per pixel in each supported colour space, transparency included."""

# our own error sentence replaces what tifffile logs about a damaged file
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


def read_header(path: Path) -> Header:
    """Read size and kind; see `pspflow.io.micrographs.read_header`."""
    with _page(path) as page:
        palette = page.photometric == PHOTOMETRIC.PALETTE
        depth = "uint8" if palette else DEPTHS[str(page.dtype)]
        colour = palette or page.samplesperpixel > 1
        size_um = _pixel_size_um(page)
        return Header(page.imagelength, page.imagewidth, depth, colour, size_um)


def _pixel_size_um(page: tifffile.TiffPage) -> float | None:
    """Read the edge of a pixel; None without a unit, if not square, or of a print resolution."""
    if page.resolutionunit not in (tifffile.RESUNIT.INCH, tifffile.RESUNIT.CENTIMETER):
        return None
    across, down = page.get_resolution("MICROMETER")
    if not across > 1 / PRINT_UM or abs(across - down) > SQUARE * across:
        return None
    return float(1 / across)


def read_pixels(path: Path) -> np.ndarray:
    """Decode (rows, columns) as uint8, uint16 or float32."""
    with _page(path) as page:
        pixels = page.asarray()
        if page.photometric == PHOTOMETRIC.PALETTE:
            pixels = _palette(page)[pixels]
        elif pixels.dtype.kind == "u":
            pixels = _full_scale(pixels, page)
        if page.planarconfig == tifffile.PLANARCONFIG.SEPARATE and page.samplesperpixel > 1:
            pixels = np.moveaxis(pixels, 0, -1)
        if pixels.ndim == 3:
            pixels = luminance(pixels)
        with np.errstate(over="ignore"):  # beyond float32 is infinite, and then refused
            return pixels.astype(DEPTHS[str(pixels.dtype)])


def _palette(page: tifffile.TiffPage) -> np.ndarray:
    """Return the palette's colours, (n, 3) uint8."""
    colours = page.colormap.T
    # a palette has 16 bits, but some writers fill the lower 8 only
    return (colours >> 8 if colours.max() > 255 else colours).astype(np.uint8)


def _full_scale(pixels: np.ndarray, page: tifffile.TiffPage) -> np.ndarray:
    """Make black 0, and spread fewer than 8 bits over all of uint8, as Pillow does for a PNG."""
    white = 2**page.bitspersample - 1
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
            _check_single(path, file, page)
            _check_kind(path, page)
            _check_whole(file, page)
            yield page
    except InputError:
        raise
    except Exception as error:  # damaged bytes make decoders raise errors of any kind
        raise InputError(f"{path}: the image is damaged or truncated; export it again.") from error


def _check_single(path: Path, file: tifffile.TiffFile, page: tifffile.TiffPage) -> None:
    """Refuse stacks, but not an image with thumbnails, which microscopes often append."""
    first, *others = file.series
    count = max(first.size // page.size, page.imagedepth)
    if count > 1:
        raise InputError(
            f"{path}: the file is a stack of {count} images; save the one you need as a separate "
            "file."
        )
    if any(series.size >= page.size for series in others):
        raise InputError(
            f"{path}: the file holds {len(file.series)} images; save the one you need as a "
            "separate file."
        )


def _check_kind(path: Path, page: tifffile.TiffPage) -> None:
    """Refuse pixels that cannot be read as grey levels without ambiguity."""
    if str(page.dtype) not in DEPTHS:
        kind = "an unknown type" if page.dtype is None else f"type {page.dtype}"
        raise InputError(
            f"{path}: pixels of {kind} are not supported; save it as 8- or 16-bit grey."
        )
    space = page.photometric
    readable = page.samplesperpixel in SAMPLES.get(space, ())
    if space == PHOTOMETRIC.YCBCR and page.compression != tifffile.COMPRESSION.JPEG:
        readable = False  # only the JPEG decoder turns it into red, green and blue
    if not readable:
        raise InputError(
            f"{path}: pixels in colour space {getattr(space, 'name', space)} (samples: "
            f"{page.samplesperpixel}) are not supported; save it as 8- or 16-bit grey."
        )


def _check_whole(file: tifffile.TiffFile, page: tifffile.TiffPage) -> None:
    """Refuse a file that ends before its pixels do: decoders would fill in zeros."""
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    end = max(offset + count for offset, count in segments)
    if end > file.filehandle.size or not all(count for _, count in segments):
        raise tifffile.TiffFileError("segments are missing")


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
