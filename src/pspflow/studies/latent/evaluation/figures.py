"""Pictures of reconstructions, samples and strips between images, pixel for pixel."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from pspflow.report.mosaics import mosaic
from pspflow.report.sheets import labelled, sized, titled

EDGE: Final = 8
"""Images beside each other: 8 reconstructions, and 64 samples in a square, as in the report."""
ROW_PX, SAMPLE_PX, STEP_PX = 128, 64, 96
"""Widths of a reconstruction, a sample and an image of a strip, at most."""
ACROSS: Final = 3
"""Sheets of samples beside each other."""
BETWEEN: Final = 190
"""Grey between images, since maps of boundaries are white at their edges."""


def rows_picture(rows: Mapping[str, np.ndarray]) -> np.ndarray:
    """Show rows of images below each other: (y, x) uint8.

    Parameters
    ----------
    rows
        Label of each row, images (n, y, x) uint8.
    """
    return labelled(
        {name: mosaic(sized(each, ROW_PX), len(each), BETWEEN) for name, each in rows.items()}
    )


def sheets_picture(sheets: Mapping[str, np.ndarray]) -> np.ndarray:
    """Show square sheets of at most 64 images: (y, x) uint8.

    Parameters
    ----------
    sheets
        Title of each sheet, images (n, y, x) uint8.
    """
    return titled(
        {
            name: mosaic(sized(each[: EDGE**2], SAMPLE_PX), EDGE, BETWEEN)
            for name, each in sheets.items()
        },
        ACROSS,
    )


def strips_picture(strips: Mapping[str, np.ndarray]) -> np.ndarray:
    """Show strips that lead from one image to another, below each other: (y, x) uint8.

    Parameters
    ----------
    strips
        Label of each strip, images (steps, y, x) uint8.
    """
    return labelled(
        {name: mosaic(sized(each, STEP_PX), len(each), BETWEEN) for name, each in strips.items()}
    )
