"""Which TIFF files are refused before their pixels are decoded."""

from pathlib import Path

import tifffile
from tifffile import EXTRASAMPLE, PHOTOMETRIC

from pspflow.errors import InputError
from pspflow.io.micrographs.header import Depth, is_preview
from pspflow.io.micrographs.transparency import refuse_channels

DEPTHS: dict[str, Depth] = {
    "bool": "uint8",
    "uint8": "uint8",
    "uint16": "uint16",
    "float16": "float32",
    "float32": "float32",
    "float64": "float32",
}
COLOURS: dict[int, int] = {
    PHOTOMETRIC.MINISWHITE: 1,
    PHOTOMETRIC.MINISBLACK: 1,
    PHOTOMETRIC.PALETTE: 1,
    PHOTOMETRIC.RGB: 3,
    PHOTOMETRIC.YCBCR: 3,
}
"""Samples per pixel in each supported colour space; grey and red, green, blue may have one more."""
TRANSPARENCY = (EXTRASAMPLE.ASSOCALPHA, EXTRASAMPLE.UNASSALPHA)


def check_page(path: Path, file: tifffile.TiffFile, page: tifffile.TiffPage) -> None:
    """Refuse a file of several images, of pixels that are not grey levels, or that is cut short.

    Raises
    ------
    InputError
        If the file holds several images, or pixels whose grey level would be a guess.
    tifffile.TiffFileError
        If pixels are missing.
    """
    _check_single(path, file, page)
    _check_kind(path, page)
    _check_whole(file, page)


def has_transparency(page: tifffile.TiffPage) -> bool:
    """Say whether the sample beside grey or colour is declared as transparency."""
    return bool(page.extrasamples) and page.extrasamples[0] in TRANSPARENCY


def _check_single(path: Path, file: tifffile.TiffFile, page: tifffile.TiffPage) -> None:
    """Refuse stacks, but not an image with thumbnails, which microscopes often append."""
    # a file may be one part of a set, or its description that of a stack: its own images count
    file.is_ome = file.is_mmstack = file.is_ndtiff = False
    file.is_imagej = page.is_imagej and not file.pages.is_multipage
    first, *others = file.series
    count = max(first.size // page.size, page.imagedepth)
    if first.kind == "imagej" and not first.is_truncated:
        count = 1  # else its pixels follow those of the first page, without tags of their own
    if count > 1:
        raise InputError(
            f"{path}: the file is a stack of {count} images; save the one you need as a separate "
            "file."
        )
    further = sum(not _is_thumbnail(other, page) for series in others for other in series)
    if further:
        raise InputError(
            f"{path}: the file holds {1 + further} images; save the one you need as a "
            "separate file."
        )


def _is_thumbnail(other: tifffile.TiffPage, page: tifffile.TiffPage) -> bool:
    size, full = ((each.imagewidth, each.imagelength) for each in (other, page))
    return is_preview(size, full) or other.is_reduced or other.is_subifd


def _check_kind(path: Path, page: tifffile.TiffPage) -> None:
    """Refuse pixels that cannot be read as grey levels without ambiguity."""
    if str(page.dtype) not in DEPTHS:
        kind = "an unknown type" if page.dtype is None else f"type {page.dtype}"
        raise InputError(
            f"{path}: pixels of {kind} are not supported; save it as 8- or 16-bit grey."
        )
    space = page.photometric
    further = page.samplesperpixel - COLOURS.get(space, page.samplesperpixel + 1)
    most = 0 if space in (PHOTOMETRIC.PALETTE, PHOTOMETRIC.YCBCR) else 1
    readable = 0 <= further <= most
    if space == PHOTOMETRIC.YCBCR and page.compression != tifffile.COMPRESSION.JPEG:
        readable = False  # only the JPEG decoder turns it into red, green and blue
    if not readable:
        raise InputError(
            f"{path}: pixels in colour space {getattr(space, 'name', space)} (samples: "
            f"{page.samplesperpixel}) are not supported; save it as 8- or 16-bit grey."
        )
    if page.samplesperpixel == 2 and not has_transparency(page):
        refuse_channels(path, 2)
    if space == PHOTOMETRIC.MINISWHITE and page.dtype.kind == "f":
        raise InputError(
            f"{path}: white is 0 in this image of floats, and no level is known to be black; "
            "invert it so that black is 0, and save it again."
        )


def _check_whole(file: tifffile.TiffFile, page: tifffile.TiffPage) -> None:
    """Refuse a file that ends before its pixels do: decoders would fill in zeros."""
    segments = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    end = max(offset + count for offset, count in segments)
    if end > file.filehandle.size or not all(count for _, count in segments):
        raise tifffile.TiffFileError("segments are missing")
