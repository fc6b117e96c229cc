"""Pictures of reconstructions, samples and strips between images, pixel for pixel."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from pspflow.report.mosaics import mosaic
from pspflow.report.sheets import coarse, labelled, sized, titled

EDGE: Final = 8
"""Images beside each other: 8 reconstructions, and 64 samples in a square, as in the report."""
ROW_PX, SAMPLE_PX, STEP_PX = 128, 48, 96
"""Widths of a reconstruction, a sample and an image of a strip, at most."""
WHOLE_PX: Final = 64
"""Width up to which samples keep all pixels."""
PAGE_PX: Final = 1700
"""Width of a page of sheets, at most."""
BETWEEN: Final = 190
"""Grey between images, since maps of boundaries are white at their edges."""


def rows_picture(rows: Mapping[str, np.ndarray]) -> np.ndarray:
    """Show rows of images below each other: (y, x) uint8.

    Parameters
    ----------
    rows
        Label of each row, images (n, y, x) uint8.
    """
    return labelled({name: _laid(sized(each, ROW_PX), len(each)) for name, each in rows.items()})


def sheets_picture(sheets: Mapping[str, np.ndarray]) -> np.ndarray:
    """Show square sheets of at most 64 images: (y, x) uint8.

    Parameters
    ----------
    sheets
        Title of each sheet, images (n, y, x) uint8.
    """
    laid = {
        name: _laid(
            sized(each[: EDGE**2], WHOLE_PX if each.shape[2] <= WHOLE_PX else SAMPLE_PX), EDGE
        )
        for name, each in sheets.items()
    }
    return titled(laid, max(1, PAGE_PX // max(sheet.shape[1] for sheet in laid.values())))


def strips_picture(strips: Mapping[str, np.ndarray]) -> np.ndarray:
    """Show strips that lead from one image to another, below each other: (y, x) uint8.

    Parameters
    ----------
    strips
        Label of each strip, images (steps, y, x) uint8.
    """
    return labelled({name: _laid(sized(each, STEP_PX), len(each)) for name, each in strips.items()})


def _laid(images: np.ndarray, across: int) -> np.ndarray:
    return mosaic(coarse(images), across, BETWEEN)
