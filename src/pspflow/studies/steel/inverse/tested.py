"""Micrographs whose conditions are known and inferred: intervals, and how often they are right."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from pspflow.evaluation.calibration import coverage, uniformity
from pspflow.evaluation.comparisons import Difference
from pspflow.studies.steel.inverse.axes import Axis
from pspflow.studies.steel.inverse.inference import Inference
from pspflow.studies.steel.inverse.posterior import LEVEL, Posterior, posterior

DRAWS: Final = 999
"""Quantiles of a posterior among which a truth has its rank."""
SHOWN_EVERY: Final = 5
"""Cells of a posterior of which one is kept for figures."""
FEWEST: Final = 50
"""Micrographs from which ranks are tested."""
LEVELS: Final = tuple(np.round(np.append(np.arange(0.1, 0.95, 0.1), (0.95, 0.99)), 2))


class Tested(NamedTuple):
    """A measured micrograph whose conditions are known."""

    name: str
    truth: tuple[float, ...]
    """Value of each condition, in the sheet's unit."""
    measured: tuple[float, float]
    """Mean ferrite fraction, and mean path in pixels."""
    area_px2: float


def simulated_rates(axis: Axis, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw values of a condition from the prior, (count,) in the sheet's unit."""
    return axis.values(rng.uniform(-1, 1, count))


def inferred(each: Tested, found: Inference) -> Iterator[tuple[dict[str, object], pd.DataFrame]]:
    """Infer the conditions of a micrograph by every likelihood.

    Yields
    ------
    A row for each likelihood and condition: truth, mean, median, 90 % interval and the probability
    of a value below the truth; and the posterior's density.
    """
    for name, likelihood in found.likelihoods.items():
        result = posterior(likelihood, found.axes, np.array(each.measured), each.area_px2)
        for at, axis in enumerate(found.axes):
            key = {"micrograph": each.name, "likelihood": name, "condition": axis.name}
            row = {
                **key,
                "truth": each.truth[at],
                "ferrite_fraction": each.measured[0],
                "mean_free_path_px": each.measured[1],
                "area_px2": each.area_px2,
                **summary(result, at),
                "below_truth": result.below(at, each.truth[at]),
                "truth_met": float(axis.met(np.array(each.truth[at]))),
                "width_met": float(np.diff(axis.met(np.array(result.interval(at))))[0]),
            }
            yield row, density_table(result, at).iloc[SHOWN_EVERY // 2 :: SHOWN_EVERY].assign(**key)


def summary(result: Posterior, at: int) -> dict[str, object]:
    """Summarise the posterior of one condition."""
    low, high = result.interval(at)
    return {
        "mean": result.mean(at),
        "mean_met": result.met_mean(at),
        "median": float(result.quantiles(at, np.array([0.5]))[0]),
        "low": low,
        "high": high,
        "cut_off": result.cut_off(at),
        "plausibility": result.plausibility,
    }


def density_table(result: Posterior, at: int) -> pd.DataFrame:
    """Tabulate the posterior of one condition: `value`, `probability` of its cell, `density`."""
    axis = result.axes[at]
    return pd.DataFrame(
        {
            "value": axis.values(result.centres(at)),
            "probability": result.marginal(at),
            "density": result.density(at),
        }
    )


def ranks_of(rows: pd.DataFrame) -> NDArray[np.int64]:
    """Return the ranks (n,) of truths among `DRAWS` equally spaced posterior quantiles."""
    ranks = np.floor(rows["below_truth"].to_numpy() * (DRAWS + 1)).astype(np.int64)
    return np.clip(ranks, 0, DRAWS)


def calibration_table(tested: pd.DataFrame) -> pd.DataFrame:
    """Summarise the test for each condition and likelihood.

    Returns
    -------
    DataFrame
        `condition`, `likelihood`, `micrographs`, `held` (truths in 90 % intervals), `share` with
        `share_low` and `share_high` (exact 95 % interval), `width` of the intervals and
        `rms_error` of the posterior mean (in the logarithm where the condition is one), and the
        p-value of Pearson's test of ranks, NaN for fewer than `FEWEST` micrographs.
    """
    rows = []
    for (condition, name), part in tested.groupby(["condition", "likelihood"], sort=False):
        ranks = ranks_of(part)
        inside = int(((part["low"] <= part["truth"]) & (part["truth"] <= part["high"])).sum())
        share = binomtest(inside, len(part)).proportion_ci(0.95, "exact")
        rows.append(
            {
                "condition": condition,
                "likelihood": name,
                "micrographs": len(part),
                "held": inside,
                "share": inside / len(part),
                "share_low": share.low,
                "share_high": share.high,
                "width": part["width_met"].mean(),
                "rms_error": float(np.sqrt(np.mean(_errors(part) ** 2))),
                "bias": float(np.mean(_errors(part))),
                "p_value": uniformity(ranks, DRAWS).p_value if len(part) >= FEWEST else np.nan,
            }
        )
    return pd.DataFrame(rows)


def coverage_curves(tested: pd.DataFrame) -> pd.DataFrame:
    """Tabulate nominal and reached coverage: `condition`, `likelihood`, `nominal`, `reached`."""
    rows = []
    for (condition, name), part in tested.groupby(["condition", "likelihood"], sort=False):
        for level in LEVELS:
            found = coverage(ranks_of(part), DRAWS, float(level))
            rows.append((condition, name, found.nominal, found.observed))
    return pd.DataFrame(rows, columns=["condition", "likelihood", "nominal", "reached"])


def compared(tested: pd.DataFrame, condition: str, one: str, other: str) -> dict[str, Difference]:
    """Compare two likelihoods on the same micrographs: squared error and width, one less other."""
    rows = tested[tested["condition"] == condition]
    a, b = (
        rows[rows["likelihood"] == name].sort_values("micrograph", kind="stable")
        for name in (one, other)
    )
    values: dict[str, Callable[[pd.DataFrame], np.ndarray]] = {
        "squared error": lambda part: _errors(part) ** 2,
        "width": lambda part: part["width_met"].to_numpy(),
    }
    return {name: Difference.of(of(a) - of(b)) for name, of in values.items()}


def without_a_measure(axes: Sequence[Axis]) -> pd.DataFrame:
    """Return width and error of the prior alone: `condition`, `width`, `rms_error`."""
    spans = [float(np.ptp(axis.met(np.array([axis.low, axis.high])))) for axis in axes]
    return pd.DataFrame(
        {
            "condition": [axis.name for axis in axes],
            "width": [LEVEL * span for span in spans],
            "rms_error": [span / np.sqrt(12) for span in spans],
        }
    )


def _errors(rows: pd.DataFrame) -> NDArray[np.float64]:
    return (rows["mean_met"] - rows["truth_met"]).to_numpy(np.float64)
