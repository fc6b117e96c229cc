"""Stiffness, strain and stress of structures by the solver."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import torch
from joblib import Parallel, delayed

from pspflow.errors import InputError, raise_problems
from pspflow.logs import progress
from pspflow.mechanics import (
    ConvergenceError,
    homogenise_structures,
    local_stress,
    stiffness_and_strain,
)
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import POSITIONS
from pspflow.studies.composite.structures.solved_stores import MACRO

NORMAL_CASES: Final = (0, 1, 2)


def solution(
    voxels: np.ndarray,
    young_gpa: Sequence[float],
    poisson: Sequence[float],
    options: SolutionOptions,
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the stiffness and the local fields of one structure.

    Parameters
    ----------
    voxels
        Phase ids, shape ``(n, n, n)``.
    young_gpa, poisson
        Moduli of each phase.
    options
        Element and tolerance.

    Returns
    -------
    Block of normal components in GPa, float64, shape ``(3, 3)``, and the local strain along x and
    the stress along x in GPa, under a macroscopic strain of 0.001 along x, float64, shape
    ``(2, n, n, n)``.

    Raises
    ------
    ConvergenceError
        If the tolerance is not met.
    """
    block, strain = stiffness_and_strain(
        voxels,
        young_gpa,
        poisson,
        load_cases=NORMAL_CASES,
        element=options.element,
        tolerance=options.tolerance,
    )
    return block, _along_x(voxels, young_gpa, poisson, strain)


def solutions(
    voxels: np.ndarray,
    young_gpa: Sequence[float],
    poisson: Sequence[float],
    options: SolutionOptions,
    device: torch.device,
    fields_of: Sequence[int] = (),
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the stiffness of several structures together, and the local fields of some of them.

    Parameters
    ----------
    voxels
        Phase ids, shape ``(m, n, n, n)``.
    young_gpa, poisson, options
        As in `solution`.
    device
        Where they are solved: a GPU, since a CPU is faster with one after the other.
    fields_of
        Positions of the structures whose fields are wanted, in ascending order.

    Returns
    -------
    What `solution` returns, of shapes ``(m, 3, 3)`` and ``(len(fields_of), 2, n, n, n)``.

    Raises
    ------
    ConvergenceError
        If the tolerance is not met; its `structure` is the position of that structure.
    """
    found = homogenise_structures(
        voxels,
        young_gpa,
        poisson,
        strains_of=fields_of,
        load_cases=NORMAL_CASES,
        element=options.element,
        tolerance=options.tolerance,
        device=device,
    )
    fields = np.empty((len(fields_of), 2, *voxels.shape[1:]))
    for place, of_structure in enumerate(fields_of):
        strain = found.strain[place]
        fields[place] = _along_x(voxels[of_structure], young_gpa, poisson, strain)
    return found.stiffness, fields


def _along_x(
    voxels: np.ndarray, young_gpa: Sequence[float], poisson: Sequence[float], strain: np.ndarray
) -> np.ndarray:
    """Take the strain and the stress along x of a solution for a strain of 1, (6, n, n, n)."""
    stress = local_stress(voxels, young_gpa, poisson, strain)
    return MACRO["macro_strain_11"] * np.stack([strain[0], stress[0]])


def unsolved(name: str, error: ConvergenceError) -> InputError:
    """Say which structure has no solution, and what helps."""
    return InputError(
        f"Structure {name}: {str(error).split('. ')[0]}; raise "
        "composite.structures.solver.tolerance, or lower the contrast of the moduli."
    )


def solve_candidates(
    phases: np.ndarray,
    material: Mapping[str, Any],
    options: SolutionOptions,
    threads: int,
    *,
    doubled: bool = False,
) -> np.ndarray:
    """Compute the stiffness of candidates by the solver, each with one thread of torch.

    Parameters
    ----------
    phases
        Phase ids, shape ``(n, edge, edge, edge)``.
    material
        `young_gpa` and `poisson` of phases 0 and 1, as `material_of` returns them.
    options
        Element and tolerance.
    threads
        Structures that are solved at once.
    doubled
        Whether to solve on a grid twice as fine: every voxel becomes 2 x 2 x 2.

    Returns
    -------
    np.ndarray
        The columns of `NORMAL` in GPa, float64, shape ``(n, 6)``.

    Raises
    ------
    InputError
        If candidates have no solution within the tolerance; all of them are named.
    """
    moduli = (material["young_gpa"], material["poisson"])

    def one(place: int) -> np.ndarray | str:
        try:
            voxels = phases[place]
            for axis in range(3 if doubled else 0):
                voxels = voxels.repeat(2, axis)
            block, _ = solution(voxels, *moduli, options)
        except ConvergenceError as error:
            return (
                f"Candidate {place}: {str(error).split('. ')[0]}; raise the solver's tolerance, or "
                "lower the contrast of the moduli."
            )
        return block[tuple(zip(*POSITIONS, strict=True))]

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        work = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
            delayed(one)(place) for place in range(len(phases))
        )
        what = "solving candidates on the doubled grid" if doubled else "solving candidates"
        found = list(progress(work, len(phases), what, "structure"))
    finally:
        torch.set_num_threads(before)
    raise_problems([each for each in found if isinstance(each, str)])
    return np.stack([each for each in found if not isinstance(each, str)])


def material_of(moduli: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the material, `young_gpa` and `poisson` of phases 0 and 1, of a table of phases."""
    return {name: list(moduli[name]) for name in ("young_gpa", "poisson")}
