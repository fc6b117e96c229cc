"""Conditions between the lowest and the highest trained one, each scaled to -1 … 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """One condition, and the range in which it is inferred."""

    name: str
    """Its column in the sheet."""
    log: bool
    """Whether it is scaled, and its prior uniform, in its natural logarithm."""
    low: float
    high: float
    """Lowest and highest trained value, in the sheet's unit."""

    def scaled(self, values: np.ndarray) -> Floats:
        """Scale values of any shape so that `low` is -1 and `high` is 1."""
        low, high = self.met(np.array([self.low, self.high]))
        return (2 * self.met(values) - low - high) / (high - low)

    def values(self, scaled: np.ndarray) -> Floats:
        """Return the values, in the sheet's unit, of scaled ones of any shape."""
        low, high = self.met(np.array([self.low, self.high]))
        found = np.asarray((low + high + (high - low) * np.asarray(scaled)) / 2)
        return np.exp(found) if self.log else found

    def met(self, values: np.ndarray) -> Floats:
        """Return the natural logarithm where the condition is one, else the values; any shape."""
        values = np.asarray(values, np.float64)
        return np.log(values) if self.log else values


def axes_of(trained: pd.DataFrame, logs: dict[str, bool]) -> tuple[Axis, ...]:
    """Find the range of every condition.

    Parameters
    ----------
    trained
        Training chips: a column for each condition.
    logs
        Column of each condition, and whether it is a logarithm.

    Raises
    ------
    InputError
        If a condition has one value only.
    """
    axes = []
    for name, log in logs.items():
        low, high = float(trained[name].min()), float(trained[name].max())
        if not low < high:
            raise InputError(
                f"column {name!r} of the sheet has the value {low:g} alone in the training "
                "micrographs, so that nothing can be inferred; add micrographs at other values, or "
                "set steel.inverse.models to []."
            )
        axes.append(Axis(name, log, low, high))
    return tuple(axes)


def scaled_conditions(axes: Sequence[Axis], table: pd.DataFrame) -> Floats:
    """Scale the conditions of a table: (rows, conditions)."""
    return np.stack([axis.scaled(table[axis.name].to_numpy()) for axis in axes], axis=1)


def grid_of(axes: Sequence[Axis], points: int) -> Floats:
    """List the conditions for which chips are generated, in the sheet's unit.

    Returns
    -------
    ndarray
        (points ** c, c), every combination of equally spaced values, the last condition fastest.
    """
    steps = np.linspace(-1, 1, points)
    return np.array(list(product(*(axis.values(steps) for axis in axes))))
