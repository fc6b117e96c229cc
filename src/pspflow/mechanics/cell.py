"""One periodic cell of isotropic phases under macroscopic strains."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from pspflow.arrays import refuses_masks
from pspflow.mechanics.checks import Precision
from pspflow.mechanics.conjugate import ConvergenceError, conjugate_gradients, dot
from pspflow.mechanics.element import Scheme, affine_displacements, make_element, mean_strain
from pspflow.mechanics.energy_bound import EnergyBound
from pspflow.mechanics.operator import CellStiffness
from pspflow.mechanics.reference import ReferenceInverse
from pspflow.mechanics.scales import LOST, Scales
from pspflow.training.devices import usable_device

DTYPES = {"single": (torch.float32, torch.float64), "double": (torch.float64,)}
COARSEST = 1e-6  # what rounding may add where no finer precision follows


class Equilibrium(NamedTuple):
    """A solution; forces and stresses are in units of the cell's `unit_gpa`.

    Attributes
    ----------
    displacements
        Periodic part, shape ``(3, nx, ny, nz)``, in voxel edges.
    residual
        Remaining nodal forces, of the same shape and dtype.
    stress
        Mean stress, shape ``(6,)``, float64.
    iterations
        Number of iterations of conjugate gradients.
    """

    displacements: Tensor
    residual: Tensor
    stress: Tensor
    iterations: int


class _Attempt(NamedTuple):
    """A solution in one precision, and how good it is."""

    found: Equilibrium
    residual: float  # relative to that at uniform strain
    excess: float  # bound of how far the energy is too high, relative to it
    good: bool


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

    Attributes
    ----------
    unit_gpa
        Largest Young's modulus of a phase that occurs.
    voxels
        Number of voxels.
    dtypes
        Types of fields that are tried in turn; those that a solution showed to be too coarse are
        left out.
    """

    @refuses_masks
    def __init__(
        self,
        phases: np.ndarray,
        young_gpa: np.ndarray,
        poisson: np.ndarray,
        element: Scheme = "bbar",
        precision: Precision = "single",
        device: str | torch.device = "cpu",
    ) -> None:
        self.element, self.device = make_element(element), usable_device(device)
        counts = np.bincount(phases.ravel(), minlength=len(young_gpa))
        self._phases, self.voxels = phases, phases.size
        self._scales = Scales(counts, young_gpa, poisson)
        self.unit_gpa = self._scales.unit_gpa
        # Moduli that differ by more than the precision resolves are solved in double at once.
        self.dtypes = [
            dtype
            for dtype in DTYPES[precision]
            if dtype == torch.float64 or self._scales.resolved_by(dtype)
        ]
        self._made: dict[torch.dtype, tuple[CellStiffness, ReferenceInverse]] = {}

    @refuses_masks
    def solve(
        self,
        macro_strain: np.ndarray,
        tolerance: float,
        max_iterations: int,
        start: Tensor | None = None,
    ) -> Equilibrium:
        """Find the displacements at which the forces on all nodes vanish.

        Two things must hold: the residual forces are small beside those at uniform strain, and the
        energy is close to its minimum. Where phases differ much, the first does not give the
        second: the energy of a cell with rigid inclusions is that of the soft matrix, while the
        forces at uniform strain are those of the inclusions. What single precision cannot give is
        computed on in double.

        Parameters
        ----------
        macro_strain
            Mean Voigt strain, shape ``(6,)``, of norm about 1.
        tolerance
            Largest residual, in the norm of the reference stiffness, relative to that at uniform
            strain. The relative error of the energy is at most the square of ten tolerances.
        max_iterations
            Most iterations of conjugate gradients, in each precision.
        start
            Displacements to start from, shape ``(3, nx, ny, nz)``: those of a similar cell save
            iterations. By default 0.

        Raises
        ------
        ConvergenceError
            If the tolerance is not met.
        """
        if self._scales.homogeneous or not macro_strain.any():
            return self._solve_uniform(macro_strain)
        iterations = 0
        for dtype in self.dtypes:
            tried = self._attempt(dtype, macro_strain, tolerance, max_iterations, start)
            start, iterations = tried.found.displacements, iterations + tried.found.iterations
            if tried.good:
                self.dtypes = self.dtypes[self.dtypes.index(dtype) :]
                return tried.found._replace(iterations=iterations)
            if tried.found.iterations >= max_iterations:
                break
        raise ConvergenceError(iterations, tried.residual, tolerance, tried.excess)

    @refuses_masks
    def strain(self, equilibrium: Equilibrium, macro_strain: np.ndarray) -> Tensor:
        """Return the voxels' mean strains, shape ``(6, nx, ny, nz)``, float64."""
        dtype = equilibrium.displacements.dtype
        stiffness, _ = self._fields(dtype)
        unknowns = stiffness.voxel_displacements(equilibrium.displacements)
        local = (self._tensor(mean_strain(), dtype) @ unknowns).double()
        macro = torch.tensor(macro_strain, dtype=torch.float64, device=self.device)
        return (local + macro[:, None]).reshape(6, *stiffness.shape)

    @refuses_masks
    def amplitudes(self, equilibrium: Equilibrium, macro_strain: np.ndarray) -> Tensor:
        """Return the amplitudes of the element's modes in every voxel, ``(modes, voxels)``.

        The voxels' strain energy is a sum of their products; see `pspflow.mechanics.element`.
        """
        dtype = equilibrium.displacements.dtype
        stiffness, _ = self._fields(dtype)
        unknowns = stiffness.voxel_displacements(equilibrium.displacements)
        macro = self._tensor(affine_displacements() @ macro_strain, dtype)
        return stiffness.modes @ (unknowns + macro[:, None])

    def _solve_uniform(self, macro_strain: np.ndarray) -> Equilibrium:
        """Return the solution without fluctuation, where no forces are left at uniform strain."""
        fields = torch.zeros(3, *self._phases.shape, dtype=self.dtypes[0], device=self.device)
        stress = torch.tensor(self._scales.first @ macro_strain, device=self.device)
        return Equilibrium(fields, fields, stress, 0)

    def _attempt(
        self,
        dtype: torch.dtype,
        macro_strain: np.ndarray,
        tolerance: float,
        max_iterations: int,
        start: Tensor | None,
    ) -> _Attempt:
        """Solve in one precision, from given displacements, if any."""
        stiffness, inverse = self._fields(dtype)
        epsilon, final = torch.finfo(dtype).eps, dtype == self.dtypes[-1]
        macro = self._tensor(affine_displacements() @ macro_strain, dtype)
        strain = torch.tensor(macro_strain, device=self.device)
        to_stress = torch.tensor(affine_displacements().T, device=self.device)

        def norm(forces: Tensor) -> float:
            return max(dot(forces, inverse(forces)), 0.0) ** 0.5

        def evaluate(displacements: Tensor) -> tuple[Tensor, Tensor, float]:
            """Return forces, mean stress and energy."""
            forces, sums = stiffness.strained_forces(displacements, macro)
            stress = to_stress @ sums / self.voxels
            work = dot(forces, displacements)
            return forces, stress, float(strain @ stress) * self.voxels + work

        displacements = macro.new_zeros(3, *stiffness.shape)
        forces, _, uniform = evaluate(displacements)
        scale, energy = norm(forces), uniform
        if start is not None:
            displacements = start.to(dtype)
            forces, _, energy = evaluate(displacements)
        # In nearly homogeneous cells the initial residual is hardly more than rounding.
        goal = max(tolerance * scale, self._scales.smallest_goal(dtype))
        accuracy = self._scales.accuracy(dtype, tolerance)
        slack = LOST * epsilon * uniform
        # A solution that rounding would spoil is not worth its iterations, if a finer one follows.
        resolved = 0.0 if final else slack / accuracy**0.5
        least = self._scales.least_energy(macro_strain)
        bound = EnergyBound(self._scales.lowest, energy, uniform, least, slack, accuracy, resolved)
        residual = -forces
        correction, iterations = conjugate_gradients(
            stiffness.forces, inverse, residual, goal, max_iterations, bound
        )
        displacements += correction
        forces, stress, energy = evaluate(displacements)
        # The recursive residual may deviate from the true one, above all in single precision.
        reached = norm(forces)
        least = max(energy - slack, least)
        missing = bound.error / least
        rounded = abs(reached**2 - bound.squared) / least + (slack / least) ** 2
        tolerable = max(accuracy, COARSEST) if final else accuracy
        good = reached <= 2 * goal and missing <= 2 * accuracy and rounded <= tolerable
        found = Equilibrium(displacements, -forces, stress, iterations)
        return _Attempt(found, reached / (scale or 1.0), missing + rounded, good)

    def _fields(self, dtype: torch.dtype) -> tuple[CellStiffness, ReferenceInverse]:
        """Return the cell's stiffness and the preconditioner in one precision; made once."""
        if dtype not in self._made:
            ids = torch.tensor(self._phases, device=self.device)
            bulk, shear = (
                self._tensor(moduli, dtype)[ids]
                for moduli in (self._scales.bulk, self._scales.shear)
            )
            self._made[dtype] = (
                CellStiffness(self.element, bulk, shear),
                ReferenceInverse(self.element, *self._scales.middle, ids.shape, dtype, self.device),
            )
        return self._made[dtype]

    def _tensor(self, values: np.ndarray, dtype: torch.dtype) -> Tensor:
        return torch.tensor(values, dtype=dtype, device=self.device)
