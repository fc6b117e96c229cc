"""TIFF of 8 or 16 bits or floats, through tifffile (with every compression of imagecodecs)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tifffile
from skimage.color import rgb2gray

from pspflow.errors import InputError
from pspflow.io.micrographs.header import Depth, Header

DEPTHS: dict[str, Depth] = {
    "uint8": "uint8",
    "uint16": "uint16",
    "float16": "float32",
    "float32": "float32",
    "float64": "float32",
}


def read_header(path: Path) -> Header:
    """Read size and kind; see `pspflow.io.micrographs.read_header`."""
    with _page(path) as page:
        name = str(page.dtype)
        if name not in DEPTHS:
            raise InputError(
                f"{path}: pixels of type {name} are not read; save it as 8- or 16-bit grey."
            )
        return Header(page.imagelength, page.imagewidth, DEPTHS[name], page.samplesperpixel > 1)


def read_pixels(path: Path) -> np.ndarray:
    """Decode (rows, columns) as uint8, uint16 or float32."""
    with _page(path) as page:
        pixels = page.asarray()
        if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE and pixels.dtype.kind == "u":
            pixels = np.iinfo(pixels.dtype).max - pixels
        if page.photometric == tifffile.PHOTOMETRIC.PALETTE:
            pixels = page.colormap.T[pixels]
            pixels = (pixels >> 8).astype(np.uint8)
        if pixels.ndim == 3 and page.planarconfig == tifffile.PLANARCONFIG.SEPARATE:
            pixels = np.moveaxis(pixels, 0, -1)
        if pixels.ndim == 3:
            pixels = _luminance(pixels)
        return pixels.astype(DEPTHS[str(pixels.dtype)])


def _luminance(pixels: np.ndarray) -> np.ndarray:
    if pixels.shape[-1] < 3:  # grey and transparency
        return pixels[..., 0]
    grey = rgb2gray(pixels[..., :3].astype(np.float64))
    return np.rint(grey).astype(pixels.dtype) if pixels.dtype.kind == "u" else grey


@contextmanager
def _page(path: Path) -> Iterator[tifffile.TiffPage]:
    try:
        with tifffile.TiffFile(path) as file:
            if len(file.series) > 1 and _same_size(file):
                raise InputError(
                    f"{path}: the file holds {len(file.series)} images; save the one you mean "
                    "as a file of its own."
                )
            if len(file.series[0].pages) > 1:
                raise InputError(
                    f"{path}: the file is a stack of {len(file.series[0].pages)} images; save "
                    "the one you mean as a file of its own."
                )
            page = file.pages.first
            yield page
    except InputError:
        raise
    except (tifffile.TiffFileError, OSError, ValueError, IndexError, RuntimeError) as error:
        raise InputError(f"{path}: the image is damaged or truncated; export it again.") from error


def _same_size(file: tifffile.TiffFile) -> bool:
    """Tell a stack from an image with thumbnails, which microscopes like to append."""
    shapes = {series.shape for series in file.series}
    return len(shapes) == 1
