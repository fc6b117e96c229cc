"""Reading micrographs: one module per file format family, chosen by the file's first bytes."""

from pathlib import Path
from types import ModuleType

import numpy as np

from pspflow.errors import InputError
from pspflow.io.micrographs import raster, tiff
from pspflow.io.micrographs.header import MAX_PIXELS, Header

SIGNATURES: dict[bytes, ModuleType] = {
    b"II*\0": tiff,
    b"MM\0*": tiff,
    b"II+\0": tiff,
    b"MM\0+": tiff,
    b"\x89PNG\r\n\x1a\n": raster,
    b"\xff\xd8\xff": raster,
    b"BM": raster,
}

NO_LEVEL = 1e30
"""Floats as large as this stand for no value, such as -3.4e38 in files of other instruments."""

__all__ = ["MAX_PIXELS", "Header", "read_header", "read_micrograph"]


def read_header(path: Path) -> Header:
    """Read an image's size and kind without decoding it.

    Raises
    ------
    InputError
        If the file is missing, empty, not an image of a known format, of several pages, or has
        more than `MAX_PIXELS` pixels by its header.
    """
    header = _family(path).read_header(path)
    if not (header.height_px > 0 and header.width_px > 0):
        raise InputError(f"{path}: the image has no pixels; export it again.")
    if header.height_px * header.width_px > MAX_PIXELS:
        raise InputError(
            f"{path}: the image has {header.height_px} x {header.width_px} pixels, more than "
            f"{MAX_PIXELS:,}; crop or reduce it before adding it to the sheet."
        )
    return header


def read_micrograph(path: Path) -> np.ndarray:
    """Read one grey image.

    Returns
    -------
    ndarray
        (rows, columns) as seen, uint8, uint16 or float32, in the grey levels of the file; colour
        becomes luminance.

    Raises
    ------
    InputError
        As `read_header`, and if pixels are truncated, transparent, missing, NaN, infinite or
        beyond any grey level, or all equal, or hold two pictures.
    """
    read_header(path)
    pixels = _family(path).read_pixels(path)
    if pixels.dtype.kind == "f" and not np.isfinite(pixels).all():
        raise InputError(f"{path}: the image holds NaN or infinite pixels; export it again.")
    low, high = pixels.min(), pixels.max()
    if pixels.dtype.kind == "f" and max(-low, high) >= NO_LEVEL:
        odd = low if -low >= NO_LEVEL else high
        raise InputError(
            f"{path}: some pixels are {odd:.3g}, which stands for no value; crop the image to "
            "measured pixels."
        )
    if low == high:
        raise InputError(
            f"{path}: every pixel is {pixels.flat[0]}; replace the image or remove its row."
        )
    return pixels


def _family(path: Path) -> ModuleType:
    try:
        if not path.is_file():
            if path.is_dir():
                raise InputError(f"{path}: this is a folder; name an image in column 'image'.")
            raise InputError(f"{path}: there is no such file; correct the path in column 'image'.")
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise InputError(
            f"{path}: the file cannot be opened ({error.strerror}); correct its permissions or the "
            "path in column 'image'."
        ) from error
    if not start:
        raise InputError(f"{path}: the file is empty; export the image again.")
    for signature, family in SIGNATURES.items():
        if start.startswith(signature):
            return family
    raise InputError(f"{path}: not a TIFF, PNG, JPEG or BMP image; convert it to one of these.")
