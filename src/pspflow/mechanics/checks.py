"""Checks of the solver's input: every error sentence names the argument and the remedy."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import along, real, refuses_masks

Floats = NDArray[np.float64]
Precision = Literal["single", "double"]

LARGEST_CONTRAST = 1e100  # far beyond what the solver resolves; the ratio must not underflow
SMALLEST_TOLERANCE = {"single": 1e-6, "double": 1e-13}


@refuses_masks
def check_moduli(young_gpa: ArrayLike, poisson: ArrayLike) -> tuple[Floats, Floats]:
    """Validate the moduli of isotropic phases.

    Parameters
    ----------
    young_gpa
        Young's moduli in GPa, shape ``(phases,)``, above 0.
    poisson
        Poisson's ratios, shape ``(phases,)``, between -1 and 0.5.

    Returns
    -------
    Both as float64 of shape ``(phases,)``.

    Raises
    ------
    ValueError
        If they are not as above.
    """
    young, nu = check_numbers(young_gpa, "young_gpa"), check_numbers(poisson, "poisson")
    if young.size != nu.size:
        raise ValueError(
            "young_gpa and poisson must hold one number per phase each, "
            f"got {young.size} and {nu.size}: add what is missing"
        )
    for phase in np.flatnonzero(young <= 0)[:1]:
        raise ValueError(
            f"young_gpa must be above 0, but phase {phase} has {young[phase]:g}: for a pore, give "
            "a modulus far below that of the solid"
        )
    if young.min() < young.max() / LARGEST_CONTRAST:
        raise ValueError(
            f"young_gpa must not differ by more than {LARGEST_CONTRAST:g}, but they are from "
            f"{young.min():g} to {young.max():g}: for a pore, 1e-6 of the solid's modulus is enough"
        )
    for phase in np.flatnonzero((nu <= -1) | (nu >= 0.5))[:1]:
        raise ValueError(
            f"poisson must be between -1 and 0.5, but phase {phase} has {nu[phase]:g}: for an "
            "incompressible phase, give 0.49"
        )
    return young, nu


@refuses_masks
def check_phases(phases: ArrayLike, phase_count: int) -> NDArray[np.int64]:
    """Validate an array of phase ids.

    Parameters
    ----------
    phases
        Whole numbers from 0 to ``phase_count - 1``, shape ``(nx, ny, nz)``, of integer or boolean
        dtype. A labelled array (xarray) may have its axes x, y and z in any order.
    phase_count
        Number of phases that have moduli.

    Returns
    -------
    The ids as int64.

    Raises
    ------
    ValueError
        If the array is not as above.
    """
    array = np.asarray(along(phases, ("x", "y", "z")))
    if array.ndim != 3 or array.size == 0:
        raise ValueError(
            f"phases must be 3-D, (nx, ny, nz), with at least one voxel, got shape {array.shape}"
        )
    _check_ids(array, phase_count)
    return array.astype(np.int64)


@refuses_masks
def check_structures(phases: ArrayLike, phase_count: int) -> NDArray[Any]:
    """Validate the phase ids of several structures.

    Parameters
    ----------
    phases
        As in `check_phases`, shape ``(n, nx, ny, nz)``; a labelled array has the axes structure, x,
        y and z.
    phase_count
        As in `check_phases`.

    Returns
    -------
    The ids as uint8, or as int64 where there are more than 256 phases.

    Raises
    ------
    ValueError
        As `check_phases`.
    """
    array = np.asarray(along(phases, ("structure", "x", "y", "z")))
    if array.ndim != 4 or array.size == 0:
        raise ValueError(
            "phases must be 4-D, (structures, nx, ny, nz), with at least one voxel, got shape "
            f"{array.shape}"
        )
    _check_ids(array, phase_count)
    return np.ascontiguousarray(array, np.uint8 if phase_count <= 256 else np.int64)


def _check_ids(array: NDArray[Any], phase_count: int) -> None:
    if array.dtype.kind not in "bui":
        if array.dtype.kind == "f" and np.isnan(array).any():
            raise ValueError("phases must be whole numbers, but they hold NaN: give every voxel")
        raise ValueError(
            f"phases must be integers, got dtype {array.dtype}: threshold or round them first"
        )
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= phase_count:
        raise ValueError(
            f"phases must be from 0 to {phase_count - 1}, but they hold {low if low < 0 else high}:"
            " give that phase a modulus and a Poisson's ratio, or renumber"
        )


@refuses_masks
def check_structure(phases: ArrayLike, phase_count: int) -> NDArray[np.int64]:
    """Validate a structure for training a network: a cube of at least two phases.

    The solver itself takes boxes and a single phase.

    Parameters
    ----------
    phases, phase_count
        As in `check_phases`.

    Returns
    -------
    The ids as int64, shape ``(n, n, n)``.

    Raises
    ------
    ValueError
        As `check_phases`, or if the edges differ or all voxels are of one phase.
    """
    array = check_phases(phases, phase_count)
    if len(set(array.shape)) != 1:
        raise ValueError(
            f"phases must be a cube, got shape {array.shape}: cut it to its shortest edge"
        )
    if array.min() == array.max():
        raise ValueError(
            f"phases must hold at least two phases, but every voxel is {array.flat[0]}: "
            "leave the structure out, its stiffness is that of the phase"
        )
    return array


@refuses_masks
def check_strain(macro_strain: ArrayLike) -> Floats:
    """Validate a macroscopic strain, shape ``(6,)``, and return it as float64.

    Raises
    ------
    ValueError
        If the shape is not ``(6,)`` or a component is not finite.
    """
    strain = check_numbers(macro_strain, "macro_strain")
    if strain.size != 6:
        raise ValueError(
            "macro_strain must hold 6 components (11, 22, 33, 23, 13, 12, engineering shear), "
            f"got {strain.size}"
        )
    return strain


def check_load_cases(load_cases: Sequence[int]) -> list[int]:
    """Validate a choice of Voigt components, and return it as a list.

    Raises
    ------
    ValueError
        If there is none, or one is repeated or not from 0 to 5.
    """
    cases = list(load_cases)
    whole = all(isinstance(case, int | np.integer) for case in cases)
    if not cases or not whole or len(set(cases)) != len(cases) or not set(cases) <= set(range(6)):
        raise ValueError(f"load_cases must be different numbers from 0 to 5, got {cases}")
    return [int(case) for case in cases]


def check_control(tolerance: float, max_iterations: int, precision: str) -> None:
    """Refuse a tolerance that the precision cannot meet, and fewer than one iteration.

    Raises
    ------
    ValueError
        In these cases, or if the precision is unknown.
    """
    if precision not in get_args(Precision):
        raise ValueError(f"precision must be 'single' or 'double', got {precision!r}")
    smallest = SMALLEST_TOLERANCE[precision]
    if not smallest <= tolerance < 1:
        raise ValueError(
            f"tolerance must be from {smallest:g} to 1 in {precision} precision, got {tolerance:g}:"
            + (" use precision='double'" if 0 < tolerance < smallest else " 1e-4 is usual")
        )
    if max_iterations < 1:
        raise ValueError(f"max_iterations must be at least 1, got {max_iterations}")


def check_numbers(values: Any, name: str) -> Floats:
    """Validate a list of finite real numbers, and return it as float64 ``(n,)``.

    Raises
    ------
    ValueError
        If it is none, with the name of the argument.
    """
    array = real(values, name)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be a list of numbers, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, but it holds NaN or infinity: give every value")
    return array
