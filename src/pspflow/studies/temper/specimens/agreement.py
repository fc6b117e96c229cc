"""Do readings of specimens agree with the truth: rank correlation, slope, and gain over the source.

A transfer can make chips that nobody tells from those of the target, and still lose what is the
specimen's own. That is asked here, over held-out specimens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from pspflow.evaluation.resampling import FEWEST_FOR_INTERVAL, interval, resamples
from pspflow.studies.temper.specimens.rulers import SOURCE

FEWEST = 3
"""Specimens below which nothing is measured: any two are in one order or the other."""
MEASURES = ("rho", "slope", "gain")
LIMITS = tuple(f"{name}_{end}" for name in MEASURES for end in ("low", "high"))


def agreement(readings: pd.DataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Compare readings with the truth.

    Parameters
    ----------
    readings
        One row per `target`, `source`, `flow`, `quantity` and `specimen`, with what was `read` and
        what is `true`, both positive.
    count
        Resamples of the specimens.
    rng
        Source of the resamples.

    Returns
    -------
    DataFrame
        One row per `target`, `source`, `flow` and `quantity`: `specimens`, Spearman's `rho`, the
        `slope` of the logarithm of what was read on that of the truth (1: differences between
        specimens are kept in full), and `gain`, rho less that of the untransferred source on the
        same specimens (NaN for the source itself, and where there is none). All are NaN below 3
        specimens. Their 95 % intervals resample specimens, alike for all rows of a direction; NaN
        below 12 specimens.
    """
    rows = []
    for (target, source, quantity), part in readings.groupby(
        ["target", "source", "quantity"], sort=False
    ):
        drawn = Drawn.of(part, count, rng)
        rhos = drawn.correlations()
        for flow in dict.fromkeys(part["flow"]):
            gain = np.full(1 + count, np.nan)
            if SOURCE in rhos and flow != SOURCE:
                gain = rhos[flow] - rhos[SOURCE]
            slope = _slope(drawn.read[flow], drawn.true)
            found = {"rho": rhos[flow], "slope": slope, "gain": gain}
            key = {"target": target, "source": source, "quantity": quantity, "flow": flow}
            count_of = drawn.specimens
            rows.append({**key, "specimens": count_of, **_with_limits(found, count_of)})
    columns = ["target", "source", "quantity", "flow", "specimens", *MEASURES, *LIMITS]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class Drawn:
    """Readings of one quantity in one direction, in every resample of the specimens."""

    specimens: int
    read: Mapping[str, np.ndarray]
    """Flow, (1 + R, specimens) logarithms of what was read; row 0 is of all specimens."""
    true: np.ndarray
    """(1 + R, specimens) logarithms of the truth; NaN below 3 specimens."""

    @classmethod
    def of(cls, part: pd.DataFrame, count: int, rng: np.random.Generator) -> Self:
        """Draw resamples of the specimens, alike for all flows.

        Parameters
        ----------
        part
            Rows of `flow`, `specimen`, `read` and `true`.
        count
            Resamples.
        rng
            Their source.
        """
        wide = part.pivot_table(index="specimen", columns="flow", values="read", sort=False)
        true = part.drop_duplicates("specimen").set_index("specimen")["true"].loc[wide.index]
        weights = resamples(np.zeros(len(true), dtype=np.int64), count, rng)
        at = np.stack([np.repeat(np.arange(len(true)), row) for row in weights])
        wanted = np.log(true.to_numpy())[at]
        if len(true) < FEWEST:
            wanted = np.full_like(wanted, np.nan)
        return cls(len(true), {name: np.log(wide[name].to_numpy())[at] for name in wide}, wanted)

    def correlations(self) -> dict[str, np.ndarray]:
        """Return Spearman's rank correlation of every flow with the truth, (1 + R,)."""
        ranks = _ranks(self.true)
        return {name: _correlation(_ranks(each), ranks) for name, each in self.read.items()}


def _ranks(values: np.ndarray) -> np.ndarray:
    return np.asarray(rankdata(values, axis=1))


def _correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Correlate rows (r, s); NaN where one of them is constant."""
    a, b = (each - each.mean(axis=1, keepdims=True) for each in (first, second))
    sizes = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
    return np.asarray((a * b).sum(axis=1) / np.where(sizes > 0, sizes, np.nan))


def _slope(read: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Fit lines to rows (r, s) by least squares; NaN where the truth is constant."""
    centred = true - true.mean(axis=1, keepdims=True)
    sizes = (centred**2).sum(axis=1)
    return np.asarray((centred * read).sum(axis=1) / np.where(sizes > 0, sizes, np.nan))


def _with_limits(found: dict[str, np.ndarray], specimens: int) -> dict[str, float]:
    row: dict[str, float] = {}
    for name, values in found.items():
        row[name], low, high = float(values[0]), np.nan, np.nan
        if specimens >= FEWEST_FOR_INTERVAL and np.isfinite(values).any():
            _, low, high = interval(values)
        row |= {f"{name}_low": low, f"{name}_high": high}
    return row
