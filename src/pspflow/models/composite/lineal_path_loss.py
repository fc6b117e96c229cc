"""Distance of structures with a term beyond two-point statistics: lineal paths.

The lineal path at a length is how often a line of so many voxels lies wholly in one phase. It
depends on how far a phase is connected, which two-point statistics do not know; and the phases of a
Gaussian field cut at its median share one path, those of fibres in a matrix do not.
"""

import torch
from torch import Tensor

from pspflow.models.composite.statistics_loss import SLICE_STEP, StatisticsLoss
from pspflow.models.style import Features

AXES = (2, 3, 4)


def lineal_paths(structures: Tensor) -> Tensor:
    """Return periodic lineal paths of both phases along each axis, in every third slice.

    Parameters
    ----------
    structures
        `b x 1 x n x n x n`, from 0 to 1. Of soft structures, voxels count as independent.

    Returns
    -------
    Tensor
        `b x 3 x 2 x lengths`: for each axis, the soft and the stiff phase, and lengths of 2, 4, ...
        voxels up to half of the edge.

    References
    ----------
    Torquato 2002, "Random heterogeneous materials", section 2.4.
    """
    both = torch.cat([1 - structures, structures], dim=1)
    paths = []
    for axis, normal in zip(AXES, (*AXES[1:], AXES[0]), strict=True):
        # as in the other terms, since neighbouring slices are similar
        line, length = both.movedim(normal, 0)[::SLICE_STEP].movedim(0, normal), 1
        while 4 * length <= structures.shape[axis]:
            line = line * line.roll(-length, dims=axis)
            length *= 2
            paths.append(line.mean(dim=(2, 3, 4)))
    return torch.stack(paths, dim=1).reshape(len(both), len(AXES), -1, 2).transpose(2, 3)


class LinealPathLoss(StatisticsLoss):
    """The distances of `StatisticsLoss` and that of lineal paths, of the same weight.

    Parameters
    ----------
    features
        As in `StatisticsLoss`.
    """

    def __init__(self, features: Features) -> None:
        super().__init__(features)
        self.units = torch.ones(4)

    def terms(self, structures: Tensor, others: Tensor) -> Tensor:
        """Return the four squared differences of each pair, `4 x b`, without units."""
        paths = (lineal_paths(structures) - lineal_paths(others)) ** 2
        return torch.cat([super().terms(structures, others), paths.mean(dim=(1, 2, 3))[None]])
