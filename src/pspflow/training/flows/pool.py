"""A pool of earlier synthetic images, so that a discriminator does not forget them."""

import torch
from torch import Tensor


class ImagePool:
    """Return half of the images that are put in, and earlier ones in place of the others.

    Temper paper, section 3.3, after AlignFlow: 50 images, exchanged with probability one half.

    Parameters
    ----------
    size
        Number of images that are kept; 0 returns all.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.images: Tensor | None = None

    def exchange(self, images: Tensor, draws: torch.Generator) -> Tensor:
        """Exchange a batch `n x ...` for one of the same size."""
        images = images.detach()
        if self.images is None:
            self.images = images[:0]
        self.images = self.images.to(images.device)  # those of a checkpoint are on the CPU
        room = min(self.size - len(self.images), len(images))
        if room > 0:
            self.images = torch.cat([self.images, images[:room]])
        out = images.clone()
        places = torch.randperm(self.size, generator=draws)[: len(images)].tolist()
        exchanged = [
            (i, place)
            for i, place in enumerate(places)
            if i >= room and torch.rand((), generator=draws) < 0.5
        ]
        if exchanged:
            given, kept = torch.tensor(exchanged, device=images.device).unbind(1)
            out[given] = self.images[kept]
            self.images[kept] = images[given]
        return out
