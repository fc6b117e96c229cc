"""What the moduli and the volume fractions of a cell say before it is solved."""

import numpy as np
import torch

from pspflow.arrays import refuses_masks
from pspflow.mechanics.isotropic import bulk_modulus, isotropic_stiffness, shear_modulus

ROUNDING = 4  # forces in a homogeneous cell under unit strain come to 1 in units of rounding
SLACK = 10  # the error of the energy is bounded by the square of this many tolerances,
FINEST = 8  # or by this many units of rounding
# Rounding adds to the energy at most the square of this many units of it, relative to the energy
# at uniform strain: measured on up to 41 voxels per edge with inclusions up to 1e6 times stiffer.
LOST = 10


class Scales:
    """Units, reference moduli and bounds of a cell.

    Parameters
    ----------
    counts
        Number of voxels of each phase, int64, shape ``(phases,)``.
    young_gpa, poisson
        Valid moduli, float64, shape ``(phases,)``.

    Attributes
    ----------
    unit_gpa
        Largest Young's modulus of a phase that occurs.
    bulk, shear
        Moduli of the phases in that unit, shape ``(phases,)``; those that do not occur have any.
    homogeneous
        Whether all voxels have the same moduli.
    first
        Stiffness of the first phase that occurs, in that unit, shape ``(6, 6)``.
    middle
        Bulk and shear modulus of the reference cell.
    lowest
        A lower bound of the eigenvalues of the preconditioned stiffness.
    """

    @refuses_masks
    def __init__(self, counts: np.ndarray, young_gpa: np.ndarray, poisson: np.ndarray) -> None:
        present = np.flatnonzero(counts)
        self._voxels = int(counts.sum())
        # The answer is proportional to the moduli, and squares of large ones would overflow.
        self.unit_gpa = float(young_gpa[present].max())
        young = np.where(counts, young_gpa, self.unit_gpa) / self.unit_gpa
        self.bulk, self.shear = bulk_modulus(young, poisson), shear_modulus(young, poisson)
        kept = [moduli[present] for moduli in (self.bulk, self.shear)]
        self.homogeneous = all(np.ptp(moduli) == 0 for moduli in kept)
        self.first = isotropic_stiffness(young[present[0]], poisson[present[0]])
        # The middle of the range is best for the convergence of conjugate gradients.
        bulk, shear = (float(moduli.max() + moduli.min()) / 2 for moduli in kept)
        self.middle = bulk, shear
        self.lowest = min(float(kept[0].min()) / bulk, float(kept[1].min()) / shear)
        self._stiffest = float((3 * kept[0] + 4 * kept[1]).max())
        self._softest = float(min(3 * kept[0].min(), 2 * kept[1].min()))
        self._rounding = ROUNDING * self._stiffest * (self._voxels / shear) ** 0.5
        shares = counts[present] / self._voxels
        self._reuss = [1 / float(np.sum(shares / moduli)) for moduli in kept]

    def resolved_by(self, dtype: torch.dtype) -> bool:
        """Tell whether a precision resolves the difference between the moduli."""
        return torch.finfo(dtype).eps * self._stiffest < self._softest

    def smallest_goal(self, dtype: torch.dtype) -> float:
        """Return the norm of the residual that rounding alone may leave."""
        return torch.finfo(dtype).eps * self._rounding

    def accuracy(self, dtype: torch.dtype, tolerance: float) -> float:
        """Return the largest error wanted of the energy, relative to it."""
        return max((SLACK * tolerance) ** 2, FINEST * torch.finfo(dtype).eps)

    @refuses_masks
    def least_energy(self, macro_strain: np.ndarray) -> float:
        """Return the energy under uniform stress, below which no field of mean strain (6,) goes."""
        bulk, shear = self._reuss
        volumetric = macro_strain[:3].sum()
        deviatoric = macro_strain[:3] - volumetric / 3
        density = bulk * volumetric**2 + shear * (
            2 * deviatoric @ deviatoric + macro_strain[3:] @ macro_strain[3:]
        )
        return float(density) * self._voxels
