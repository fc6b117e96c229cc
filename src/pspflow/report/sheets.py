"""Grey images in sheets with names, pixel for pixel: many small images make a small file.

The sheets are arrays, (y, x) uint8; no plotting library draws them.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from pspflow.arrays import refuses_masks

TEXT_PX: Final = 16
LINE_PX: Final = 24
"""Height of letters, and of the line that a title takes."""
APART_PX: Final = 14
"""White between two sheets."""
WHITE: Final = 255
STEP: Final = 4
"""Grey levels that `coarse` makes one; white stays white, and black black."""


@refuses_masks
def sized(images: np.ndarray, width_px: int) -> np.ndarray:
    """Bring images near a width by whole factors: blocks are averaged, or pixels repeated.

    Parameters
    ----------
    images
        (n, y, x) uint8.
    width_px
        Width that the results have at most, unless that would need pixels to be divided.

    Returns
    -------
    ndarray
        uint8; rows and columns that fill no block are left out.
    """
    count, rows, columns = images.shape
    if columns <= width_px:
        times = width_px // columns
        return images.repeat(times, axis=1).repeat(times, axis=2)
    edge = -(-columns // width_px)
    rows, columns = rows // edge, columns // edge
    blocks = images[:, : rows * edge, : columns * edge].reshape(count, rows, edge, columns, edge)
    return np.rint(blocks.mean(axis=(2, 4), dtype=np.float32)).astype(np.uint8)


@refuses_masks
def coarse(images: np.ndarray) -> np.ndarray:
    """Round grey levels, uint8 of any shape, to 64 of them: files are a quarter smaller."""
    levels = np.rint(np.arange(256) / STEP) * STEP
    return np.minimum(levels, WHITE).astype(np.uint8)[images]


@refuses_masks
def titled(sheets: Mapping[str, np.ndarray], across: int) -> np.ndarray:
    """Lay sheets beside and below each other, a title above each.

    Parameters
    ----------
    sheets
        By title, (y, x) uint8; of any shapes.
    across
        Sheets in a row.
    """
    parts = list(sheets.items())
    lines = [parts[start : start + across] for start in range(0, len(parts), across)]
    across = min(across, len(parts))
    widths = [
        max(
            max(line[place][1].shape[1], _length(line[place][0]))
            for line in lines
            if place < len(line)
        )
        for place in range(across)
    ]
    heights = [max(sheet.shape[0] for _, sheet in line) + LINE_PX for line in lines]
    page = _page(sum(heights) + APART_PX * len(lines), sum(widths) + APART_PX * (across - 1))
    draw = ImageDraw.Draw(page)
    top = 0
    for line, height in zip(lines, heights, strict=True):
        left = 0
        for (title, sheet), width in zip(line, widths, strict=False):
            draw.text((left, top), title, fill=0, font=_font())
            page.paste(Image.fromarray(sheet), (left, top + LINE_PX))
            left += width + APART_PX
        top += height + APART_PX
    return np.asarray(page)[:-APART_PX]


@refuses_masks
def labelled(rows: Mapping[str, np.ndarray]) -> np.ndarray:
    """Lay sheets below each other, a label to the left of each.

    Parameters
    ----------
    rows
        By label, (y, x) uint8; of any shapes.
    """
    margin = max(map(_length, rows)) + APART_PX
    width = max(sheet.shape[1] for sheet in rows.values())
    heights = [max(sheet.shape[0], LINE_PX) for sheet in rows.values()]
    page = _page(sum(heights) + APART_PX * (len(rows) - 1), margin + width)
    draw = ImageDraw.Draw(page)
    top = 0
    for (label, sheet), height in zip(rows.items(), heights, strict=True):
        at = (margin - APART_PX, top + height / 2)
        draw.text(at, label, fill=0, font=_font(), anchor="rm")
        page.paste(Image.fromarray(sheet), (margin, top))
        top += height + APART_PX
    return np.asarray(page)


def _page(rows: int, columns: int) -> Image.Image:
    return Image.new("L", (columns, rows), WHITE)


def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(TEXT_PX)


def _length(text: str) -> int:
    return int(np.ceil(_font().getlength(text)))
