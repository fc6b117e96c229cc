"""Mean and variance of the measures of chips, with intervals by micrograph (tables I and II)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from pspflow.arrays import refuses_masks
from pspflow.evaluation.resampling import interval, resamples
from pspflow.seeds import generator

RESAMPLES: Final = 2000
FEWEST: Final = 3
"""Units from which a variance has an interval."""
FRACTION, PATH = "ferrite fraction", "mean free path"
MOMENTS = MEAN, VARIANCE = ("mean", "variance")


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
        return self.unit if moment == MEAN else f"{self.unit}²"

    def error(self, value: np.ndarray, reference: np.ndarray, moment: str) -> np.ndarray:
        """Compare values with references, both (...): points, or %."""
        if moment == MEAN and not self.relative:
            return np.asarray(value - reference)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(100 * (value / reference - 1))

    def error_unit(self, moment: str) -> str:
        """Return the unit of an error."""
        return "points" if moment == MEAN and not self.relative else "%"


def quantities_of(measures: pd.DataFrame) -> tuple[Quantity, Quantity]:
    """Return the two quantities; the path is in pixels where the pixel size is not known."""
    known = bool(measures["mean_free_path_um"].notna().any())
    path = ("mean_free_path_um", "µm") if known else ("mean_free_path_px", "px")
    fraction = Quantity(FRACTION, "ferrite_fraction", "%", factor=100, relative=False)
    return fraction, Quantity(PATH, *path)


@refuses_masks
def resampled_moments(
    values: np.ndarray, units: np.ndarray, draws: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Compute mean and variance of chips in every resample of their micrographs.

    Chips of one micrograph are alike, and a variance over chips of few micrographs would be too
    small: by the scatter between micrographs over their number. So it is half the mean square
    difference of chips of different units, which is unbiased however alike chips of one are, and
    the usual variance where every chip is a unit. A unit that is drawn twice is still one.

    Parameters
    ----------
    values
        (n,) one per chip.
    units
        (n,) codes of what is resampled, micrographs or chips; of a single one the chips' own
        variance is taken.
    draws
        (1 + R, U) whole numbers, how often each unit is drawn.

    Returns
    -------
    mean, variance
        (1 + R,) float64, in the unit of the values and its square. The variance of a single chip is
        NaN, and so are those of resamples with a single unit, and of all resamples of fewer than
        three units, whose pairs are always the same.

    References
    ----------
    Serfling 1980, "Approximation theorems of mathematical statistics", 5.1 (U-statistics).
    """
    if draws.shape[1] == 1 < len(values):
        variance = np.full(len(draws), np.nan)
        variance[0] = values.var(ddof=1)
        return np.full(len(draws), values.mean()), variance
    centre = values.mean()  # so that squares do not cancel
    count, first, second = (
        np.bincount(units, weights, minlength=draws.shape[1])
        for weights in (np.ones(len(values)), values - centre, (values - centre) ** 2)
    )
    chips, total, squares = draws @ count, draws @ first, draws @ second
    twice = np.square(draws)
    pairs = chips**2 - twice @ count**2
    apart = chips * squares - total**2 - twice @ (count * second - first**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(pairs > 0, apart / pairs, np.nan)
        if draws.shape[1] < FEWEST:
            variance[1:] = np.nan
        return centre + total / chips, variance


def limits_of(values: np.ndarray) -> tuple[float, float, float]:
    """Return a value with its interval, (1 + R,), or NaN where no resample has a value."""
    return interval(values) if np.isfinite(values[1:]).any() else (float(values[0]), np.nan, np.nan)


def moments_table(measures: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Summarise the measures of each domain.

    Parameters
    ----------
    measures
        Table of the stage `measure`.
    seed
        Seed of the run, from which the resamples follow.

    Returns
    -------
    DataFrame
        By domain and quantity: `unit`, `micrographs`, `chips` (with values), `one_phase` (without),
        `one_peak`, and `mean`, `mean_low`, `mean_high`, `variance`, `variance_low`,
        `variance_high`: 95 % intervals from resampled micrographs, NaN for a single one.
    """
    quantities = quantities_of(measures)
    rows = []
    for domain, chips in measures.groupby("domain", sort=False):
        good = (chips["failure"] == "").to_numpy()
        places = measures.index.get_indexer(chips.index)[good]
        units = pd.factorize(measures["micrograph"].iloc[places])[0]
        count = int(units.max(initial=-1)) + 1
        draws = resamples(
            np.zeros(count, np.int64), RESAMPLES, generator(seed, "morphology", domain)
        )
        for quantity in quantities:
            row = {
                "domain": domain,
                "quantity": quantity.name,
                "unit": quantity.unit,
                "micrographs": chips["micrograph"].nunique(),
                "chips": int(good.sum()),
                "one_phase": int((~good).sum()),
                "one_peak": int(chips["one_peak"].sum()),
            }
            values = quantity.of(measures.iloc[places])
            moments = resampled_moments(values, units, draws) if count else np.full((2, 1), np.nan)
            for name, found in zip(MOMENTS, moments, strict=True):
                ends = limits_of(found) if count > 1 else (float(found[0]), np.nan, np.nan)
                row |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
            rows.append(row)
    return pd.DataFrame(rows)
