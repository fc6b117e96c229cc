"""Effective stiffness and local strains of periodic voxel structures.

A structure is one cell of an infinite, perfectly bonded composite of isotropic phases. Each voxel
is a trilinear hexahedron. Displacements are a macroscopic strain plus a periodic part, found by
conjugate gradients that are preconditioned with the Fourier inverse of a homogeneous cell
(Schneider, Merkert and Kabel 2017; Ladecký et al. 2023). Only a few fields are in memory: a cell of
51 x 51 x 51 voxels needs some tens of MB.

The solver uses as many threads as torch has (`torch.set_num_threads`), or a GPU. For many
structures it is fastest to run as many processes as there are cores, with one thread each: threads
wait for each other, and wait long where other programs use the cores too. One structure does not
keep a GPU busy: `pspflow.mechanics.homogenise_structures` solves many at once there.

References
----------
Schneider, Merkert and Kabel 2017, "FFT-based homogenization for microstructures discretized by
linear hexahedral elements", Int. J. Numer. Methods Eng. 109, 1461. Ladecký, Leute, Falsafi,
Pultarová, Pastewka, Junge and Zeman 2023, "An optimal preconditioned FFT-accelerated finite element
solver for homogenization", Appl. Math. Comput. 446, 127835.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from pspflow.arrays import refuses_masks
from pspflow.mechanics.cell import Equilibrium, PeriodicCell
from pspflow.mechanics.checks import (
    Precision,
    check_control,
    check_load_cases,
    check_moduli,
    check_phases,
    check_strain,
)
from pspflow.mechanics.conjugate import dot
from pspflow.mechanics.element import Scheme

MAX_ITERATIONS = 10_000


@torch.no_grad()
@refuses_masks
def effective_stiffness(
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
) -> NDArray[np.float64]:
    """Compute the effective stiffness of a periodic structure.

    Parameters
    ----------
    phases
        Phase ids from 0, integer or boolean, shape ``(nx, ny, nz)``; array axis 0 is x. Edges
        may differ.
    young_gpa, poisson
        Young's modulus in GPa and Poisson's ratio of each phase id, shape ``(phases,)``.
    element
        ``"bbar"``, ``"full"`` or ``"reduced"``; see `pspflow.mechanics.element`. At contrast 50
        the stiffness of `bbar` is about 1 % below that of `full`, and of `reduced` about 5 %.
    load_cases
        Voigt components to strain by, one solution each: ``(0,)`` for C11 alone, ``(0, 1, 2)`` for
        the normal block.
    tolerance
        Relative residual of every solution. The error of the stiffness is a product of two
        solutions' errors: 1e-3 gives about five correct digits, 1e-4 seven, which is the limit of
        single precision. At any contrast each diagonal component is at most the square of ten
        tolerances too high, by default 1e-6 of itself, and any other as much of the geometric mean
        of its two diagonal ones.
    max_iterations
        Most iterations per solution and precision. Usual are 15 to 100; the number grows with the
        contrast of the moduli, up to thousands where stiff parts touch at edges and corners, and
        not with the size of the structure.
    precision
        ``"single"``, for tolerances from 1e-6, or ``"double"``, from 1e-13. What single precision
        cannot resolve, above all isolated parts that are 1e3 times stiffer or more, is solved in
        double in both cases, which takes twice the memory and two to four times the time.
    device
        A torch device.

    Returns
    -------
    Float64 in GPa, shape ``(n, n)`` for n load cases, by default ``(6, 6)``: rows and columns are
    the load cases, in Voigt order 11, 22, 33, 23, 13, 12 with engineering shear. Symmetrised: the
    mean of the tensor and its transpose, which differ by rounding.

    Raises
    ------
    ValueError
        If the array is not 3-D or not of whole numbers, or holds an id without moduli, or if moduli
        or options are out of range.
    ConvergenceError
        If the tolerance is not met, or if rounding would spoil the sixth digit: where inclusions
        are isolated, at contrasts above 1e11 to 1e12.

    Examples
    --------
    Layers normal to x are as stiff along x as springs in series.

    >>> layers = np.zeros((4, 2, 2), int)
    >>> layers[2:] = 1
    >>> effective_stiffness(layers, [120, 2.4], [0, 0], load_cases=[0]).round(3).tolist()
    [[4.706]]
    """
    young, nu = check_moduli(young_gpa, poisson)
    ids = check_phases(phases, young.size)
    cases = check_load_cases(load_cases)
    check_control(tolerance, max_iterations, precision)
    cell = PeriodicCell(ids, young, nu, element, precision, device)
    return stiffness_of_cases(cell, solve_cases(cell, cases, tolerance, max_iterations))


@torch.no_grad()
@refuses_masks
def strain_field(
    phases: ArrayLike,
    young_gpa: ArrayLike,
    poisson: ArrayLike,
    macro_strain: ArrayLike,
    *,
    element: Scheme = "bbar",
    tolerance: float = 1e-4,
    max_iterations: int = MAX_ITERATIONS,
    precision: Precision = "single",
    device: str | torch.device = "cpu",
) -> NDArray[np.float64]:
    """Compute the local strains of a periodic structure under a macroscopic strain.

    Parameters
    ----------
    macro_strain
        Mean strain, shape ``(6,)``: 11, 22, 33, 23, 13, 12, with engineering shear.
    phases, young_gpa, poisson, element, max_iterations, precision, device
        As in `effective_stiffness`.
    tolerance
        Relative residual. Unlike that of the stiffness, the error of the strains is proportional to
        it: 1e-4 leaves a relative error of about 3e-4 (root mean square), within rigid inclusions
        of up to 1e-2 of their own strain.

    Returns
    -------
    Mean strain of each voxel, float64, shape ``(6, nx, ny, nz)``, components as in `macro_strain`,
    which is their mean. Multiplied by its phase's stiffness it is the voxel's mean stress, for
    every element.

    Raises
    ------
    ValueError
        As `effective_stiffness`, or if the strain does not hold 6 finite components.
    ConvergenceError
        If the tolerance is not met.
    """
    young, nu = check_moduli(young_gpa, poisson)
    ids = check_phases(phases, young.size)
    strain = check_strain(macro_strain)
    check_control(tolerance, max_iterations, precision)
    # The problem is linear: solved for a strain of norm 1, no strain is too small for a float32.
    largest = float(abs(strain).max()) or 1.0
    size = largest * (float(np.linalg.norm(strain / largest)) or 1.0)
    cell = PeriodicCell(ids, young, nu, element, precision, device)
    found = cell.solve(strain / size, tolerance, max_iterations)
    return size * cell.strain(found, strain / size).cpu().numpy()


@torch.no_grad()
@refuses_masks
def stiffness_and_strain(
    phases: ArrayLike,
    young_gpa: ArrayLike,
    poisson: ArrayLike,
    *,
    strain_case: int = 0,
    element: Scheme = "bbar",
    load_cases: Sequence[int] = (0, 1, 2, 3, 4, 5),
    tolerance: float = 1e-4,
    max_iterations: int = MAX_ITERATIONS,
    precision: Precision = "single",
    device: str | torch.device = "cpu",
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute the effective stiffness, and the local strains of one of its load cases.

    Parameters
    ----------
    strain_case
        The one of `load_cases` whose strains are returned.
    phases, young_gpa, poisson, element, load_cases, max_iterations, precision, device
        As in `effective_stiffness`.
    tolerance
        Relative residual of every solution, chosen for the strains; see `strain_field`.

    Returns
    -------
    The stiffness in GPa, shape ``(n, n)``, as `effective_stiffness` returns it, and the strains
    under a macroscopic strain of 1 in that component, shape ``(6, nx, ny, nz)``, as `strain_field`
    returns them. They are proportional to the macroscopic strain.

    Raises
    ------
    ValueError
        As `effective_stiffness`, or if `strain_case` is not one of the load cases.
    ConvergenceError
        If the tolerance is not met.
    """
    young, nu = check_moduli(young_gpa, poisson)
    ids = check_phases(phases, young.size)
    cases = check_load_cases(load_cases)
    if strain_case not in cases:
        raise ValueError(f"strain_case must be one of load_cases {cases}, got {strain_case}")
    check_control(tolerance, max_iterations, precision)
    cell = PeriodicCell(ids, young, nu, element, precision, device)
    found = solve_cases(cell, cases, tolerance, max_iterations)
    strain = cell.strain(found[strain_case], np.eye(6)[strain_case])
    return stiffness_of_cases(cell, found), strain.cpu().numpy()


