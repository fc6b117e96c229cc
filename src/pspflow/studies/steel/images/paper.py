"""What the steel paper says of its micrographs and chips, and how those of a run differ.

Facts alone, each with its place. The measures of generated chips stand in the chapter `generation`.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from pspflow.studies.steel.images.options import RATES

CHIP_PX: Final = 128
"""Edge of a chip, section III A."""
PIXEL_SIZE_UM: Final = 0.34
"""Edge of a pixel, caption of figure 4."""
SHAPE_PX: Final = (768, 1024)
"""Rows and columns of a micrograph, section III A."""
MICROGRAPHS_PER_RATE: Final = 40
"""Section III A."""
CHIPS_PER_MICROGRAPH: Final = 165
"""Section III A, without those that are mirrored."""
MEASURED_CHIPS: Final = 1_000
"""Chips of each rate that tables I and II are computed from."""


class Moments(NamedTuple):
    """Mean and variance over chips."""

    mean: float
    variance: float


FERRITE_PERCENT: Final = {
    "rate_1": Moments(73.4, 15.8),
    "rate_3": Moments(68.8, 13.9),
    "rate_10": Moments(66.2, 29.3),
    "rate_30": Moments(63.4, 50.3),
}
"""Table I, training images: area of ferrite in percent."""
MEAN_FREE_PATH_UM: Final = {
    "rate_1": Moments(6.50, 0.857),
    "rate_3": Moments(4.49, 0.346),
    "rate_10": Moments(3.88, 0.361),
    "rate_30": Moments(3.64, 0.528),
}
"""Table II, training images: mean free path in ferrite in µm."""


def papers_domains(domains: Iterable[str]) -> bool:
    """Return whether a run has the paper's domains, and so values of the paper to compare with."""
    return tuple(domains) == tuple(RATES)


def differences(chip_px: int, pixel_size_um: float) -> list[str]:
    """Name the differences in the data that forbid a comparison with the paper's values.

    Parameters
    ----------
    chip_px
        Edge of the run's chips.
    pixel_size_um
        Edge of a pixel in µm at the run's common scale; NaN if unknown.
    """
    found = []
    if chip_px != CHIP_PX:
        found.append(f"chips of {chip_px} pixels, not {CHIP_PX}")
    if not abs(pixel_size_um / PIXEL_SIZE_UM - 1) <= 0.01:  # NaN too
        size = f"of {pixel_size_um:.4g} µm" if pixel_size_um > 0 else "of unknown size"
        found.append(f"pixels {size}, not {PIXEL_SIZE_UM:g} µm")
    return found
