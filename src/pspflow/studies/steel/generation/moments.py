"""Means and variances of measured chips, with intervals, and their errors (tables I and II)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pspflow.evaluation.resampling import interval, resamples
from pspflow.studies.steel.generation.paper import MEAN, VARIANCE
from pspflow.studies.steel.generation.quantities import Quantity

MOMENTS = (MEAN, VARIANCE)
REAL, TRAINING, TRUTH, GENERATED = "real test", "real training", "truth", "generated"
KEYS = ("set", "code_model", "trained_on", "source", "domain", "conditions")


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
    good = measured.measures[measured.measures["failure"] == ""]
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
    """Number what is resampled: micrographs where they are named, else chips: (n,) int64."""
    if "micrograph" not in measures:
        return np.arange(len(measures))
    return np.asarray(pd.factorize(measures["micrograph"].astype(str))[0])


def moments_table(
    sets: Sequence[Measured],
    quantities: Sequence[Quantity],
    count: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Tabulate the moments of sets, and their errors against the real chips of the same place.

    The reference is the set of real test chips of the same domain, or the simulator's truth at the
    same conditions. Both sides are resampled.

    Parameters
    ----------
    sets
        Sets, their references among them.
    quantities
        What is measured.
    count
        Number of resamples R.
    rng
        Source of the resamples.

    Returns
    -------
    DataFrame
        `KEYS`, `quantity`, `moment`, `unit`, `value`, `low`, `high`, `error`, `error_low`,
        `error_high`, `error_unit`, `chips`, `failed`, `micrographs`. Limits are NaN where there is
        a single micrograph; errors where there is no reference.
    """
    drawn = {each.keys: resampled(each, quantities, count, rng) for each in sets}
    references = {each.place: each for each in sets if each.kind in {REAL, TRUTH}}
    rows = []
    for each in sets:
        known = references.get(each.place)
        known = None if known is each else known
        good = each.measures[each.measures["failure"] == ""]
        for quantity in quantities:
            for moment in MOMENTS:
                values = drawn[each.keys][quantity.name, moment]
                row = dict(zip(KEYS, each.keys, strict=True))
                row |= {"quantity": quantity.name, "moment": moment}
                row |= {"unit": quantity.unit_of(moment)}
                row |= dict(zip(("value", "low", "high"), limits(values, good), strict=True))
                error = (np.nan,) * 3
                if known is not None:
                    base = drawn[known.keys][quantity.name, moment]
                    error = limits(
                        quantity.error(values, base, moment), good, _measured_of(known)
                    )
                row |= dict(zip(("error", "error_low", "error_high"), error, strict=True))
                row |= {"error_unit": quantity.error_unit(moment), "chips": len(good)}
                row |= {"failed": len(each.measures) - len(good)}
                micrographs = units_of(good).max(initial=-1) + 1 if "micrograph" in good else 0
                rows.append({**row, "micrographs": int(micrographs)})
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


def _measured_of(each: Measured) -> pd.DataFrame:
    return each.measures[each.measures["failure"] == ""]
