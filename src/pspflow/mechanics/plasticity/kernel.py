"""Sums over grains that a Newton step needs, compiled; a block of grains goes through at once.

A grain slips at the rates (|tau| / tau0)^n sgn(tau), in units of the reference rate; its stress s
and strain rate D are vectors of five components (`tensors.vectors`), s in units of tau0. Its
potential psi(s) = sum |tau|^(n+1) / (n+1) has the gradient D and the Hessian whose inverse is the
tangent ds/dD. Grains come in blocks of LANES; symmetric matrices are packed as in `cholesky`.
"""

import numpy as np

from pspflow.mechanics.plasticity.cholesky import Floats, invert
from pspflow.mechanics.plasticity.compiled import compiled

SUMS = 26
"""What `assemble` sums: tangent (15), stress (5), tangent times rate (5), dissipation (1)."""


@compiled
def resolve(schmid: Floats, stress: Floats, shear: Floats) -> None:
    """Resolve stresses (5, LANES) on a system (5, LANES) into shear (LANES,)."""
    lanes = len(shear)
    for g in range(lanes):
        shear[g] = (
            schmid[0, g] * stress[0, g]
            + schmid[1, g] * stress[1, g]
            + schmid[2, g] * stress[2, g]
            + schmid[3, g] * stress[3, g]
            + schmid[4, g] * stress[4, g]
        )


@compiled
def raise_to(base: Floats, exponent: int, result: Floats) -> None:
    """Raise |base| (LANES,) to a whole exponent, by squaring; base is overwritten."""
    lanes = len(base)
    for g in range(lanes):
        base[g] = abs(base[g])
        result[g] = 1.0
    while exponent:
        if exponent & 1:
            for g in range(lanes):
                result[g] *= base[g]
        exponent >>= 1
        if exponent:
            for g in range(lanes):
                base[g] *= base[g]


@compiled
def slip_of(
    schmid: Floats,
    weights: Floats,
    stress: Floats,
    exponent: int,
    rate: Floats,
    hessian: Floats,
    dissipation: Floats,
) -> None:
    """Slip the grains of a block: sum up their rates, Hessians over n, and weighted dissipation.

    Parameters
    ----------
    schmid, weights, stress
        (systems, 5, LANES), (LANES,) and (5, LANES).
    exponent
        n of the slip law.
    rate, hessian, dissipation
        The results, (5, LANES) and (15, LANES), and (LANES,), which is added to.
    """
    lanes = len(weights)
    shear, power = np.empty(lanes), np.empty(lanes)
    rate[:] = 0.0
    hessian[:] = 0.0
    for system in schmid:
        resolve(system, stress, shear)
        raise_to(shear, exponent - 1, power)
        resolve(system, stress, shear)
        for g in range(lanes):
            dissipation[g] += weights[g] * power[g] * shear[g] * shear[g]
            shear[g] *= power[g]
        for g in range(lanes):
            p, q, r, s, t = system[0, g], system[1, g], system[2, g], system[3, g], system[4, g]
            rate[0, g] += shear[g] * p
            rate[1, g] += shear[g] * q
            rate[2, g] += shear[g] * r
            rate[3, g] += shear[g] * s
            rate[4, g] += shear[g] * t
            w = power[g]
            hessian[0, g] += w * p * p
            hessian[1, g] += w * q * p
            hessian[2, g] += w * q * q
            hessian[3, g] += w * r * p
            hessian[4, g] += w * r * q
            hessian[5, g] += w * r * r
            hessian[6, g] += w * s * p
            hessian[7, g] += w * s * q
            hessian[8, g] += w * s * r
            hessian[9, g] += w * s * s
            hessian[10, g] += w * t * p
            hessian[11, g] += w * t * q
            hessian[12, g] += w * t * r
            hessian[13, g] += w * t * s
            hessian[14, g] += w * t * t


