"""Tension of grains that share one strain rate: a convex minimum with four side conditions.

All grains have the strain rate D of the specimen (Taylor); the mean of their stresses is uniaxial.
D minimises the rate of plastic work over its lateral parts, but that work has kinks where a grain's
active systems change. Its dual is smooth: the grains' stresses minimise

    sum of weights * psi(stress)  -  mean stress : strain rate along the axis,

while their mean has no lateral part; D's lateral parts are the four multipliers. One step of Newton
solves every grain for its change of stress in terms of D, and 4 equations for D (fewer where
symmetry makes parts of D 0). It is shortened
until the potential falls, so that it gets there from any start. The exponent n = 1/m grows from 1
to its value meanwhile: at once, most steps would be lost in corners of the yield surface.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pspflow.mechanics.plasticity.cholesky import Floats
from pspflow.mechanics.plasticity.compiled import compiled, fingerprint, kept
from pspflow.mechanics.plasticity.kernel import assemble, log_gauge, step

Whole = NDArray[np.int64]

AXIAL = np.sqrt(1.5)
"""Component of the strain rate along the deviator of tension, where the axial rate is 1."""
LARGEST_DAMPING, SMALLEST_DAMPING, OF_RESIDUAL = 1e-2, 1e-5, 1e-2
"""Damping is this share of the relative residual, within these bounds."""
CLOSE = 0.5
"""Relative residual at which the exponent grows."""
SHORTEST = 1e-6
"""Shorter steps than this mean that rounding hides any progress."""


@compiled
def solve_few(matrix: Floats, right: Floats) -> Floats:
    """Solve positive definite equations (n, n), (n,) by elimination; both are overwritten."""
    count = len(right)
    for k in range(count):
        for i in range(k + 1, count):
            factor = matrix[i, k] / matrix[k, k]
            right[i] -= factor * right[k]
            for j in range(k, count):
                matrix[i, j] -= factor * matrix[k, j]
    for k in range(count - 1, -1, -1):
        for j in range(k + 1, count):
            right[k] -= matrix[k, j] * right[j]
        right[k] /= matrix[k, k]
    return right


@compiled
def strain_rate(sums: Floats, frame: Floats, free: int, scale: float, exponent: int) -> Floats:
    """Find the strain rate (5,) at which the mean of the changed stresses has no lateral part.

    Parameters
    ----------
    sums
        Of `kernel.assemble`.
    frame
        Of the direction, (5, 5): `tensors.tension_frame`.
    free
        How many of its lateral parts are unknown, the first ones; symmetry makes the others 0.
    scale
        Factor on the stresses.
    exponent
        n of the slip law.
    """
    tangent = np.empty((5, 5))
    for i in range(5):
        for j in range(i + 1):
            tangent[i, j] = scale ** (1.0 - exponent) * sums[i * (i + 1) // 2 + j]
            tangent[j, i] = tangent[i, j]
    missing = np.empty(5)
    for i in range(5):
        missing[i] = scale * (sums[20 + i] - sums[15 + i])
        for j in range(5):
            missing[i] -= AXIAL * tangent[i, j] * frame[0, j]
    matrix, right = np.zeros((free, free)), np.zeros(free)
    for a in range(free):
        for i in range(5):
            right[a] += frame[a + 1, i] * missing[i]
            for b in range(free):
                for j in range(5):
                    matrix[a, b] += frame[a + 1, i] * tangent[i, j] * frame[b + 1, j]
    lateral = solve_few(matrix, right)
    wanted = AXIAL * frame[0]
    for a in range(free):
        wanted += lateral[a] * frame[a + 1]
    return wanted


@compiled
def pull(
    schmid: Floats,
    weights: Floats,
    frame: Floats,
    free: int,
    exponents: Whole,
    tolerance: float,
    max_steps: int,
    result: Floats,
) -> None:
    """Pull a texture along one direction at the axial strain rate 1.

    Parameters
    ----------
    schmid, weights
        Of `grains.Grains`.
    frame, free
        Of the direction, (5, 5), and its unknown lateral parts: see `strain_rate`.
    exponents
        Whole numbers that grow to the n of the slip law, int64 (k,).
    tolerance
        On the root of the mean square of the grains' missing strain rates, relative to the rate.
    max_steps
        Steps of Newton after which it stops.
    result
        Stress in units of tau0, strain rate along the first lateral axis, residual and number of
        steps, (4,). No number, or a residual above the tolerance, means that it did not converge.
    """
    blocks, lanes = weights.shape
    stress, change = np.empty((blocks, 5, lanes)), np.empty((blocks, 5, lanes))
    rate, tangent = np.empty((blocks, 5, lanes)), np.empty((blocks, 15, lanes))
    for i in range(5):
        stress[:, i] = frame[0, i]
    residual, steps, level = 1.0, 0, 0
    while True:
        exponent = exponents[level]
        damping = min(LARGEST_DAMPING, max(SMALLEST_DAMPING, OF_RESIDUAL * residual))
        sums = assemble(schmid, weights, stress, exponent, damping, rate, tangent)
        steps += 1
        tension = (frame[0] * sums[15:20]).sum()
        # the best of all multiples of the stresses
        scale = (AXIAL * tension / sums[25]) ** (1.0 / exponent)
        wanted = strain_rate(sums, frame, free, scale, exponent)
        missing = step(weights, rate, tangent, wanted, scale, exponent, change)
        residual = missing / np.sqrt((wanted * wanted).sum())
        result[0] = AXIAL * scale * tension
        result[1] = (frame[1] * wanted).sum() / np.sqrt(2.0) - 0.5
        result[2], result[3] = residual, steps
        last = level == len(exponents) - 1
        if (last and residual <= tolerance) or steps >= max_steps or not np.isfinite(residual):
            return
        stress *= scale
        before = np.log(sums[25]) - (exponent + 1) * np.log(tension)
        length = 1.0
        while (
            not log_gauge(schmid, weights, stress, change, length, exponent, frame[0])
            < before + 1e-12 * exponent
        ):
            length /= 2
            if length < SHORTEST:
                return
        stress += length * change
        if not last and length == 1.0 and residual < CLOSE:
            level += 1


def _pull_all(sources: str) -> Callable[..., Floats]:
    @kept
    def pull_all(
        schmid: Floats,
        weights: Floats,
        frames: Floats,
        free: int,
        exponents: Whole,
        tolerance: float,
        max_steps: int,
    ) -> Floats:
        """Pull a texture along every direction (k, 5, 5); the results of `pull`, (k, 4)."""
        assert sources  # encloses them: see `kept`
        results = np.empty((len(frames), 4))
        for k in range(len(frames)):
            pull(schmid, weights, frames[k], free, exponents, tolerance, max_steps, results[k])
        return results

    return pull_all


pull_all = _pull_all(fingerprint())
