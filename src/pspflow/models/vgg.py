"""The first layers of VGG19, whose features are compared in the published style loss.

Simonyan and Zisserman 2015, configuration E, up to the first convolution of its fifth block. The
weights are a file of the user: a state dict with the names of torchvision's `vgg19`
(`features.0.weight` and so on), as safetensors or as written by `torch.save`.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from pspflow.models.style import Features

BLOCKS = ((64, 64), (128, 128), (256, 256, 256, 256), (512, 512, 512, 512), (512,))
SMALLEST_MAP = 2
"""Least pixels of a map along each axis; smaller ones have no texture."""
MEANS, SPREADS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Red, green and blue of the photographs that the published weights were trained on."""


class VGG19Features(Features):
    """Feature maps after the first convolution of every block, as Gatys et al. take them.

    Parameters
    ----------
    tensors
        The state dict; later layers than those used here may be missing.

    Raises
    ------
    ValueError
        If a tensor is missing or has another shape.
    """

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList()
        position, before = 0, 3
        for channels in BLOCKS:
            block = nn.ModuleList()
            for after in channels:
                layer = nn.Conv2d(before, after, 3, padding=1)
                _take(layer, tensors, f"features.{position}")
                block.append(layer)
                position, before = position + 2, after
            self.blocks.append(block)
            position += 1
        self.requires_grad_(requires_grad=False)
        self.means: Tensor
        self.spreads: Tensor
        for name, values in (("means", MEANS), ("spreads", SPREADS)):
            self.register_buffer(name, torch.tensor(values)[:, None, None], persistent=False)

    def forward(self, slices: Tensor) -> list[Tensor]:
        """Map slices `m x 1 x n x n` to maps, `m x channels x …` each: those large enough."""
        maps = (slices.expand(-1, 3, -1, -1) - self.means) / self.spreads
        kept: list[Tensor] = []
        for number, block in enumerate(self.blocks):
            assert isinstance(block, nn.ModuleList)
            if number:
                maps = functional.max_pool2d(maps, 2)
            if min(maps.shape[-2:]) < SMALLEST_MAP:
                break
            for place, layer in enumerate(block):
                maps = functional.relu(layer(maps))
                if place == 0:
                    kept.append(maps)
        return kept


def _take(layer: nn.Conv2d, tensors: Mapping[str, Tensor], name: str) -> None:
    for part in ("weight", "bias"):
        tensor, wanted = tensors.get(f"{name}.{part}"), getattr(layer, part)
        if tensor is None or tensor.shape != wanted.shape:
            found = "is missing" if tensor is None else f"has shape {tuple(tensor.shape)}"
            raise ValueError(f"{name}.{part} {found}; VGG19 has shape {tuple(wanted.shape)}")
        wanted.data.copy_(tensor)
