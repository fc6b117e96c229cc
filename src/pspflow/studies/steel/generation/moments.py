"""Means and variances of measured chips, with intervals, and their errors (tables I and II)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from pspflow.evaluation.resampling import resamples
from pspflow.studies.steel.morphology.moments import MOMENTS, Quantity, limits_of, resampled_moments

REAL, TRAINING, TRUTH, GENERATED = "real test", "real training", "truth", "generated"
Drawn = Mapping[tuple[str, ...], Mapping[tuple[str, str], np.ndarray]]
"""Keys of a set; quantity and moment; (1 + R,) values of the original data and of resamples."""
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
    draws = resamples(np.zeros(units.max() + 1, np.int64), count, rng)
    return {
        (quantity.name, name): values
        for quantity in quantities
        for name, values in zip(
            MOMENTS, resampled_moments(quantity.of(good), units, draws), strict=True
        )
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
    return limits_of(values)
