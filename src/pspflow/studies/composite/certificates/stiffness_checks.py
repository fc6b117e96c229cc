"""What a solved stiffness is worth: the error of its grid and element, and bounds that hold."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import torch
from joblib import Parallel, delayed

from pspflow.arrays import refuses_masks
from pspflow.mechanics import (
    Bounds,
    ConvergenceError,
    effective_stiffness,
    hashin_shtrikman_bounds,
    reuss_stiffness,
    voigt_stiffness,
)
from pspflow.mechanics.element import Scheme
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.solution import solve_candidates, unsolved

REMAINING: Final = 2.5
"""Error of a grid over its difference from the doubled one. Voxels have edges and corners, where
the error falls with about the first power of the voxel: at contrast 50 each doubling changes the
stiffness by .4 to .6 of what the one before did, and 1 / (1 - .6) is 2.5."""
ISOTROPIC: Final = 0.1
"""Universal anisotropy index up to which bounds for isotropic composites are applied: there the
averages of the shear modulus over directions, of stiffness and of compliance, differ by 2 %."""
SLACK: Final = 1e-4
"""Relative error of a solution that no bound is broken by."""


def other_element(element: Scheme) -> Scheme:
    """Return the element that a solution is compared with: `full`, or `bbar` beside that."""
    return "bbar" if element == "full" else "full"


@refuses_masks
def whole_stiffness(
    phases: np.ndarray, material: Mapping[str, Any], options: SolutionOptions, threads: int
) -> np.ndarray:
    """Compute all 21 stiffness components of structures, GPa, shape ``(n, 6, 6)``.

    Parameters are those of `pspflow.studies.composite.structures.solution.solve_candidates`.

    Raises
    ------
    InputError
        If the tolerance is not met.
    """

    def one(place: int) -> np.ndarray:
        moduli = (material["young_gpa"], material["poisson"])
        try:
            return effective_stiffness(
                phases[place], *moduli, element=options.element, tolerance=options.tolerance
            )
        except ConvergenceError as error:
            raise unsolved(f"of design {place}", error) from error

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        found = Parallel(n_jobs=threads, prefer="threads")(
            delayed(one)(place) for place in range(len(phases))
        )
    finally:
        torch.set_num_threads(before)
    return np.stack(found)


@refuses_masks
def discretisation(
    phases: np.ndarray,
    own: np.ndarray,
    material: Mapping[str, Any],
    options: SolutionOptions,
    threads: int,
) -> dict[str, np.ndarray]:
    """Compare stiffnesses with those of the doubled grid and of the other element.

    Structures are taken as voxels: the error is that of the elements, and not that of drawing a
    smooth interface in voxels.

    Parameters
    ----------
    phases, material, options, threads
        As in `whole_stiffness`.
    own
        `NORMAL` in GPa on the structures' own grid, shape ``(n, 6)``.

    Returns
    -------
    Columns of the certificate, each ``(n,)``: refined_NAME, other_element_NAME and error_bar_NAME
    of `NORMAL` in GPa, and error_bar_percent, the largest of the six. An error bar is the larger of
    the difference from the doubled grid, times `REMAINING`, and that from the other element.
    """
    other = options.model_copy(update={"element": other_element(options.element)})
    refined = solve_candidates(phases, material, options, threads, doubled=True)
    second = solve_candidates(phases, material, other, threads)
    bars = np.maximum(REMAINING * np.abs(refined - own), np.abs(second - own))
    columns = {}
    for at, name in enumerate(NORMAL):
        columns[f"refined_{name}"] = refined[:, at]
        columns[f"other_element_{name}"] = second[:, at]
        columns[f"error_bar_{name}"] = bars[:, at]
    columns["error_bar_percent"] = 100 * (bars / np.abs(own)).max(axis=1)
    return columns


@refuses_masks
def bounds_of(
    stiffness: np.ndarray, fraction: float, material: Mapping[str, Any], error: float = 0.0
) -> dict[str, Any]:
    """Compare a stiffness with bounds that its volume fraction gives.

    Parameters
    ----------
    stiffness
        GPa, shape ``(6, 6)``.
    fraction
        Volume fraction of phase 1.
    material
        `young_gpa` and `poisson` of phases 0 and 1.
    error
        Relative error of the moduli, by which they may leave Hashin and Shtrikman's bounds.

    Returns
    -------
    Columns of the certificate:
    reuss_c11_gpa, voigt_c11_gpa: the bounds on C11, C22 and C33;
    voigt_reuss: `inside` if Voigt - C and C - Reuss have no negative eigenvalue, else `outside`;
    anisotropy_index: the universal one, 0 if isotropic;
    bulk_gpa, shear_gpa: Hill's averages over directions; their bounds `bulk_lower_gpa` and so on;
    hashin_shtrikman: `inside`, `outside by less than the error`, `outside`, or `not applicable` to
    an anisotropic structure.

    References
    ----------
    Ranganathan and Ostoja-Starzewski 2008, "Universal elastic anisotropy index", Phys. Rev. Lett.
    101, 055504.
    """
    phases = ([1 - fraction, fraction], material["young_gpa"], material["poisson"])
    voigt, reuss, tight = (
        voigt_stiffness(*phases),
        reuss_stiffness(*phases),
        hashin_shtrikman_bounds(*phases),
    )
    least = min(
        np.linalg.eigvalsh(above - below).min()
        for above, below in ((voigt, stiffness), (stiffness, reuss))
    )
    bulk, shear, index = isotropic_part(stiffness)
    return {
        "reuss_c11_gpa": reuss[0, 0],
        "voigt_c11_gpa": voigt[0, 0],
        "voigt_reuss": "inside" if least >= -SLACK * voigt[0, 0] else "outside",
        "anisotropy_index": index,
        "bulk_gpa": bulk,
        "shear_gpa": shear,
        **{f"{name}_gpa": value for name, value in tight._asdict().items()},
        "hashin_shtrikman": _judged(tight, bulk, shear, error)
        if index <= ISOTROPIC
        else "not applicable",
    }


def _judged(bounds: Bounds, bulk: float, shear: float, error: float) -> str:
    """Say whether moduli are inside Hashin and Shtrikman's bounds."""
    beyond = max(
        bounds.bulk_lower / bulk,
        bulk / bounds.bulk_upper,
        bounds.shear_lower / shear,
        shear / bounds.shear_upper,
    )
    if beyond <= 1 + SLACK:
        return "inside"
    return "outside by less than the error" if beyond <= 1 + error else "outside"


@refuses_masks
def isotropic_part(stiffness: np.ndarray) -> tuple[float, float, float]:
    """Return Hill's bulk and shear modulus in GPa of a stiffness (6, 6), and its anisotropy index.

    The index is the universal one, 0 for an isotropic stiffness.
    """
    bulk, shear = _averages(stiffness)
    compliance = np.linalg.inv(stiffness)
    # of compliances with engineering shear: Reuss's averages
    trace, across = np.trace(compliance[:3, :3]), compliance[:3, :3].sum()
    reuss_bulk = 1 / across
    reuss_shear = 15 / (6 * trace - 2 * across + 3 * np.trace(compliance[3:, 3:]))
    index = 5 * shear / reuss_shear + bulk / reuss_bulk - 6
    return (bulk + reuss_bulk) / 2, (shear + reuss_shear) / 2, float(max(0.0, index))


def _averages(stiffness: np.ndarray) -> tuple[float, float]:
    """Return Voigt's averages of bulk and shear modulus over all directions."""
    trace, total = np.trace(stiffness[:3, :3]), stiffness[:3, :3].sum()
    return total / 9, (3 * trace - total + 6 * np.trace(stiffness[3:, 3:])) / 30
