"""Where the data of a training lie: on its GPU where they fit, so that batches are made there."""

from dataclasses import replace

import torch
from torch import Tensor

from pspflow.training.data import Batches

SHARE = 0.5
"""Largest share of a GPU's free memory that one data set may take; activations need the rest."""


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
    """Move a tensor to the device of a training, without waiting for what the GPU still does."""
    if device.type == "cuda" and tensor.device.type == "cpu":
        tensor = tensor.pin_memory()  # of other memory, large tensors would be waited for
    return tensor.to(device, non_blocking=True)
