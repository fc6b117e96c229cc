"""Ferrite and pearlite of grey images by soft thresholds, whose measures have gradients.

Ferrite fraction and mean free path follow from two local densities: how much of a window is light,
and how often a test line changes its phase there. Behind a hard threshold neither has a gradient.
Here a pixel's share of ferrite is a logistic function of its distance to the threshold.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from pspflow.models.steel.vqvae import WHITE, to_grey


class PhaseDensities(NamedTuple):
    """Means over windows, each `n x h x w`."""

    ferrite: Tensor
    """Share of ferrite, 0 to 1."""
    across: Tensor
    """Changes of phase along rows, per pixel."""
    down: Tensor
    """Changes of phase along columns, per pixel."""


@torch.no_grad()
def otsu_thresholds(images: Tensor) -> Tensor:
    """Return Otsu's threshold of each image `n x rows x columns` from -1 to 1, `n`.

    Above it are the pixels that `threshold_otsu` of scikit-image finds above its own. It lies
    midway between the two grey levels of 256 that it divides, or in the middle of several gaps that
    divide the pixels alike: a soft threshold should be as far from both phases as it can.
    """
    greys = to_grey(images).flatten(1).long()
    counts = torch.zeros(len(greys), WHITE + 1, dtype=torch.int64, device=images.device)
    counts.scatter_add_(1, greys, torch.ones_like(greys))
    levels = torch.arange(WHITE + 1, device=images.device)
    # sums of integers are the same on every device
    below, dark = counts.cumsum(1).double(), (counts * levels).cumsum(1).double()
    above, light = below[:, -1:] - below, dark[:, -1:] - dark
    apart = dark / below.clamp(min=1) - light / above.clamp(min=1)
    between = below * above * apart.square()
    first, last = between.argmax(dim=1), WHITE - between.flip(1).argmax(dim=1)
    return ((first + last).to(images.dtype) / 2 + 0.5) * (2 / WHITE) - 1


def soft_phases(images: Tensor, thresholds: Tensor, width: float) -> Tensor:
    """Return each pixel's share of ferrite, 0 to 1.

    Parameters
    ----------
    images
        `n x rows x columns`, from -1 to 1; ferrite is light.
    thresholds
        Where the share is a half, `n`.
    width
        Scale of the logistic function, in units of the images.
    """
    return torch.sigmoid((images - thresholds[:, None, None]) / width)


def phase_densities(phases: Tensor, window: int) -> PhaseDensities:
    """Average shares of ferrite, and their changes between neighbours, over windows.

    Parameters
    ----------
    phases
        `n x rows x columns`, 0 to 1.
    window
        Edge of the square windows, which overlap by half, in pixels.
    """
    across = functional.pad(phases.diff(dim=2).abs(), (0, 1))
    down = functional.pad(phases.diff(dim=1).abs(), (0, 0, 0, 1))
    maps = torch.stack([phases, across, down], dim=1)
    pooled = functional.avg_pool2d(maps, window, max(window // 2, 1))
    return PhaseDensities(*pooled.unbind(dim=1))
