"""Sizes of micrographs at one magnification."""

import pandas as pd


def common_magnification(magnifications: pd.Series, wanted: float | None) -> float:
    """Return the magnification that all micrographs are brought to: the median unless one is set.

    The median of an even number of micrographs is the lower of the two in the middle, so that it
    is one that there is.
    """
    if wanted is not None:
        return wanted
    return float(magnifications.quantile(0.5, interpolation="lower"))


def scaled_size(
    height_px: int, width_px: int, magnification: float, common: float
) -> tuple[int, int]:
    """Return rows and columns of a micrograph at the common magnification; report, section 9.1.

    A small magnification is enlarged. Sizes are cut to whole pixels, as the report's listing does.
    """
    scale = common / magnification
    return max(1, int(height_px * scale)), max(1, int(width_px * scale))
