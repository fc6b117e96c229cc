"""Where the data and networks of a training lie, and in which order a network's weights."""

from dataclasses import replace
from typing import TypeVar

import torch
from torch import Tensor, nn

from pspflow.training.data import Batches

SHARE = 0.5
"""Largest share of a GPU's free memory that one data set may take; activations need the rest."""
Network = TypeVar("Network", bound=nn.Module)


def placed(batches: Batches, device: torch.device) -> Batches:
    """Lay the data of batches on a GPU, if they fit in `SHARE` of its free memory.

    Data that do not fit, and those of a training on the CPU, stay where they are.
    """
    if device.type == "cpu":
        return batches
    free, _ = torch.cuda.mem_get_info(device)
    if batches.data.nbytes > SHARE * free:
        return batches
    return replace(batches, data=batches.data.to(device))


def moved(tensor: Tensor, device: torch.device) -> Tensor:
    """Move a tensor of any shape to a device, without waiting for what the GPU still does."""
    if device.type == "cuda" and tensor.device.type == "cpu":
        tensor = tensor.pin_memory()  # of other memory, large tensors would be waited for
    return tensor.to(device, non_blocking=True)


def of_images(network: Network, device: torch.device) -> Network:
    """Move a network of images to a device, with the channels of its weights last on a CPU.

    There a step of small flows takes a tenth less time: its convolutions need no reordering.
    """
    if device.type == "cpu":
        # torch's own annotations forget this keyword
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network.to(device)
