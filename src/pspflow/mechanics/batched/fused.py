"""Where kernels in Triton take the place of torch's."""

from types import ModuleType

import torch

from pspflow.compilers import can_compile


def kernels_for(device: torch.device, dtype: torch.dtype) -> ModuleType | None:
    """Return the module `kernels` where fields of this kind are computed by it, else None.

    On an H200 it doubles the rate of structures.
    """
    on_gpu = device.type == "cuda" and dtype == torch.float32
    if not (on_gpu and can_compile()):
        return None
    from pspflow.mechanics.batched import kernels  # noqa: PLC0415

    return kernels
