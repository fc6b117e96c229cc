"""Weights by which given orientations have wanted coefficients."""

import numpy as np
from numpy.typing import ArrayLike

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.gsh import SCALE, basis, check_texture
from pspflow.mechanics.texture.orientations import Floats, check_orientations

SOFTNESS = 1e-4
"""Share of the difference in coefficients that is left where weights can take it away."""
LEAST = 0.05
"""Smallest weight over the mean one: no orientation drops out."""
STEPS = 100
TOLERANCE = 1e-12


@refuses_masks
def fitted_weights(orientations: ArrayLike, coefficients: ArrayLike) -> Floats:
    """Find the most even weights by which orientations have the coefficients of a texture.

    The sum of the squares of the weights, and 10⁴ times that of the differences in coefficients, is
    least, by Newton steps in the 37 multipliers. Where no weights give the coefficients, it is a
    compromise: compare the coefficients of the result with those that are wanted.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``: at least some 100 that have nearly the
        texture already, as `representative_orientations` finds them.
    coefficients
        Those that are wanted, shape ``(36,)``.

    Returns
    -------
    Float64 of shape ``(n,)``: of sum 1, none below some twentieth of the mean.

    Raises
    ------
    ValueError
        As `check_orientations` and `check_texture`.
    """
    angles = check_orientations(orientations)
    wanted = np.append(check_texture(coefficients) * SCALE, 1.0)
    count = len(angles)
    # a weight is max(LEAST, 1 + rows @ multipliers) / count
    rows = np.column_stack([basis(angles) / SCALE, np.ones(count)])
    multipliers = np.zeros(len(wanted))

    def height(at: Floats) -> float:
        plain = 1 + rows @ at
        least = np.maximum(LEAST, plain)
        convex = (least * (plain - least / 2)).mean()
        return float(convex + SOFTNESS / 2 * at @ at - wanted @ at)

    for _ in range(STEPS):
        plain = 1 + rows @ multipliers
        used = rows[plain > LEAST]
        slope = rows.T @ np.maximum(LEAST, plain) / count + SOFTNESS * multipliers - wanted
        if np.abs(slope).max() < TOLERANCE:
            break
        curvature = used.T @ used / count + SOFTNESS * np.eye(len(wanted))
        step = np.linalg.solve(curvature, slope)
        length, here = 1.0, height(multipliers)
        while length > TOLERANCE and height(multipliers - length * step) > here:
            length /= 2
        multipliers = multipliers - length * step
    weights = np.maximum(LEAST, 1 + rows @ multipliers)
    return weights / weights.sum()