def solve_cases(
    cell: PeriodicCell,
    cases: Sequence[int],
    tolerance: float,
    max_iterations: int,
    starts: Sequence[Tensor] | None = None,
) -> dict[int, Equilibrium]:
    """Solve each load case for a strain of 1 in its component, all in one precision.

    Where there are `starts`, they are displacements ``(3, nx, ny, nz)`` from which each begins.
    """
    given: Sequence[Tensor | None] = starts or [None] * len(cases)
    found = {
        case: cell.solve(np.eye(6)[case], tolerance, max_iterations, start)
        for case, start in zip(cases, given, strict=True)
    }
    for case, solved in found.items():
        # A component between a soft and a stiff direction is smaller than the rounding of the
        # stiff one's stress: what one load case needs, the others need too.
        if solved.displacements.dtype not in cell.dtypes:
            start = solved.displacements
            found[case] = cell.solve(np.eye(6)[case], tolerance, max_iterations, start)
    return found


def stiffness_of_cases(cell: PeriodicCell, found: Mapping[int, Equilibrium]) -> NDArray[np.float64]:
    """Compute the stiffness in GPa, shape ``(n, n)``, from the solutions of n load cases."""
    stiffness = np.empty((len(found), len(found)))
    for row, left in enumerate(found.values()):
        stress = left.stress.cpu().numpy()
        for column, (case, right) in enumerate(found.items()):
            # Without the work of the residual, this is the mutual energy of both fields.
            work = dot(left.residual, right.displacements) / cell.voxels
            stiffness[row, column] = stress[case] - work
    return cell.unit_gpa * (stiffness + stiffness.T) / 2
