"""Magnifications as a metadata table writes them, or as its micron bars imply them."""

import re
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.io.micrographs.lengths import unit_um
from pspflow.studies.latent.curation.options import Columns

_TEXT: Final = re.compile(
    r"[x×]?\s*(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s*(k?)\s*[x×]?", re.IGNORECASE
)
_AMBIGUOUS: Final = re.compile(r"\d{1,3}\.\d{3}")
"""A thousand in some languages, and one in others."""
UNREADABLE: Final = -1.0
"""Value of a magnification that is given and cannot be read."""


class BarConstant(NamedTuple):
    """Product of magnification and pixel size, in micrometres, of rows that have both."""

    um: float
    """Median."""
    spread: float
    """Largest relative deviation of nine tenths of the rows from it."""
    rows: int


def read_magnification(text: str) -> float:
    """Read a magnification: `1964X`, `4910x`, `x500`, `1,964`, `2.5kX`.

    Returns
    -------
    float
        NaN for an empty cell, `UNREADABLE` for one that is no positive magnification, or may be
        two, as 1.964 may.
    """
    if not text.strip():
        return np.nan
    match = _TEXT.fullmatch(text.strip())
    if not match or (_AMBIGUOUS.fullmatch(match[1]) and not match[2]):
        return UNREADABLE
    value = float(match[1].replace(",", "")) * (1000 if match[2] else 1)
    return value if value > 0 else UNREADABLE


def bar_pixel_sizes(table: pd.DataFrame, columns: Columns) -> pd.Series:
    """Return micrometres per pixel of every row from its micron bar; NaN where it has none.

    Parameters
    ----------
    table
        Text cells.
    columns
        Names of the columns of the bar.
    """
    length = pd.to_numeric(table[columns.bar_length], errors="coerce")
    pixels = pd.to_numeric(table[columns.bar_px], errors="coerce")
    unit = table[columns.bar_unit].map(lambda name: unit_um(name) or np.nan if name else np.nan)
    size = length * unit / pixels
    return size.where(np.isfinite(size) & (size > 0))


def bar_constant(magnifications: pd.Series, pixel_sizes_um: pd.Series) -> BarConstant | None:
    """Estimate the product of magnification and pixel size; None where no row has both.

    It is the same for all images that one microscope scanned with as many pixels.
    """
    product = (magnifications.where(magnifications > 0) * pixel_sizes_um).dropna()
    if product.empty:
        return None
    middle = float(product.median())
    spread = float((product / middle - 1).abs().quantile(0.9))
    return BarConstant(middle, spread, len(product))
