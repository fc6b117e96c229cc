"""Posterior of the conditions on a grid, by Bayes' rule with a uniform prior."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pspflow.studies.steel.inverse.axes import Axis
from pspflow.studies.steel.inverse.likelihood import Likelihood

Floats = NDArray[np.float64]
LEVEL: Final = 0.9
MOST_CELLS: Final = 40_000
MOST_ALONG_AXIS: Final = 500
STRANGE: Final = 0.01
"""Probability of a distance from the nearest expected measure, below which it is called strange."""
HEAPED: Final = 0.5
"""Density at an end over the highest one, from which a posterior is called cut off there."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """Probabilities of the cells of a product grid."""

    axes: tuple[Axis, ...]
    mass: Floats
    """(p, …, p), one axis for each condition; sums to 1."""
    plausibility: float
    """Probability of a measure at least as far from what is expected, at the nearest condition."""

    def marginal(self, at: int) -> Floats:
        """Return the probabilities of the cells along one condition, (p,)."""
        others = tuple(each for each in range(self.mass.ndim) if each != at)
        return np.asarray(self.mass.sum(axis=others))

    def centres(self, at: int) -> Floats:
        """Return the centres of the cells along one condition, scaled, (p,)."""
        return centres_of(self.mass.shape[at])

    def density(self, at: int) -> Floats:
        """Return the density along one condition: over its logarithm where it is one, (p,)."""
        low, high = self.axes[at].met(np.array([self.axes[at].low, self.axes[at].high]))
        return self.marginal(at) * self.mass.shape[at] / (high - low)

    def quantiles(self, at: int, probabilities: np.ndarray) -> Floats:
        """Return quantiles (n,) of one condition in the sheet's unit, of probabilities (n,)."""
        cells = self.mass.shape[at]
        reached = np.concatenate([[0.0], np.cumsum(self.marginal(at))])
        ends = np.linspace(-1, 1, cells + 1)
        return self.axes[at].values(np.interp(probabilities, reached / reached[-1], ends))

    def below(self, at: int, value: float) -> float:
        """Return the probability that one condition is below a value in the sheet's unit."""
        cells = self.mass.shape[at]
        reached = np.concatenate([[0.0], np.cumsum(self.marginal(at))])
        ends = np.linspace(-1, 1, cells + 1)
        return float(np.interp(self.axes[at].scaled(np.array(value)), ends, reached))

    def interval(self, at: int, level: float = LEVEL) -> tuple[float, float]:
        """Return the central interval of one condition in the sheet's unit."""
        low, high = self.quantiles(at, np.array([(1 - level) / 2, (1 + level) / 2]))
        return float(low), float(high)

    def mean(self, at: int) -> float:
        """Return the mean of one condition in the sheet's unit."""
        return float(self.marginal(at) @ self.axes[at].values(self.centres(at)))

    def met_mean(self, at: int) -> float:
        """Return the mean of the logarithm of a condition where it is one, else its mean."""
        axis = self.axes[at]
        return float(self.marginal(at) @ axis.met(axis.values(self.centres(at))))

    def cut_off(self, at: int) -> str:
        """Tell at which end of the range the posterior is cut off: `low`, `high`, both or none."""
        density = self.marginal(at)
        heaped = density[[0, -1]] > HEAPED * density.max()
        return " and ".join(np.array(["low", "high"])[heaped])

    def warnings(self) -> list[str]:
        """Say what forbids to read the intervals as they stand."""
        said = []
        if self.plausibility < STRANGE:
            said.append(
                "the measures lie outside of what the run's conditions give: at the nearest one "
                f"their probability is {self.plausibility:.1g}; another process, etching or "
                "resolution may have made them, and the interval says nothing of those"
            )
        for at, axis in enumerate(self.axes):
            end = self.cut_off(at)
            if end:
                said.append(
                    f"the posterior of {axis.name} is cut off at the {end} end of the trained "
                    f"range, {axis.low:g} to {axis.high:g}; the value may lie outside of it"
                )
        return said


def centres_of(cells: int) -> Floats:
    """Return the centres (cells,) of equal cells between -1 and 1."""
    return (np.arange(cells) + 0.5) * 2 / cells - 1


def posterior(
    likelihood: Likelihood, axes: Sequence[Axis], measured: np.ndarray, area_px2: float
) -> Posterior:
    """Compute the posterior of the conditions of a measured area.

    The prior is uniform between the lowest and the highest trained condition, in the logarithm
    where the condition is one.

    Parameters
    ----------
    likelihood
        Likelihood of the measures.
    axes
        The c conditions.
    measured
        (2,) mean ferrite fraction, and mean path in pixels.
    area_px2
        Area over which they are means, in square pixels.
    """
    cells = min(MOST_ALONG_AXIS, int(MOST_CELLS ** (1 / len(axes)) + 1e-9))
    grids = np.meshgrid(*[centres_of(cells)] * len(axes), indexing="ij")
    scaled = np.stack([grid.ravel() for grid in grids], axis=1)
    logs = likelihood.log_likelihood(measured, scaled, area_px2)
    mass = np.exp(logs - logs.max())
    return Posterior(
        tuple(axes),
        (mass / mass.sum()).reshape(grids[0].shape),
        likelihood.plausibility(measured, scaled, area_px2),
    )
