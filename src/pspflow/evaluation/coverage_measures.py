"""Density and coverage as distances between two sets of chips, for all resamples at once.

Both compare spreads where distances of means cannot. They are written so that 0 is what equal
populations have, at least nearly, and more is worse.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pspflow.arrays import refuses_masks
from pspflow.evaluation.coverage import NEIGHBOURS, inside_balls
from pspflow.evaluation.resampling import Sample


class _Balls(NamedTuple):
    inside: np.ndarray
    """(n, m) float32, 1 where a made chip lies in the ball of a real one."""
    real: np.ndarray
    """(1 + R, n) weights of the real chips."""
    made: np.ndarray
    """(1 + R, m) weights of the made chips."""


@dataclass(frozen=True)
class Uncovered:
    """Share of real chips in whose ball no made chip lies: 1 less the coverage.

    The balls are those of all real chips, see `coverage.inside_balls`; it is above 0 for equal
    populations too, by an amount that depends on the numbers of chips.
    """

    unit: str = "1"

    @refuses_masks
    def compare(self, a: Sample, b: Sample, draws: np.ndarray) -> np.ndarray:
        """Compare made chips `a` with real ones `b`; NaN of too few to have as many neighbours."""
        if len(b.features) <= NEIGHBOURS:
            return np.full(len(draws), np.nan)
        balls = _balls(a, b, draws)
        bare = (balls.made > 0).astype(np.float32) @ balls.inside.T == 0
        shares: np.ndarray = (balls.real * bare).sum(axis=1) / balls.real.sum(axis=1)
        return shares


@dataclass(frozen=True)
class DensityGap:
    """Difference between the density of made chips and 1, which equal populations have.

    Made chips far from real ones have a density near 0; where all gather in the middle of the real
    ones, it is well above 1. Both are a gap.
    """

    unit: str = "1"

    @refuses_masks
    def compare(self, a: Sample, b: Sample, draws: np.ndarray) -> np.ndarray:
        """Compare made chips `a` with real ones `b`; NaN of too few to have as many neighbours."""
        if len(b.features) <= NEIGHBOURS:
            return np.full(len(draws), np.nan)
        balls = _balls(a, b, draws)
        around = (balls.real @ balls.inside * balls.made).sum(axis=1, dtype=np.float64)
        pairs = balls.real.sum(axis=1, dtype=np.float64) * balls.made.sum(axis=1, dtype=np.float64)
        # of as many balls as there are, whatever the weights sum to
        densities = around / pairs * len(balls.inside) / NEIGHBOURS
        gaps: np.ndarray = np.abs(densities - 1)
        return gaps


def _balls(made: Sample, real: Sample, draws: np.ndarray) -> _Balls:
    drawn = draws.astype(np.float32)
    return _Balls(
        inside_balls(real.features, made.features).astype(np.float32),
        drawn[:, real.specimens],
        drawn[:, made.specimens],
    )
