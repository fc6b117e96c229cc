"""Chips are measured: one row each, with the columns of the study's table of measures."""

import numpy as np
import pandas as pd

from pspflow.microstructure.morphology import Morphology, measure_morphology
from pspflow.studies.steel.morphology.options import MorphologyOptions


def measured(
    chips: np.ndarray, options: MorphologyOptions, pixel_size_um: float | None = None
) -> pd.DataFrame:
    """Measure chips (n, rows, columns) uint8, and tabulate what is found; see `tabulated`."""
    found = measure_morphology(chips, phase=options.phase, background_px=options.background_px)
    return tabulated(found, pixel_size_um)


def tabulated(found: Morphology, pixel_size_um: float | None) -> pd.DataFrame:
    """Tabulate the measures of chips.

    Returns
    -------
    DataFrame
        `ferrite_fraction` (0 to 1), `mean_free_path_px`, `mean_free_path_um` (NaN where the pixel
        size is not known), `failure` ("" where there is none) and `one_peak`.
    """
    size_um = np.nan if pixel_size_um is None else pixel_size_um
    return pd.DataFrame(
        {
            "ferrite_fraction": found.ferrite_fraction,
            "mean_free_path_px": found.mean_free_path_px,
            "mean_free_path_um": found.mean_free_path_px * size_um,
            "failure": found.failure.astype(object),
            "one_peak": found.one_peak,
        }
    )
