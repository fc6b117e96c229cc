"""One periodic cell of isotropic phases under macroscopic strains."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from pspflow.mechanics.checks import Precision
from pspflow.mechanics.conjugate import ConvergenceError, conjugate_gradients, dot
from pspflow.mechanics.element import Scheme, affine_displacements, make_element, mean_strain
from pspflow.mechanics.isotropic import bulk_modulus, shear_modulus
from pspflow.mechanics.operator import CellStiffness
from pspflow.mechanics.reference import ReferenceInverse
from pspflow.training.devices import usable_device

DTYPES = {"single": torch.float32, "double": torch.float64}
ROUNDING = 4  # forces in a homogeneous cell under unit strain come to 1 in units of rounding


class Equilibrium(NamedTuple):
    """A solution.

    Attributes
    ----------
    displacements
        Periodic part, shape ``(3, nx, ny, nz)``, in voxel edges.
    residual
        Remaining nodal forces, of the same shape, in GPa.
    stress
        Mean stress, shape ``(6,)``, float64, in GPa.
    iterations
        Number of iterations of conjugate gradients.
    """

    displacements: Tensor
    residual: Tensor
    stress: Tensor
    iterations: int


class PeriodicCell:
    """A cell to which macroscopic strains can be applied.

    Parameters
    ----------
    phases
        Valid phase ids, int64, shape ``(nx, ny, nz)``.
    young_gpa, poisson
        Valid moduli, float64, shape ``(phases,)``.
    element, precision, device
        As in `pspflow.mechanics.effective_stiffness`.
    """

    def __init__(
        self,
        phases: np.ndarray,
        young_gpa: np.ndarray,
        poisson: np.ndarray,
        element: Scheme = "bbar",
        precision: Precision = "single",
        device: str | torch.device = "cpu",
    ) -> None:
        self.element = make_element(element)
        self.dtype, self.device = DTYPES[precision], usable_device(device)
        present = np.unique(phases)
        bulk, shear = bulk_modulus(young_gpa, poisson), shear_modulus(young_gpa, poisson)
        # The middle of the range is best for the convergence of conjugate gradients.
        middle_bulk = float(bulk[present].max() + bulk[present].min()) / 2
        middle_shear = float(shear[present].max() + shear[present].min()) / 2
        ids = torch.tensor(phases, device=self.device)
        self.stiffness = CellStiffness(
            self.element, self._tensor(bulk)[ids], self._tensor(shear)[ids]
        )
        self.inverse = ReferenceInverse(
            self.element, middle_bulk, middle_shear, ids.shape, self.dtype, self.device
        )
        self.voxels = ids.numel()
        stiffest = float((3 * bulk + 4 * shear)[present].max())
        epsilon = torch.finfo(self.dtype).eps
        self.rounding = ROUNDING * epsilon * (stiffest * self.voxels) ** 0.5

    def solve(self, macro_strain: np.ndarray, tolerance: float, max_iterations: int) -> Equilibrium:
        """Find the displacements at which the forces on all nodes vanish.

        Parameters
        ----------
        macro_strain
            Mean Voigt strain, shape ``(6,)``, of norm about 1.
        tolerance
            Largest residual, in the norm of the reference stiffness, relative to that at uniform
            strain.
        max_iterations
            Most iterations of conjugate gradients.

        Raises
        ------
        ConvergenceError
            If the tolerance is not met.
        """
        macro = self._tensor(affine_displacements() @ macro_strain)
        displacements = macro.new_zeros(3, *self.stiffness.shape)
        forces, _ = self.stiffness.strained_forces(displacements, macro)
        scale = self._norm(forces)
        # In nearly homogeneous cells the initial residual is hardly more than rounding.
        goal = max(tolerance * scale, self.rounding)
        displacements, iterations = conjugate_gradients(
            self.stiffness.forces, self.inverse, -forces, goal, max_iterations
        )
        forces, sums = self.stiffness.strained_forces(displacements, macro)
        # The recursive residual may deviate from the true one, above all in single precision.
        reached = self._norm(forces)
        if not reached <= 2 * goal:
            raise ConvergenceError(iterations, reached / scale, tolerance)
        to_stress = torch.tensor(affine_displacements().T, device=self.device)
        return Equilibrium(displacements, -forces, to_stress @ sums / self.voxels, iterations)

    def strain(self, equilibrium: Equilibrium, macro_strain: np.ndarray) -> Tensor:
        """Return the voxels' mean strains, shape ``(6, nx, ny, nz)``, float64."""
        unknowns = self.stiffness.voxel_displacements(equilibrium.displacements)
        local = (self._tensor(mean_strain()) @ unknowns).double()
        macro = torch.tensor(macro_strain, dtype=torch.float64, device=self.device)
        return (local + macro[:, None]).reshape(6, *self.stiffness.shape)

    def _norm(self, forces: Tensor) -> float:
        return max(dot(forces, self.inverse(forces)), 0.0) ** 0.5

    def _tensor(self, values: np.ndarray) -> Tensor:
        return torch.tensor(values, dtype=self.dtype, device=self.device)
