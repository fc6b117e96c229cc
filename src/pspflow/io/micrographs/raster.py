"""PNG, JPEG and BMP, through Pillow."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from pspflow.errors import InputError
from pspflow.io.micrographs.header import Depth, Header

DEPTHS: dict[str, Depth] = {"L": "uint8", "I;16": "uint16", "I;16B": "uint16", "I": "uint16"}


def read_header(path: Path) -> Header:
    """Read size and kind; see `pspflow.io.micrographs.read_header`."""
    with _opened(path) as image:
        width, height = image.size
        depth = DEPTHS.get(image.mode, "uint8")
        return Header(height, width, depth, colour=image.mode not in DEPTHS)


def read_pixels(path: Path) -> np.ndarray:
    """Decode (rows, columns) as uint8 or uint16."""
    with _opened(path) as image:
        if image.mode in DEPTHS:
            return np.asarray(image).astype(DEPTHS[image.mode])
        # transparency and palettes have to go through RGB to reach Pillow's luminance
        return np.asarray(image.convert("RGB").convert("L"))


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with warnings.catch_warnings():
            # the size limit is ours: see MAX_PIXELS
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                yield image
    except Image.DecompressionBombError as error:
        raise InputError(
            f"{path}: the image claims too many pixels to be decoded safely; "
            "crop or reduce it before adding it to the sheet."
        ) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{path}: the image is damaged or truncated; export it again.") from error
