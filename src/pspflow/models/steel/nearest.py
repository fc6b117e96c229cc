"""Vector quantisation: each latent vector becomes the nearest vector of a codebook.

Steel paper, equations 3 and 4; van den Oord et al. 2017, "Neural discrete representation learning".
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional


class Quantised(NamedTuple):
    """Latents after quantisation."""

    vectors: Tensor
    """`n x dim x h x w`; its gradient is that of the latents before (straight through)."""
    codes: Tensor
    """`n x h x w` int64."""
    losses: dict[str, Tensor]
    """Losses by name, scalars without weights."""


class NearestCode(nn.Module):
    """A codebook that is learnt by its own loss.

    Parameters
    ----------
    codes
        Number of vectors.
    dim
        Their length.
    """

    def __init__(self, codes: int, dim: int) -> None:
        super().__init__()
        self.codebook = nn.Parameter(torch.empty(codes, dim).uniform_(-1 / codes, 1 / codes))

    def forward(self, latents: Tensor) -> Quantised:
        """Quantise latents `n x dim x h x w`.

        The losses are `codebook`, which moves chosen vectors towards the latents, and `commitment`,
        which moves latents towards the chosen vectors: mean squares over all numbers.
        """
        codes = self.codes_of(latents)
        chosen = self.vectors_of(codes)
        losses = {
            "codebook": functional.mse_loss(chosen, latents.detach()),
            "commitment": functional.mse_loss(latents, chosen.detach()),
        }
        return Quantised(latents + (chosen - latents).detach(), codes, losses)

    @torch.no_grad()
    def codes_of(self, latents: Tensor) -> Tensor:
        """Return the codes `n x h x w` of the nearest vectors, the first of equally near ones."""
        points = latents.movedim(1, -1)
        # the squared distance but for the latent's own square
        away = self.codebook.square().sum(dim=1) - 2 * points @ self.codebook.T
        return away.argmin(dim=-1)

    def vectors_of(self, codes: Tensor) -> Tensor:
        """Return the vectors `n x dim x h x w` of codes `n x h x w`."""
        return functional.embedding(codes, self.codebook).movedim(-1, 1)
