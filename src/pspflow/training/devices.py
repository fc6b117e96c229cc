"""The device on which networks run, chosen in one place."""

import torch


def chosen_device() -> torch.device:
    """Return the GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def mixed_precision(device: torch.device, wanted: bool) -> torch.autocast:
    """Return a context in which a GPU may compute with bfloat16.

    Parameters
    ----------
    device
        Where the networks are; on a CPU the context has no effect.
    wanted
        Whether the options allow it.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=wanted and device.type == "cuda")
