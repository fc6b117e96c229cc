"""Mean and variance of the measures of chips by domain, with intervals (tables I and II)."""

from typing import Final

import numpy as np
import pandas as pd

from pspflow.arrays import refuses_masks
from pspflow.evaluation.resampling import interval, resamples
from pspflow.seeds import generator

RESAMPLES: Final = 2000
FRACTION, PATH = "ferrite fraction", "mean free path"


def quantities(measures: pd.DataFrame) -> dict[str, tuple[str, np.ndarray]]:
    """Return the measures of chips by name: unit and (n,) values.

    The fraction is in percent, the path in µm, or in pixels where the pixel size is not known.
    """
    known = bool(measures["mean_free_path_um"].notna().any())
    unit = "µm" if known else "px"
    path = measures["mean_free_path_um" if known else "mean_free_path_px"].to_numpy(np.float64)
    percent = 100 * measures["ferrite_fraction"].to_numpy(np.float64)
    return {FRACTION: ("%", percent), PATH: (unit, path)}


@refuses_masks
def resampled_moments(values: np.ndarray, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute mean and unbiased variance of chips in every resample.

    Parameters
    ----------
    values
        (n,) one per chip.
    draws
        (1 + R, n) whole numbers, how often each chip is drawn.

    Returns
    -------
    mean, variance
        (1 + R,) float64, in the unit of the values and its square; the variance of one chip is NaN.
    """
    chips = draws.sum(axis=1)
    mean = draws @ values / chips
    centre = values.mean()  # so that squares do not cancel
    first, second = draws @ (values - centre), draws @ (values - centre) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        variance: np.ndarray = (second - first**2 / chips) / (chips - 1)
    return mean, variance


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
    values_of = quantities(measures)
    rows = []
    for domain, chips in measures.groupby("domain", sort=False):
        good = (chips["failure"] == "").to_numpy()
        places = measures.index.get_indexer(chips.index)[good]
        units = pd.factorize(measures["micrograph"].iloc[places])[0]
        count = int(units.max(initial=-1)) + 1
        draws = resamples(
            np.zeros(count, np.int64), RESAMPLES, generator(seed, "morphology", domain)
        )[:, units]
        for quantity, (unit, values) in values_of.items():
            row = {
                "domain": domain,
                "quantity": quantity,
                "unit": unit,
                "micrographs": chips["micrograph"].nunique(),
                "chips": int(good.sum()),
                "one_phase": int((~good).sum()),
                "one_peak": int(chips["one_peak"].sum()),
            }
            moments = resampled_moments(values[places], draws) if count else np.full((2, 1), np.nan)
            for name, found in zip(("mean", "variance"), moments, strict=True):
                ends = interval(found) if count > 1 else (float(found[0]), np.nan, np.nan)
                row |= dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))
            rows.append(row)
    return pd.DataFrame(rows)
