"""A pool of earlier synthetic images, which keeps a discriminator from forgetting them."""

import torch
from torch import Tensor


class ImagePool:
    """Give back half of what is put in, and in place of the rest what was put in before.

    Temper paper, section 3.3, after AlignFlow: 50 images, exchanged with probability one half.

    Parameters
    ----------
    size
        Images that are kept; 0 gives back all.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.images: Tensor | None = None

    def exchange(self, images: Tensor, draws: torch.Generator) -> Tensor:
        """Exchange a batch `n x ...` against one of the same size."""
        images = images.detach()
        if self.images is None:
            self.images = images[:0]
        self.images = self.images.to(images.device)  # a checkpoint gives them back on the CPU
        room = min(self.size - len(self.images), len(images))
        if room > 0:
            self.images = torch.cat([self.images, images[:room]])
        out = images.clone()
        places = torch.randperm(self.size, generator=draws)[: len(images)].tolist()
        for i, place in enumerate(places):
            if i >= room and torch.rand((), generator=draws) < 0.5:
                out[i] = self.images[place]
                self.images[place] = images[i]
        return out