@compiled
def stiffen(hessian: Floats, damping: float, factor: float) -> None:
    """Add a share of its mean diagonal to that of every Hessian, and multiply by a factor.

    Hessians are lower triangles, ``(15, lanes)``, and are overwritten.
    """
    lanes = hessian.shape[1]
    mean = np.empty(lanes)
    for g in range(lanes):
        mean[g] = hessian[0, g] + hessian[2, g] + hessian[5, g] + hessian[9, g] + hessian[14, g]
    for i in range(5):
        for g in range(lanes):
            hessian[i * (i + 1) // 2 + i, g] += damping / 5.0 * mean[g]
    for k in range(15):
        for g in range(lanes):
            hessian[k, g] *= factor


@compiled
def apply(tangent: Floats, vector: Floats, result: Floats) -> None:
    """Multiply packed matrices (15, LANES) with vectors (5, LANES)."""
    lanes = vector.shape[1]
    for i in range(5):
        result[i] = 0.0
        for j in range(5):
            at = i * (i + 1) // 2 + j if j <= i else j * (j + 1) // 2 + i
            for g in range(lanes):
                result[i, g] += tangent[at, g] * vector[j, g]


@compiled
def add_weighted(target: Floats, values: Floats, weights: Floats) -> None:
    """Add weights (LANES,) times values to the target, both (k, LANES)."""
    lanes = len(weights)
    for k in range(len(values)):
        for g in range(lanes):
            target[k, g] += weights[g] * values[k, g]


@compiled
def assemble(
    schmid: Floats,
    weights: Floats,
    stress: Floats,
    exponent: int,
    damping: float,
    rate: Floats,
    tangent: Floats,
) -> Floats:
    """Compute strain rates (b, 5, LANES) and tangents (b, 15, LANES), and sum over the grains.

    Parameters
    ----------
    schmid, weights, stress
        (b, systems, 5, LANES), (b, LANES) and (b, 5, LANES).
    exponent
        n of the slip law.
    damping
        Share of its mean diagonal that a grain's Hessian is stiffened by; it slows the step, and
        changes nothing where the step ends.
    rate, tangent
        The results for each grain.

    Returns
    -------
    Weighted sums (SUMS,).
    """
    lanes = weights.shape[1]
    hessian, root, effect = np.empty((15, lanes)), np.empty((15, lanes)), np.empty((5, lanes))
    sums = np.zeros((SUMS, lanes))
    for b in range(len(schmid)):
        slip_of(schmid[b], weights[b], stress[b], exponent, rate[b], hessian, sums[25])
        stiffen(hessian, damping, float(exponent))
        invert(hessian, root, tangent[b])
        apply(tangent[b], rate[b], effect)
        add_weighted(sums[:15], tangent[b], weights[b])
        add_weighted(sums[15:20], stress[b], weights[b])
        add_weighted(sums[20:25], effect, weights[b])
    total = np.empty(SUMS)
    for k in range(SUMS):
        total[k] = sums[k].sum()
    return total


@compiled
def step(
    weights: Floats,
    rate: Floats,
    tangent: Floats,
    wanted: Floats,
    scale: float,
    exponent: int,
    change: Floats,
) -> float:
    """Write the change of stress (b, 5, LANES) that brings every grain to the wanted rate (5,).

    Rates and tangents are those of the stresses times `scale`.

    Returns
    -------
    Root of the mean square of the grains' missing rates.
    """
    lanes = weights.shape[1]
    of_rate, of_tangent = scale ** float(exponent), scale ** (1.0 - exponent)
    missing, square = np.empty((5, lanes)), np.zeros(lanes)
    for b in range(len(weights)):
        for i in range(5):
            for g in range(lanes):
                missing[i, g] = wanted[i] - of_rate * rate[b, i, g]
                square[g] += weights[b, g] * missing[i, g] * missing[i, g]
        apply(tangent[b], missing, change[b])
        for i in range(5):
            for g in range(lanes):
                change[b, i, g] *= of_tangent
    return np.sqrt(square.sum())


@compiled
def log_gauge(
    schmid: Floats,
    weights: Floats,
    stress: Floats,
    change: Floats,
    length: float,
    exponent: int,
    axis: Floats,
) -> float:
    """Compute what a step lowers: log(sum |tau|^(n+1)) - (n+1) log(mean stress along the axis).

    Multiplying all stresses by a factor does not change it.

    Parameters
    ----------
    schmid, weights, stress, change
        As in `assemble` and `step`.
    length
        Of the step along the change.
    exponent
        n of the slip law.
    axis
        Deviator of tension, (5,).

    Returns
    -------
    Infinity where the mean stress is no tension.
    """
    lanes = weights.shape[1]
    shear, power, moved = np.empty(lanes), np.empty(lanes), np.empty((5, lanes))
    dissipation, tension = np.zeros(lanes), np.zeros(lanes)
    for b in range(len(schmid)):
        for i in range(5):
            for g in range(lanes):
                moved[i, g] = stress[b, i, g] + length * change[b, i, g]
                tension[g] += weights[b, g] * axis[i] * moved[i, g]
        for a in range(schmid.shape[1]):
            resolve(schmid[b, a], moved, shear)
            raise_to(shear, exponent + 1, power)
            for g in range(lanes):
                dissipation[g] += weights[b, g] * power[g]
    mean = tension.sum()
    if not mean > 0:
        return np.inf
    return np.log(dissipation.sum()) - (exponent + 1) * np.log(mean)
