"""How far the energies of many cells are above their minima."""

import torch
from torch import Tensor

from pspflow.mechanics.energy_bound import SPREAD


class EnergyBounds:
    """`EnergyBound` of every cell of a batch, as tensors on its device, float64, shape ``(b,)``.

    Parameters
    ----------
    lowest, accuracy
        As of `EnergyBound`, alike for all cells.
    uniform, least, rounding, resolved
        As of `EnergyBound`, for each cell; energies start from that at uniform strain.

    Attributes
    ----------
    squared
        Squares of the residuals' norms so far.
    """

    def __init__(
        self,
        lowest: float,
        accuracy: float,
        uniform: Tensor,
        least: Tensor,
        rounding: Tensor,
        resolved: Tensor,
    ) -> None:
        self._lowest = 0.999 * lowest
        self._worst = 1 / self._lowest
        self._accuracy = accuracy
        self._energy, self._uniform = uniform, uniform
        self._least, self._rounding, self._resolved = least, rounding, resolved
        self._factor = torch.full_like(uniform, self._worst)
        self.squared = torch.zeros_like(uniform)

    @property
    def error(self) -> Tensor:
        """Largest excess of the energies over their minima, ``(b,)`` as they are."""
        return self._factor * self.squared

    @property
    def met(self) -> Tensor:
        """Whether the errors are as small as wanted: bool ``(b,)``."""
        energy = torch.maximum(self._energy - self._rounding, self._least)
        share = (SPREAD * energy / self._uniform).clamp(max=1.0)
        return self.error <= self._accuracy * energy * share

    @property
    def hopeless(self) -> Tensor:
        """Whether the energies have fallen below what the precision resolves: bool ``(b,)``."""
        return self._energy < self._resolved

    def begin(self, squared: Tensor) -> None:
        """Take in the squares of the first residuals' norms, ``(b,)``."""
        self.squared = squared

    def advance(self, step: Tensor, squared: Tensor, moving: Tensor) -> None:
        """Take in the steps of the cells that move, and the squares after them, ``(b,)`` each."""
        gap = self._factor - step
        factor = gap / (self._lowest * gap + squared / self.squared)
        factor = torch.where(gap > 0, factor.clamp(max=self._worst), self._worst)
        self._energy = torch.where(moving, self._energy - step * self.squared, self._energy)
        self._factor = torch.where(moving, factor, self._factor)
        self.squared = torch.where(moving, squared, self.squared)

    def take(self, order: Tensor) -> None:
        """Sort the cells by ``(b,)`` positions: i holds what ``order[i]`` held."""
        self._energy, self._uniform = self._energy[order], self._uniform[order]
        self._least, self._rounding = self._least[order], self._rounding[order]
        self._resolved, self._factor = self._resolved[order], self._factor[order]
        self.squared = self.squared[order]
