"""Weights of orientations: positive, of sum 1, and no densities of an ODF on a grid."""

import numpy as np
from numpy.typing import NDArray

from pspflow.io.textures.points import Points
from pspflow.io.textures.text import refuse

SUM_ROUNDING = 1e-3
DENSITIES = ("value", "values", "intensity", "odf")
"""Names under which programs export the values of an ODF."""
FEWEST_ON_A_GRID = 27


def weighted(points: Points) -> Points:
    """Check the weights of points, and leave out those of weight zero.

    Raises
    ------
    InputError
        If a weight is missing, infinite or negative, all are zero, or they are the values of an
        ODF on a regular grid of angles, which are no weights: cells near Φ = 0 are small.
    """
    weights = points.weights
    if weights is None:
        return points
    column = f"column {points.weight_name!r}"
    wrong = np.flatnonzero(~np.isfinite(weights) | (weights < 0))
    if wrong.size:
        refuse(
            points.path,
            f"{points.at(wrong[0])}: {column} holds {weights[wrong[0]]:g}, but a weight must be "
            "zero or more",
            "correct it, or remove the line",
        )
    if not weights.any():
        refuse(points.path, f"every weight in {column} is zero", "correct or remove the column")
    if _on_a_grid(points):
        refuse(
            points.path,
            f"{column} stands on a regular grid of angles, as the densities of an ODF do, which "
            "are no weights",
            "sample orientations from the ODF and export these, or name the column 'weight' if it "
            "holds weights",
        )
    return points.without({"of weight zero": weights == 0})


def _on_a_grid(points: Points) -> bool:
    if points.weight_name.casefold() not in DENSITIES or points.numbers.shape[1] != 3:
        return False
    different = [len(np.unique(values)) for values in points.numbers.T]
    return len(points) >= FEWEST_ON_A_GRID and np.prod(different) == len(points)


def normalised(points: Points) -> tuple[NDArray[np.float64], Points]:
    """Return weights (n,) of sum 1, equal where the file has none, and say what was done."""
    if points.weights is None:
        return np.full(len(points), 1 / len(points)), points
    # a sum of large weights may overflow
    weights = points.weights / points.weights.max()
    total = float(weights.sum() * points.weights.max())
    if abs(total - 1) > SUM_ROUNDING:
        points = points.noted(f"weights in {points.weight_name!r} sum to {total:.6g}, made 1")
    return weights / weights.sum(), points
