"""The measured quantities of chips, as tables and figures give them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pspflow.studies.steel.generation.paper import FRACTION, PATH


@dataclass(frozen=True)
class Quantity:
    """A column of measures, and how it is given."""

    name: str
    column: str
    unit: str
    factor: float = 1.0
    relative: bool = True
    """Whether errors of the mean are given in %; else in points."""

    def of(self, measures: pd.DataFrame) -> np.ndarray:
        """Take the values (n,) in the unit, NaN where a chip could not be measured."""
        return measures[self.column].to_numpy(np.float64) * self.factor

    def unit_of(self, moment: str) -> str:
        """Return the unit of the mean, or of the variance."""
        return self.unit if moment == "mean" else f"{self.unit}²"

    def error(self, value: np.ndarray, reference: np.ndarray, moment: str) -> np.ndarray:
        """Compare values with references, both (...): points, or %."""
        if moment == "mean" and not self.relative:
            return np.asarray(value - reference)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(100 * (value / reference - 1))

    def error_unit(self, moment: str) -> str:
        """Return the unit of an error."""
        return "points" if moment == "mean" and not self.relative else "%"


def quantities_of(measures: pd.DataFrame) -> tuple[Quantity, Quantity]:
    """Return the two quantities; the path is in pixels where the pixel size is not known."""
    known = bool(measures["mean_free_path_um"].notna().any())
    path = ("mean_free_path_um", "µm") if known else ("mean_free_path_px", "px")
    fraction = Quantity(FRACTION, "ferrite_fraction", "%", factor=100, relative=False)
    return fraction, Quantity(PATH, *path)
