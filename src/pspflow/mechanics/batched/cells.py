"""A batch of cells under one load case or several, solved in single precision."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from pspflow.arrays import refuses_masks
from pspflow.mechanics.batched.conjugate import conjugate_gradients, dots
from pspflow.mechanics.batched.energy import EnergyBounds
from pspflow.mechanics.batched.operator import BatchStiffness
from pspflow.mechanics.batched.reference import BatchInverse
from pspflow.mechanics.element import Scheme, affine_displacements, make_element
from pspflow.mechanics.reference import ReferenceInverse
from pspflow.mechanics.scales import LOST, Scales

DTYPE = torch.float32


class Solved(NamedTuple):
    """Solutions of n cells under c load cases.

    Attributes
    ----------
    stiffness
        In units of the cells' `unit_gpa`, float64, shape ``(n, c, c)``.
    good
        Whether single precision was enough, shape ``(n,)``; where not, a stiffness is no answer.
    displacements
        Shape ``(n, c, 3, nx, ny, nz)``, in voxel edges.
    """

    stiffness: Tensor
    good: Tensor
    displacements: Tensor


@lru_cache(maxsize=4)
def _reference(
    element: Scheme, moduli: tuple[float, float], shape: torch.Size, device: torch.device
) -> ReferenceInverse:
    """Return the preconditioner of a cell; one batch follows another with the same."""
    return ReferenceInverse(make_element(element), *moduli, shape, DTYPE, device)


class CellBatch:
    """Cells of one shape in which the same phases occur.

    What a cell alone would be solved with, its reference above all, depends on the phases that
    occur in it, and is therefore the same for all: no result depends on the other cells.

    Parameters
    ----------
    phases
        Valid phase ids, shape ``(n, nx, ny, nz)``, on the device to solve on.
    scales
        Those of each cell.
    element
        As in `pspflow.mechanics.effective_stiffness`.
    load_cases
        Voigt components to strain by.
    """

    def __init__(
        self, phases: Tensor, scales: Sequence[Scales], element: Scheme, load_cases: Sequence[int]
    ) -> None:
        self._device, self._shape, self._scales = phases.device, phases.shape[1:], scales
        self._voxels, self._cases = self._shape.numel(), list(load_cases)
        first = scales[0]
        self._moduli = [
            torch.tensor(moduli, dtype=DTYPE, device=self._device)[phases.int()].repeat_interleave(
                len(self._cases), dim=0
            )
            for moduli in (first.bulk, first.shear)
        ]
        self._stiffness = BatchStiffness(element, *self._moduli)
        self._inverse = BatchInverse(_reference(element, first.middle, self._shape, self._device))

    def solve(self, tolerance: float, max_iterations: int) -> Solved:
        """Solve every load case of every cell for a strain of 1, as `PeriodicCell.solve` does.

        Parameters
        ----------
        tolerance, max_iterations
            As in `PeriodicCell.solve`.
        """
        cells, first = len(self._scales), self._scales[0]
        loads = len(self._cases) * cells
        epsilon, accuracy = torch.finfo(DTYPE).eps, first.accuracy(DTYPE, tolerance)
        displacements = torch.zeros(loads, 3, *self._shape, dtype=DTYPE, device=self._device)
        scratch = torch.empty_like(displacements)
        forces, _, uniform = self._evaluate(displacements, scratch)
        scale = self._norms(forces, scratch)
        goal = (tolerance * scale).clamp(min=first.smallest_goal(DTYPE))
        slack = LOST * epsilon * uniform
        least = self._least_energies()
        resolved = slack / accuracy**0.5
        bounds = EnergyBounds(first.lowest, accuracy, uniform, least, slack, resolved)
        load = forces.neg_()
        displacements = conjugate_gradients(
            self._stiffness, self._inverse, load, goal, max_iterations, bounds
        )
        self._stiffness.fill(*self._moduli)
        forces, stress, energy = self._evaluate(displacements, scratch)
        # The recursive residual may deviate from the true one.
        reached = self._norms(forces, scratch)
        least = torch.maximum(energy - slack, least)
        missing = bounds.error / least
        rounded = abs(reached**2 - bounds.squared) / least + (slack / least) ** 2
        good = (reached <= 2 * goal) & (missing <= 2 * accuracy) & (rounded <= accuracy)
        shape = (cells, len(self._cases), -1)
        # Without the work of the residual, this is the mutual energy of both fields.
        work = torch.bmm(forces.view(shape), displacements.view(shape).mT).double() / self._voxels
        stiffness = stress[:, self._cases].view(shape) + work
        return Solved(
            (stiffness + stiffness.mT) / 2,
            good.view(cells, -1).all(dim=1),
            displacements.view(cells, -1, 3, *self._shape),
        )

    @refuses_masks
    def strains(self, displacements: Tensor, macro_strain: np.ndarray) -> Tensor:
        """Return the voxels' mean strains, float64, shape ``(k, 6, nx, ny, nz)``.

        Parameters
        ----------
        displacements
            Those of k of the cells, not more than there are loads, ``(k, 3, nx, ny, nz)``.
        macro_strain
            Mean strain of all of them, shape ``(6,)``.
        """
        macro = torch.tensor(macro_strain, dtype=torch.float64, device=self._device)
        return self._stiffness.strains(displacements).double() + macro[:, None, None, None]

    def _evaluate(self, displacements: Tensor, scratch: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return forces, mean stresses ``(b, 6)`` and energies ``(b,)`` of all loads."""
        affine = torch.tensor(affine_displacements(), device=self._device)
        macro = affine.T[self._cases].repeat(len(self._scales), 1)
        forces, sums = self._stiffness.strained_forces(
            displacements, macro.to(DTYPE), torch.empty_like(displacements)
        )
        stress = sums @ affine / self._voxels
        cases = torch.tensor(self._cases * len(self._scales), device=self._device)
        along = stress.gather(1, cases[:, None])[:, 0]
        return forces, stress, along * self._voxels + dots(forces, displacements, scratch)

    def _norms(self, forces: Tensor, scratch: Tensor) -> Tensor:
        return dots(forces, self._inverse(forces), scratch).clamp(min=0.0).sqrt()

    def _least_energies(self) -> Tensor:
        strains = np.eye(6)[self._cases]
        least = [each.least_energy(strain) for each in self._scales for strain in strains]
        return torch.tensor(least, dtype=torch.float64, device=self._device)
