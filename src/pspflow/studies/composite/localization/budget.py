"""What the training of a localizer costs: multiply-adds of its network, and batches for a budget.

Seconds would differ between machines and runs, and voxels cost one network seventy times what they
cost another. Multiply-adds are the same everywhere.
"""

import math
from functools import partial
from typing import Any, Final

import torch
from torch import Tensor, nn

from pspflow.models.fno import SpectralConv3d

GIGA: Final = 1e9
VALIDATION_SHARE: Final = 0.5
"""Largest multiply-adds of a validation, over those of an epoch of the training; as passes back are
not counted, it takes at most a sixth of the time."""


@torch.no_grad()
def multiply_adds(net: nn.Module, item: Tensor) -> float:
    """Count the multiply-adds of a network's pass from one input to its prediction.

    Counted are convolutions, linear layers and products of waves, of which a complex one is four,
    and Fourier transforms of length n as 2.5 n log2(n), half of that for real fields. What is done
    to each value by itself is not.

    Parameters
    ----------
    net
        The network; its state is not changed.
    item
        One input, `1 x ...`.
    """
    found: list[float] = []
    counts = {nn.Conv3d: _dense, nn.Linear: _dense, SpectralConv3d: _spectral}
    hooks = [
        module.register_forward_hook(partial(_counted, count, found))
        for module in net.modules()
        for kind, count in counts.items()
        if isinstance(module, kind)
    ]
    training = net.training
    net.eval()
    net(item)
    net.train(training)
    for hook in hooks:
        hook.remove()
    return sum(found)


def batches_of(budget: float, item: float, batch_size: int) -> int:
    """Return how many batches a budget pays for, at least one.

    Parameters
    ----------
    budget, item
        Multiply-adds of all, and of one item.
    batch_size
        Items in a batch.
    """
    return max(1, round(budget / (item * batch_size)))


def _counted(count: Any, found: list[float], module: Any, inputs: Any, output: Tensor) -> None:
    found.append(count(module, inputs[0], output))


def _dense(module: nn.Conv3d | nn.Linear, fields: Tensor, output: Tensor) -> float:
    del fields
    channels = module.weight.shape[0]
    return output.numel() * (module.weight.numel() / channels)


def _spectral(module: SpectralConv3d, fields: Tensor, output: Tensor) -> float:
    """Count both transforms, axis by axis as the module takes them, and the product between."""
    nx, ny, nz = fields.shape[2:]
    hx, hy, hz = (min(module.modes - 1, (edge - 1) // 2) for edge in (nx, ny, nz))
    lines = [(nx * ny / 2, nz), (nx * (hz + 1), ny), ((2 * hy + 1) * (hz + 1), nx)]
    transform = sum(count * 2.5 * length * math.log2(length) for count, length in lines)
    channels = fields.shape[1] + output.shape[1]
    waves = (2 * hx + 1) * (2 * hy + 1) * (hz + 1)
    return transform * channels + 4.0 * waves * fields.shape[1] * output.shape[1]
