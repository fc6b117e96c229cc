"""Weights by which given orientations have wanted coefficients."""

import numpy as np
from numpy.typing import ArrayLike

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.gsh import SCALE, basis, check_texture
from pspflow.mechanics.texture.orientations import Floats, check_orientations

SOFTNESS = 1e-4
"""Share of the difference in coefficients that is left where weights can take it away."""
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
    Float64 of shape ``(n,)``: not negative, of sum 1; some may be 0.

    Raises
    ------
    ValueError
        As `check_orientations` and `check_texture`.
    """
    angles = check_orientations(orientations)
    wanted = np.append(check_texture(coefficients) * SCALE, 1.0)
    count = len(angles)
    # a weight is max(0, 1 + rows @ multipliers) / count
    rows = np.column_stack([basis(angles) / SCALE, np.ones(count)])
    multipliers = np.zeros(len(wanted))

    def height(at: Floats) -> float:
        return float((np.maximum(0, 1 + rows @ at) ** 2).mean() + SOFTNESS * at @ at) / 2 - float(
            wanted @ at
        )

    for _ in range(STEPS):
        plain = 1 + rows @ multipliers
        used = rows[plain > 0]
        slope = used.T @ plain[plain > 0] / count + SOFTNESS * multipliers - wanted
        if np.abs(slope).max() < TOLERANCE:
            break
        curvature = used.T @ used / count + SOFTNESS * np.eye(len(wanted))
        step = np.linalg.solve(curvature, slope)
        length, here = 1.0, height(multipliers)
        while length > TOLERANCE and height(multipliers - length * step) > here:
            length /= 2
        multipliers = multipliers - length * step
    weights = np.maximum(0, 1 + rows @ multipliers)
    return weights / weights.sum()
