"""How the effective stiffness changes with the phase of every voxel.

A voxel of phase fraction φ has the stiffness ``K = K0 + φ (K1 - K0)``. At equilibrium the mutual
energy of two load cases is stationary in both displacement fields, so that its derivative needs no
further solution: it is the energy of the two fields in the change of the voxel's own stiffness::

    dCij / dφ = a_iᵀ (K1 - K0) a_j / V

with the voxel's displacements a, macroscopic part included, and V voxels. This is the derivative of
the stiffness of the discrete cell, not an approximation of that of the continuum.

A voxel that changes its phase altogether also changes its own strain. Exactly, the stiffness then
changes by the same product with a_i before and a_j after the change. The strain after it is
estimated as that of a sphere in a uniform medium.

References
----------
Bendsøe and Sigmund 2003, "Topology Optimization", section 1.2.3 (the derivative). Eshelby 1957,
"The determination of the elastic field of an ellipsoidal inclusion, and related problems",
Proc. R. Soc. A 241, 376.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from pspflow.arrays import refuses_masks
from pspflow.mechanics.cell import PeriodicCell
from pspflow.mechanics.checks import (
    Precision,
    check_control,
    check_load_cases,
    check_moduli,
    check_phases,
)
from pspflow.mechanics.element import Scheme
from pspflow.mechanics.homogenise import MAX_ITERATIONS, solve_cases, stiffness_of_cases
from pspflow.mechanics.isotropic import bulk_modulus, shear_modulus


class Sensitivity(NamedTuple):
    """The stiffness of a structure, and how it changes with each voxel's phase."""

    stiffness: NDArray[np.float64]
    """In GPa, shape ``(n, n)`` for n load cases; as `effective_stiffness` returns it."""
    gradient: NDArray[np.float64]
    """Derivative by each voxel's fraction of phase 1, in GPa, shape ``(n, n, nx, ny, nz)``."""
    change: NDArray[np.float64]
    """Estimated increase of the stiffness by a whole voxel of phase 1 in place of phase 0, in GPa,
    of the same shape."""
    displacements: tuple[Tensor, ...]
    """Solution of each load case, to start a similar structure's from."""


@torch.no_grad()
@refuses_masks
def stiffness_sensitivity(
    phases: ArrayLike,
    young_gpa: ArrayLike,
    poisson: ArrayLike,
    *,
    element: Scheme = "bbar",
    load_cases: Sequence[int] = (0, 1, 2, 3, 4, 5),
    tolerance: float = 1e-4,
    max_iterations: int = MAX_ITERATIONS,
    precision: Precision = "single",
    device: str | torch.device = "cpu",
    start: Sequence[Tensor] | None = None,
) -> Sensitivity:
    """Compute the effective stiffness and its derivative by the phase of every voxel.

    Parameters
    ----------
    phases, young_gpa, poisson, element, load_cases, max_iterations, precision, device
        As in `effective_stiffness`; there are at least the phases 0 and 1, whose difference the
        derivative is taken by.
    tolerance
        Relative residual of every solution. The error of the derivative is proportional to it.
    start
        `displacements` of a similar structure, by the same load cases: they save iterations.

    Returns
    -------
    Sensitivity
        One solution per load case gives all of it.

    Raises
    ------
    ValueError
        As `effective_stiffness`, or if there are no moduli of phase 1.
    ConvergenceError
        If the tolerance is not met.

    Examples
    --------
    Columns along x are springs in parallel: the derivative is the difference of their moduli.

    >>> columns = np.zeros((2, 2, 2), int)
    >>> columns[:, 1] = 1
    >>> found = stiffness_sensitivity(columns, [2.0, 10.0], [0, 0], load_cases=[0])
    >>> found.stiffness.round(3).tolist(), found.gradient.round(3).max().tolist()
    ([[6.0]], 1.0)
    """
    young, nu = check_moduli(young_gpa, poisson)
    if young.size < 2:
        raise ValueError("moduli of phases 0 and 1 are needed, got one phase")
    ids = check_phases(phases, young.size)
    cases = check_load_cases(load_cases)
    check_control(tolerance, max_iterations, precision)
    cell = PeriodicCell(ids, young, nu, element, precision, device)
    found = solve_cases(cell, cases, tolerance, max_iterations, start)
    stiffness = stiffness_of_cases(cell, found)
    fields = torch.stack(
        [cell.amplitudes(solved, np.eye(6)[case]) for case, solved in found.items()]
    ).double()
    first = cell.element.bulk_modes
    parts = fields[:, :first], fields[:, first:]
    products = [torch.einsum("imv,jmv->ijv", part, part).cpu().numpy() for part in parts]
    shape = (len(cases), len(cases), *ids.shape)
    bulk_share, shear_share = (each.reshape(shape) / cell.voxels for each in products)
    bulk, shear = bulk_modulus(young[:2], nu[:2]), shear_modulus(young[:2], nu[:2])
    bulk_factor, shear_factor = _strain_after(ids, bulk, shear)
    return Sensitivity(
        stiffness,
        np.diff(bulk) * bulk_share + np.diff(shear) * shear_share,
        np.diff(bulk) * bulk_factor * bulk_share + np.diff(shear) * shear_factor * shear_share,
        tuple(solved.displacements for solved in found.values()),
    )


def _strain_after(ids: np.ndarray, bulk: np.ndarray, shear: np.ndarray) -> list[np.ndarray]:
    """Estimate a voxel's volumetric and deviatoric strain after its change, relative to before.

    Both are those of a sphere in a uniform medium. A stiff voxel is taken out of its own phase; a
    soft one is replaced where both phases meet, in the mean of the averages by Voigt and Reuss.
    """
    moduli = np.stack([bulk, shear])
    meeting = (moduli.mean(axis=1) + 2 / (1 / moduli).sum(axis=1)) / 2
    stiff = int(np.argmax(shear))
    hosts = np.where(np.arange(2) == stiff, moduli[:, [stiff]], meeting[:, None])
    host_bulk, host_shear = hosts
    constraint = np.stack(
        [
            4 / 3 * host_shear,
            host_shear * (9 * host_bulk + 8 * host_shear) / (6 * (host_bulk + 2 * host_shear)),
        ]
    )
    factors = (moduli + constraint) / (moduli[:, ::-1] + constraint)
    return [row[np.minimum(ids, 1)] for row in factors]
