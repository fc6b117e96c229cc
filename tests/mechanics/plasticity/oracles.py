"""Orientations, and tension by other ways than the package's: explicit systems, tensors, scipy."""

import warnings

import numpy as np
from scipy.optimize import linprog, minimize
from scipy.spatial.transform import Rotation

PLANES = [(1, 1, 1), (-1, 1, 1), (1, -1, 1), (1, 1, -1)]
EDGES = [(0, 1, -1), (1, 0, -1), (1, -1, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
FCC = [(n, b) for n in PLANES for b in EDGES if np.dot(n, b) == 0]
AXES = np.eye(3)


def euler(rotations):
    """Bunge-Euler angles (n, 3) of rotations that turn specimen axes onto crystal axes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of angles that are not unique where Phi is 0
        return np.atleast_2d(rotations.as_euler("ZXZ"))


def super_fibonacci(count):
    """Spread orientations evenly (Alexa 2022, super-Fibonacci spirals)."""
    s = np.arange(count) + 0.5
    r, q = np.sqrt(s / count), np.sqrt(1 - s / count)
    a, b = 2 * np.pi * s / np.sqrt(2), 2 * np.pi * s / 1.533751168755204288118041
    return euler(
        Rotation.from_quat(
            np.column_stack([r * np.sin(a), r * np.cos(a), q * np.sin(b), q * np.cos(b)])
        )
    )


def directions():
    """List the 18 directions of tension with their lateral axes, in the parameters' order."""
    found = []
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        for angle in np.radians([0, 15, 30, 45, 60, 75]):
            c, s = np.cos(angle), np.sin(angle)
            found.append((c * AXES[i] + s * AXES[j], -s * AXES[i] + c * AXES[j], AXES[k]))
    return found


def schmid_tensors(angles, systems=FCC):
    """Full Schmid tensors b x n of one grain in specimen axes, (systems, 3, 3)."""
    turn = Rotation.from_euler("ZXZ", angles)
    return np.array(
        [
            np.outer(turn.apply(np.divide(b, np.linalg.norm(b))), turn.apply(n) / np.linalg.norm(n))
            for n, b in systems
        ]
    )


def crystal_parameters(angles, systems=FCC, exponent=20):
    """54 parameters of a single crystal: its stress is uniaxial, and the slip law does the rest."""
    tensors = schmid_tensors(angles, systems)
    stress, lateral = [], []
    for along, first, second in directions():
        factors = np.einsum("i,sij,j->s", along, tensors, along)
        # the flow rate is homogeneous in stress: for a stress of 1
        flow = np.einsum("s,sij->ij", np.abs(factors) ** exponent * np.sign(factors), tensors)
        axial = along @ flow @ along
        stress.append(axial ** (-1 / exponent))
        lateral.append([first @ flow @ first / axial, second @ flow @ second / axial])
    ratios = np.array(stress) / stress[0]
    return np.concatenate([ratios, (np.array(lateral) / ratios[:, None]).ravel()])


def basis():
    """Orthonormal symmetric tensors without a trace, by Gram and Schmidt, (5, 3, 3)."""
    drawn = np.random.default_rng(0).normal(size=(5, 3, 3))
    drawn = drawn + drawn.transpose(0, 2, 1)
    drawn -= np.trace(drawn, axis1=1, axis2=2)[:, None, None] * AXES / 3
    return np.linalg.qr(drawn.reshape(5, 9).T)[0].T.reshape(5, 3, 3)


def work_rate(tensors, strain, exponent):
    """Plastic work rate of one grain at a strain rate, and its stress: the power law inverted."""
    made = basis()
    schmid = np.einsum("sij,kij->sk", tensors, made)
    rate = np.einsum("kij,ij->k", made, strain)
    found = minimize(
        lambda s: (np.abs(schmid @ s) ** (exponent + 1)).sum() / (exponent + 1) - s @ rate,
        np.linalg.solve(schmid.T @ schmid, rate),
        jac=lambda s: (np.abs(schmid @ s) ** exponent * np.sign(schmid @ s)) @ schmid - rate,
        method="BFGS",
        options={"gtol": 1e-9},
    )
    return found.x @ rate, np.einsum("k,kij->ij", found.x, made)


def pulled(orientations, axes, exponent):
    """Stress and lateral strains of tension: the least work rate over the lateral strain rates."""
    grains = [schmid_tensors(angles) for angles in orientations]
    along, first, second = axes

    sides = ((along, first), (along, second), (first, second))
    parts = [np.outer(first, first) - np.outer(second, second)]
    parts += [np.outer(a, b) + np.outer(b, a) for a, b in sides]
    fixed = np.outer(along, along) - np.outer(second, second)
    share = exponent / (exponent + 1)

    def work(free):
        strain = fixed + np.einsum("k,kij->ij", free, parts)
        rates, stresses = zip(
            *(work_rate(grain, strain, exponent) for grain in grains), strict=True
        )
        # the potential, a share of what is dissipated, whose gradient is the stress
        return share * np.mean(rates), np.einsum("ij,kij->k", np.mean(stresses, axis=0), parts)

    found = minimize(work, [-0.5, 0, 0, 0], jac=True, method="BFGS", options={"gtol": 1e-7})
    return found.fun / share, found.x[0], -1 - found.x[0]


def limit_stress(orientations, axes):
    """Yield stress for m = 0 in units of tau0, by a linear programme over the grains' slips."""
    along, first, second = axes
    count = len(orientations)
    slips = 2 * len(FCC)
    rows, right = [], []
    outer = [np.outer(along, along) - np.outer(second, second)]
    outer += [np.outer(first, first) - np.outer(second, second)]
    outer += [np.outer(a, b) + np.outer(b, a) for a, b in ((along, first), (along, second))]
    outer += [np.outer(first, second) + np.outer(second, first)]
    for at, angles in enumerate(orientations):
        tensors = schmid_tensors(angles)
        tensors = (tensors + tensors.transpose(0, 2, 1)) / 2
        for i, j in ((0, 0), (1, 1), (0, 1), (0, 2), (1, 2)):
            row = np.zeros(count * slips + 4)
            row[at * slips : (at + 1) * slips] = np.concatenate(
                [tensors[:, i, j], -tensors[:, i, j]]
            )
            row[-4:] = [-each[i, j] for each in outer[1:]]
            rows.append(row)
            right.append(outer[0][i, j])
    cost = np.concatenate([np.full(count * slips, 1 / count), np.zeros(4)])
    bounds = [(0, None)] * (count * slips) + [(None, None)] * 4
    return linprog(cost, A_eq=np.array(rows), b_eq=right, bounds=bounds).fun
