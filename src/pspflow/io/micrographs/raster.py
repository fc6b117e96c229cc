"""PNG, JPEG and BMP, read with Pillow (and imagecodecs for 16-bit colour)."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image

from pspflow.errors import InputError
from pspflow.io.micrographs.header import Depth, Header
from pspflow.io.micrographs.luminance import luminance

DEPTHS: dict[str, Depth] = {
    "1": "uint8",
    "L": "uint8",
    "I;16": "uint16",
    "I;16B": "uint16",
    "I": "uint16",
}


def read_header(path: Path) -> Header:
    """Read size and kind; see `pspflow.io.micrographs.read_header`."""
    with _opened(path) as image:
        width, height = image.size
        depth = "uint16" if _deep_colour(image) else DEPTHS.get(image.mode, "uint8")
        return Header(height, width, depth, colour=image.mode not in DEPTHS)


def read_pixels(path: Path) -> np.ndarray:
    """Decode (rows, columns) as uint8 or uint16."""
    with _opened(path) as image:
        if _deep_colour(image):
            return luminance(imagecodecs.png_decode(path.read_bytes()))
        if image.mode == "1":
            return np.asarray(image.convert("L"))
        if image.mode in DEPTHS:
            return np.asarray(image).astype(DEPTHS[image.mode])
        # transparency, palettes and inks (CMYK) become red, green and blue first
        return luminance(np.asarray(image.convert("RGB")))


def _deep_colour(image: Image.Image) -> bool:
    """Detect 16-bit colour, which Pillow would cut to 8 bits, before the pixels are decoded."""
    tiles = getattr(image, "tile", [])
    if image.format != "PNG" or image.mode in DEPTHS or not tiles:
        return False
    return str(tiles[0][3]).endswith(";16B")


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            # our own size limit applies: see MAX_PIXELS
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                yield image
    except Image.DecompressionBombError as error:
        raise InputError(
            f"{path}: the image has too many pixels to be decoded safely; "
            "crop or reduce it before adding it to the sheet."
        ) from error
    except Exception as error:  # damaged bytes make decoders raise errors of any kind
        raise InputError(f"{path}: the image is damaged or truncated; export it again.") from error
