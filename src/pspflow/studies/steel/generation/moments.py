"""Means and variances of measured chips, with intervals, and their errors (tables I and II)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from pspflow.evaluation.resampling import interval, resamples
from pspflow.studies.steel.generation.paper import FRACTION, MEAN, PATH, VARIANCE

MOMENTS = (MEAN, VARIANCE)
REAL, TRAINING, TRUTH, GENERATED = "real test", "real training", "truth", "generated"
Drawn = Mapping[tuple[str, ...], Mapping[tuple[str, str], np.ndarray]]
"""Keys of a set; quantity and moment; (1 + R,) values of the original data and of resamples."""
KEYS = ("set", "code_model", "trained_on", "source", "domain", "conditions")


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


@dataclass(frozen=True)
class Measured:
    """Measured chips of one set."""

    kind: str
    """`REAL`, `TRAINING`, `TRUTH` or `GENERATED`."""
    measures: pd.DataFrame
    """One row per chip; where it has a column `micrograph`, intervals resample micrographs."""
    domain: str = ""
    conditions: str = ""
    """Of chips of no domain, as `named_conditions` names them."""
    code_model: str = ""
    trained_on: str = ""
    source: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """What identifies its rows, in the order of `KEYS`."""
        made = (self.code_model, self.trained_on, self.source)
        return (self.kind, *made, self.domain, self.conditions)

    @property
    def good(self) -> pd.DataFrame:
        """The measures of the chips that could be measured."""
        return self.measures[self.measures["failure"] == ""]

    @property
    def place(self) -> tuple[str, str]:
        """What it is compared at: its domain and its conditions."""
        return self.domain, self.conditions


def named_conditions(names: Sequence[str], values: Sequence[float]) -> str:
    """Write conditions as a text: their values alone where there is one."""
    if len(names) == 1:
        return f"{values[0]:g}"
    return ", ".join(f"{name} {value:g}" for name, value in zip(names, values, strict=True))


def moments(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute mean and variance in every resample.

    Parameters
    ----------
    values
        (n,).
    weights
        (1 + R, n) whole numbers, how often each value is drawn.

    Returns
    -------
    mean, variance
        (1 + R,) float64; the variance is unbiased, and NaN of a single value.
    """
    total = weights.sum(axis=1)
    mean = weights @ values / total
    centred = values - values.mean()  # so that little is cancelled
    square = weights @ centred**2 - total * (weights @ centred / total) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return mean, square / (total - 1)


def resampled(
    measured: Measured, quantities: Sequence[Quantity], count: int, rng: np.random.Generator
) -> Mapping[tuple[str, str], np.ndarray]:
    """Compute the moments of a set with resamples of its micrographs, or of its chips.

    Returns
    -------
    dict
        Quantity and moment, (1 + R,); chips that could not be measured are left out.
    """
    good = measured.good
    if good.empty:
        return {(q.name, m): np.full(1 + count, np.nan) for q in quantities for m in MOMENTS}
    units = units_of(good)
    draws = resamples(np.zeros(units.max() + 1, np.int64), count, rng)[:, units]
    return {
        (quantity.name, name): values
        for quantity in quantities
        for name, values in zip(MOMENTS, moments(quantity.of(good), draws), strict=True)
    }


def units_of(measures: pd.DataFrame) -> np.ndarray:
    """Give numbers to what is resampled: micrographs where they are named, else chips: (n,)."""
    if "micrograph" not in measures:
        return np.arange(len(measures))
    return np.asarray(pd.factorize(measures["micrograph"].astype(str))[0])


def all_resampled(
    sets: Sequence[Measured],
    quantities: Sequence[Quantity],
    count: int,
    rng: np.random.Generator,
) -> Drawn:
    """Compute the moments of every set, each with resamples of its own."""
    return {each.keys: resampled(each, quantities, count, rng) for each in sets}


def references_of(sets: Sequence[Measured]) -> Mapping[tuple[str, str], Measured]:
    """Return by place what sets are compared with: real test chips, or the simulator's truth."""
    return {each.place: each for each in sets if each.kind in {REAL, TRUTH}}


def moments_table(
    sets: Sequence[Measured], drawn: Drawn, quantities: Sequence[Quantity]
) -> pd.DataFrame:
    """Tabulate the moments of sets, and their errors against the real chips of the same place.

    Parameters
    ----------
    sets
        Sets, their references among them; see `references_of`.
    drawn
        See `all_resampled`: both sides of an error are resampled.
    quantities
        What is measured.

    Returns
    -------
    DataFrame
        `KEYS`, `quantity`, `moment`, `unit`, `value`, `low`, `high`, `error`, `error_low`,
        `error_high`, `error_unit`, `chips`, `failed`, `micrographs`. Limits are NaN where there is
        a single micrograph; errors where there is no reference.
    """
    references = references_of(sets)
    rows = []
    for each in sets:
        known = references.get(each.place)
        good = each.good
        counts = {"chips": len(good), "failed": len(each.measures) - len(good)}
        micrographs = good["micrograph"].nunique() if "micrograph" in good else 0
        for quantity, moment in product(quantities, MOMENTS):
            values = drawn[each.keys][quantity.name, moment]
            error = (np.nan,) * 3
            if known is not None and known is not each:
                base = drawn[known.keys][quantity.name, moment]
                error = limits(quantity.error(values, base, moment), good, known.good)
            row = {
                **dict(zip(KEYS, each.keys, strict=True)),
                "quantity": quantity.name,
                "moment": moment,
                "unit": quantity.unit_of(moment),
                **dict(zip(("value", "low", "high"), limits(values, good), strict=True)),
                **dict(zip(("error", "error_low", "error_high"), error, strict=True)),
                "error_unit": quantity.error_unit(moment),
                **counts,
                "micrographs": micrographs,
            }
            rows.append(row)
    return pd.DataFrame(rows)


def limits(values: np.ndarray, *sets: pd.DataFrame) -> tuple[float, float, float]:
    """Return a value with its interval; without limits where a set has a single unit.

    Parameters
    ----------
    values
        (1 + R,), the first of the original data.
    sets
        The measures of the sets that the values are of.
    """
    if np.isnan(values[0]):
        return (np.nan,) * 3
    if any(units_of(each).max(initial=-1) < 1 for each in sets):
        return float(values[0]), np.nan, np.nan
    return interval(values)
