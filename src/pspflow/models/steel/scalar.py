"""Finite scalar quantisation: each number of a latent is rounded to one of a few levels.

Mentzer et al. 2023, "Finite scalar quantization: VQ-VAE made simple". The codebook is every
combination of levels; nothing of it is learnt, so that none of it collapses.
"""

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from pspflow.models.steel.nearest import Quantised

MARGIN: Final = 1e-3
"""How far the bound of a latent lies beyond its outermost level, over that level."""


class ScalarLevels(nn.Module):
    """Latents bounded and rounded; no losses.

    Parameters
    ----------
    levels
        Levels of each number of a latent; the number of codes is their product.
    """

    levels: Tensor
    steps: Tensor
    codebook: Tensor

    def __init__(self, levels: Sequence[int]) -> None:
        super().__init__()
        steps = [math.prod(levels[:i]) for i in range(len(levels))]
        # both follow from the model's arguments
        self.register_buffer("levels", torch.tensor(levels), persistent=False)
        self.register_buffer("steps", torch.tensor(steps), persistent=False)
        every = torch.arange(math.prod(levels))
        self.register_buffer("codebook", self._points(every), persistent=False)

    def forward(self, latents: Tensor) -> Quantised:
        """Quantise latents `n x dim x h x w` to numbers from -1 to 1."""
        bounded = self._bounded(latents.movedim(1, -1))
        rounded = bounded + (bounded.round() - bounded).detach()
        half = self.levels // 2
        codes = ((rounded.detach().round().long() + half) * self.steps).sum(dim=-1)
        return Quantised((rounded / half).movedim(-1, 1), codes, {})

    @torch.no_grad()
    def codes_of(self, latents: Tensor) -> Tensor:
        """Return the codes `n x h x w` of latents `n x dim x h x w`."""
        return self(latents).codes

    def vectors_of(self, codes: Tensor) -> Tensor:
        """Return the numbers `n x dim x h x w` of codes `n x h x w`."""
        return self._points(codes).movedim(-1, 1)

    def _points(self, codes: Tensor) -> Tensor:
        half = self.levels // 2
        return (codes[..., None] // self.steps % self.levels - half) / half

    def _bounded(self, points: Tensor) -> Tensor:
        """Bound numbers to what rounds to a level; an even number of levels has none at 0."""
        half = (self.levels - 1) * (1 + MARGIN) / 2
        offset = (self.levels % 2 == 0).to(points.dtype) / 2
        bounded: Tensor = (points + torch.atanh(offset / half)).tanh() * half - offset
        return bounded
