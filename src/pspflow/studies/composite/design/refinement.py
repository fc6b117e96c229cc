"""The solver in the loop: what every refinement of a decoded structure shares, and one component.

A structure is the voxels that rank highest in a decoder's field: a field and a number of stiff
voxels. One component of the stiffness is met by that number alone, since every voxel more makes the
structure stiffer.
"""

import time
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from pspflow.arrays import refuses_masks
from pspflow.studies.composite.inverse.errors import relative_errors

NEAR: Final = 0.1
"""Share of the voxels that count as near the cut: those whose fields are nearest to it. The width
of the cut thus follows the spread of the field there."""
SURROUNDINGS: Final = 1.5
"""Width in voxels of the surroundings that rank voxels whose fields are alike."""


class Solved(NamedTuple):
    """What the solver says of a structure."""

    values_gpa: np.ndarray
    """The wanted properties, float64, shape ``(p,)``."""
    change_gpa: np.ndarray
    """Increase of each by a stiff voxel in place of a soft one, shape ``(p, n, n, n)``."""


Solve = Callable[[np.ndarray], Solved]
"""Solves phase ids 0 and 1, uint8, shape ``(n, n, n)``."""
Stage = Literal["start", "level", "latent", "exchange"]


class Step(NamedTuple):
    """One structure that was solved."""

    stage: Stage
    error_percent: float
    taken: bool
    """Whether it is the best so far."""


class Refined(NamedTuple):
    """A structure moved to what is wanted."""

    phases: np.ndarray
    """Phase ids 0 and 1, uint8, shape ``(n, n, n)``."""
    values_gpa: np.ndarray
    """Its solved properties, those wanted, float64, shape ``(p,)``."""
    error_before_percent: float
    error_percent: float
    """Mean of `relative_errors` over the properties, of the structure at the start and of this."""
    exchanged: int
    """Voxels in which it differs from what the decoder makes."""
    seconds: float
    history: tuple[Step, ...]
    """Every structure solved, in order."""


class Loop:
    """Solves structures one by one and keeps the best.

    Parameters
    ----------
    solve
        The solver.
    wanted_gpa
        Wanted properties, shape ``(p,)``.
    """

    @refuses_masks
    def __init__(self, solve: Solve, wanted_gpa: np.ndarray) -> None:
        self._solve, self._wanted = solve, wanted_gpa
        self._started = time.perf_counter()
        self.error_percent = np.inf
        self.history: list[Step] = []

    @refuses_masks
    def attempt(self, stage: Stage, phases: np.ndarray) -> tuple[Solved, bool]:
        """Solve a structure (n, n, n); return also whether it is the best so far."""
        solved = self._solve(phases)
        error = 100 * float(relative_errors(solved.values_gpa, self._wanted).mean())
        better = error < self.error_percent
        self.history.append(Step(stage, error, better))
        if better:
            self.error_percent, self.phases, self.solved = error, phases, solved
        return solved, better

    def result(self, exchanged: int = 0) -> Refined:
        """Return the best structure."""
        return Refined(
            self.phases,
            self.solved.values_gpa,
            self.history[0].error_percent,
            self.error_percent,
            exchanged,
            time.perf_counter() - self._started,
            tuple(self.history),
        )


@refuses_masks
def refine_level(
    field: np.ndarray,
    wanted_gpa: float,
    solve: Solve,
    *,
    count: int,
    goal_percent: float = 0.1,
    most: int = 10,
) -> Refined:
    """Find the number of stiff voxels at which one property is nearest to what is wanted.

    The structures that one field gives lie within each other, so that the property grows with the
    number: it is bracketed, first along the solver's sensitivity, and interpolated.

    Parameters
    ----------
    field
        A decoder's field or its soft structure: any that ranks the voxels, shape ``(n, n, n)``.
    wanted_gpa
        Wanted value, above 0.
    solve
        Solves a structure for that property alone.
    count
        Number of stiff voxels to start from.
    goal_percent
        Error at which the search ends.
    most
        Most structures solved, the start included.

    Returns
    -------
    Refined
        The best structure solved: never worse than the start.
    """
    order, loop = ranked(field), Loop(solve, np.array([wanted_gpa], np.float64))
    ends: dict[bool, tuple[int, float]] = {False: (0, -np.inf), True: (field.size, np.inf)}
    tried, before = inner(count, field.size), None
    while True:
        solved, _ = loop.attempt(
            "level" if loop.history else "start", cut_at(order, tried, field.shape)
        )
        error = float(np.log(solved.values_gpa[0] / wanted_gpa))
        stiff = error > 0
        ends[stiff] = (tried, error)
        if stiff is before:  # Illinois: the end that stays counts half, so that it is left too
            place, kept = ends[not stiff]
            ends[not stiff] = (place, kept / 2)
        before = stiff
        (low, below), (high, above) = ends[False], ends[True]
        if loop.error_percent <= goal_percent or high - low <= 1 or len(loop.history) >= most:
            return loop.result()
        if np.isfinite(above - below):
            guess = low + (high - low) * below / (below - above)
        else:
            slope = mean_near(field, order, tried, solved.change_gpa)[0] / solved.values_gpa[0]
            guess = tried - 1.2 * error / max(slope, 1 / field.size)
        tried = int(np.clip(round(guess), low + 1, high - 1))


@refuses_masks
def ranked(field: np.ndarray) -> np.ndarray:
    """Rank voxels of a field (n, n, n) from the highest down: their flat positions, int64.

    Where a decoder is saturated, many voxels are alike. Among these, those in higher surroundings
    come first, so that the interface moves; what is still alike keeps the order of the array.
    """
    around = gaussian_filter(field.astype(np.float64), SURROUNDINGS, mode="wrap")
    return np.lexsort((-around.ravel(), -field.ravel()))


@refuses_masks
def cut_at(order: np.ndarray, count: int, shape: tuple[int, ...]) -> np.ndarray:
    """Make the first voxels of an order (n,) stiff: phase ids, uint8, of a shape."""
    phases = np.zeros(order.size, np.uint8)
    phases[order[:count]] = 1
    return phases.reshape(shape)


@refuses_masks
def near_cut(field: np.ndarray, order: np.ndarray, count: int) -> tuple[float, np.ndarray]:
    """Return the field's value at the cut, and how near to it each voxel is.

    Returns
    -------
    The value half-way between the last stiff and the first soft voxel, and weights of the field's
    shape, which are the derivative of a smooth cut whose width is that of the nearest voxels
    (`NEAR`): how much of a voxel changes its phase per unit of field.
    """
    flat = field.ravel().astype(np.float64)
    level = (flat[order[count - 1]] + flat[order[count]]) / 2
    distance = np.abs(field - level)
    nearest = max(1, round(NEAR * field.size))
    width = max(float(np.partition(distance.ravel(), nearest)[nearest]), np.finfo(np.float32).tiny)
    return float(level), np.maximum(1 - distance / width, 0) / width


@refuses_masks
def mean_near(field: np.ndarray, order: np.ndarray, count: int, change: np.ndarray) -> np.ndarray:
    """Average changes ``(p, n, n, n)`` over the voxels near the cut, shape ``(p,)``."""
    _, weights = near_cut(field, order, count)
    if not weights.any():
        return change.mean(axis=(1, 2, 3))
    return np.tensordot(change, weights, axes=3) / weights.sum()


def inner(count: float, size: int) -> int:
    """Leave at least one voxel to each phase."""
    return int(np.clip(round(count), 1, size - 1))
