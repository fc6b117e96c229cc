"""Effective stiffness and local strains of many structures, solved together on a GPU.

One structure keeps a GPU waiting: its kernels end before the next ones are started. Structures of
one shape and their load cases are solved in batches, in single precision and by the method of
`pspflow.mechanics.homogenise`, cell by cell the same up to rounding. Structures for which single
precision is not enough are solved alone, and so are those that are of one phase.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from pspflow.arrays import refuses_masks
from pspflow.mechanics.batched.cells import DTYPE, CellBatch
from pspflow.mechanics.checks import (
    check_control,
    check_load_cases,
    check_moduli,
    check_structures,
)
from pspflow.mechanics.conjugate import ConvergenceError
from pspflow.mechanics.element import Scheme
from pspflow.mechanics.homogenise import MAX_ITERATIONS, stiffness_and_strain
from pspflow.mechanics.scales import Scales
from pspflow.training.devices import usable_device

FLOATS = 110  # numbers in memory for a voxel and load case, at most
SHARE = 0.7  # of the free memory
# More at once make a GPU no faster; a CPU, whose caches are small, is best with few.
MOST_VOXELS = {"cuda": 1 << 25, "cpu": 1 << 17}


class Homogenised(NamedTuple):
    """What `homogenise_structures` finds for n structures and c load cases.

    Attributes
    ----------
    stiffness
        In GPa, float64, shape ``(n, c, c)``, as `effective_stiffness` returns it.
    strain
        Strains of the k chosen structures, float64, shape ``(k, 6, nx, ny, nz)``, as
        `stiffness_and_strain` returns them.
    alone
        Which structures were solved alone, bool, shape ``(n,)``.
    """

    stiffness: NDArray[np.float64]
    strain: NDArray[np.float64]
    alone: NDArray[np.bool_]


@torch.no_grad()
@refuses_masks
def homogenise_structures(
    phases: ArrayLike,
    young_gpa: ArrayLike,
    poisson: ArrayLike,
    *,
    strains_of: Sequence[int] = (),
    strain_case: int = 0,
    element: Scheme = "bbar",
    load_cases: Sequence[int] = (0, 1, 2, 3, 4, 5),
    tolerance: float = 1e-4,
    max_iterations: int = MAX_ITERATIONS,
    device: str | torch.device = "cpu",
    at_once: int | None = None,
) -> Homogenised:
    """Compute the stiffness of many periodic structures, and the local strains of some of them.

    Parameters
    ----------
    phases
        Phase ids from 0, integer or boolean, shape ``(n, nx, ny, nz)``.
    strains_of
        Positions of the structures whose strains are returned, in ascending order.
    strain_case
        The one of `load_cases` whose strains they are.
    young_gpa, poisson, element, load_cases, tolerance, max_iterations
        As in `effective_stiffness`. Fields are in single precision, and in double where that is too
        coarse.
    device
        A torch device. On a CPU, `stiffness_and_strain` in several processes is faster.
    at_once
        Structures that are solved together, 0 for each alone; None takes what is fast and fits the
        memory.

    Raises
    ------
    ValueError
        As `stiffness_and_strain`, or if `strains_of` are not such positions, or `at_once` is below
        0.
    ConvergenceError
        If the tolerance is not met; its `structure` is the position of the first such structure.

    Examples
    --------
    >>> layers = np.zeros((2, 4, 2, 2), int)
    >>> layers[1, 2:] = 1
    >>> found = homogenise_structures(layers, [120, 2.4], [0, 0], load_cases=[0])
    >>> found.stiffness[:, 0, 0].round(3).tolist()
    [120.0, 4.706]
    """
    young, nu = check_moduli(young_gpa, poisson)
    ids = check_structures(phases, young.size)
    cases = check_load_cases(load_cases)
    if strain_case not in cases:
        raise ValueError(f"strain_case must be one of load_cases {cases}, got {strain_case}")
    chosen = _positions(strains_of, len(ids))
    check_control(tolerance, max_iterations, "single")
    if at_once is not None and at_once < 0:
        raise ValueError(f"at_once must be at least 0, got {at_once}")
    on = usable_device(device)
    if at_once is None:
        at_once = structures_at_once(ids.shape[1:], len(cases), on)
    stiffness = np.empty((len(ids), len(cases), len(cases)))
    strain = np.empty((len(chosen), 6, *ids.shape[1:]))
    alone = np.ones(len(ids), bool)
    fields = torch.from_numpy(ids)
    for places, scales in _batches(fields, young, nu, at_once, on):
        batch = CellBatch(fields[places].to(on), scales, element, cases)
        found = batch.solve(tolerance, max_iterations)
        stiffness[places] = scales[0].unit_gpa * found.stiffness.cpu().numpy()
        alone[places] = ~found.good.cpu().numpy()
        for k in np.flatnonzero(np.isin(chosen, places)):
            at = np.flatnonzero(places == chosen[k])
            moved = found.displacements[torch.from_numpy(at).to(on), cases.index(strain_case)]
            strain[k] = batch.strains(moved, np.eye(6)[strain_case])[0].cpu().numpy()
    for place in np.flatnonzero(alone):
        try:
            stiffness[place], field = stiffness_and_strain(
                ids[place],
                young,
                nu,
                strain_case=strain_case,
                element=element,
                load_cases=cases,
                tolerance=tolerance,
                max_iterations=max_iterations,
                device=on,
            )
        except ConvergenceError as error:
            error.structure = int(place)
            raise
        strain[chosen == place] = field
    return Homogenised(stiffness, strain, alone)


def structures_at_once(shape: Sequence[int], load_cases: int, device: torch.device) -> int:
    """Return how many structures are solved together; 0 where the memory is too small for one.

    Parameters
    ----------
    shape
        Voxels along each axis.
    load_cases
        Load cases of each structure.
    device
        Where they are solved.
    """
    voxels = int(np.prod(shape)) * load_cases
    most = max(1, MOST_VOXELS[device.type] // voxels)
    if device.type == "cuda":
        free = torch.cuda.mem_get_info(device)[0]
        # what torch holds from earlier batches is free as well
        free += torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        most = min(most, int(SHARE * free) // (FLOATS * DTYPE.itemsize * voxels))
    return most


def _positions(strains_of: Sequence[int], count: int) -> NDArray[np.int64]:
    chosen = np.asarray(strains_of)
    whole = chosen.ndim == 1 and (chosen.dtype.kind in "iu" or not chosen.size)
    known = whole and np.isin(chosen, np.arange(count)).all()
    if not known or (chosen[1:] <= chosen[:-1]).any():
        raise ValueError(
            f"strains_of must be ascending numbers from 0 to {count - 1}, got {strains_of!r}"
        )
    return chosen.astype(np.int64)


def _batches(
    phases: Tensor,
    young: NDArray[np.float64],
    poisson: NDArray[np.float64],
    at_once: int,
    device: torch.device,
) -> Iterator[tuple[NDArray[np.int64], list[Scales]]]:
    """Yield the positions of structures that are solved together, and their scales.

    In all of a batch the same phases occur; structures that are to be solved alone are left out.
    """
    counts = _counts(phases, len(young), at_once, device)
    kinds = np.unique(counts > 0, axis=0, return_inverse=True)[1].ravel()
    for kind in range(kinds.max() + 1 if at_once else 0):
        same = np.flatnonzero(kinds == kind)
        one = Scales(counts[same[0]], young, poisson)
        if one.homogeneous or not one.resolved_by(DTYPE):
            continue
        for first in range(0, len(same), at_once):
            places = same[first : first + at_once]
            yield places, [Scales(counts[place], young, poisson) for place in places]


def _counts(
    phases: Tensor, phase_count: int, at_once: int, device: torch.device
) -> NDArray[np.int64]:
    """Count the voxels of each phase in each structure, int64, shape ``(n, phases)``."""
    counts, step = [], max(1, at_once)
    for first in range(0, len(phases), step):
        some = phases[first : first + step].to(device).flatten(1)
        of_each = [(some == phase).sum(dim=1) for phase in range(phase_count)]
        counts.append(torch.stack(of_each, dim=1))
    return torch.cat(counts).cpu().numpy()
