"""What chips for wishes reach: bias and root-mean-square error, by where the chips come from."""

from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import Difference
from pspflow.evaluation.resampling import interval
from pspflow.studies.steel.inverse.wishes import SOURCES, errors_of

ERRORS: Final = {
    "ferrite_points": ("ferrite fraction", "points"),
    "path_percent": ("mean free path", "%"),
}
"""Errors of chips: what is measured, and the unit."""


def error_table(wishes: pd.DataFrame, resamples: int, rng: np.random.Generator) -> pd.DataFrame:
    """Summarise the errors for every source of chips.

    Every wish counts alike. Intervals are of chips resampled within each wish: the wishes are
    fixed.

    Parameters
    ----------
    wishes
        As of the stage `wish`.
    resamples
        Resamples of the chips.
    rng
        Random generator of the draws.

    Returns
    -------
    DataFrame
        `source`, `chips`, `one_phase` (chips without a measure), and for each error `NAME_bias`
        and `NAME_rms`, with `_low` and `_high`; these are NaN for single chips.
    """
    rows = []
    for source in SOURCES:
        part = errors_of(wishes[wishes["source"] == source])
        known = part[part["failure"] == ""]
        row: dict[str, object] = {
            "source": source,
            "chips": len(part),
            "one_phase": len(part) - len(known),
        }
        for name in ERRORS:
            groups = [each.to_numpy() for _, each in known.groupby("wish")[name]]
            row |= _summary(name, groups, resamples, rng)
        rows.append(row)
    return pd.DataFrame(rows)


def _summary(
    name: str, groups: list[np.ndarray], resamples: int, rng: np.random.Generator
) -> dict[str, float]:
    if not groups:
        return {f"{name}_{kind}": np.nan for kind in ("bias", "rms")}
    biases, squares = np.zeros((2, 1 + resamples))
    for errors in groups:
        drawn = errors[rng.integers(len(errors), size=(resamples, len(errors)))]
        every = [errors.mean(), *drawn.mean(axis=1)]
        biases += np.array(every) / len(groups)
        squares += np.array([(errors**2).mean(), *(drawn**2).mean(axis=1)]) / len(groups)
    single = max(map(len, groups)) == 1
    found = {}
    for kind, values in (("bias", biases), ("rms", np.sqrt(squares))):
        value, low, high = interval(values)
        found[f"{name}_{kind}"] = value
        found[f"{name}_{kind}_low"] = np.nan if single else low
        found[f"{name}_{kind}_high"] = np.nan if single else high
    return found


def rms_by_wish(wishes: pd.DataFrame) -> pd.DataFrame:
    """Return the root-mean-square errors of each wish and source, and the means reached.

    Returns
    -------
    DataFrame
        Indexed by wish and source: the errors, and `ferrite_points_bias`, `path_percent_bias`.
    """
    known = errors_of(wishes[wishes["failure"] == ""])
    groups = known.groupby(["wish", "source"])
    squared = known.assign(**{name: known[name] ** 2 for name in ERRORS})
    rms = squared.groupby(["wish", "source"])[list(ERRORS)].mean() ** 0.5
    return rms.join(groups[list(ERRORS)].mean().add_suffix("_bias"))


def difference_of(wishes: pd.DataFrame, error: str, one: str, other: str) -> Difference:
    """Compare two sources: the root-mean-square error of the one less the other's, over wishes."""
    found = rms_by_wish(wishes)[error]
    left = found.xs(one, level="source") - found.xs(other, level="source")
    return Difference.of(left.dropna().to_numpy())
