"""The device on which networks and solvers run, chosen or checked in one place."""

import torch


def chosen_device() -> torch.device:
    """Return the GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def usable_device(device: str | torch.device) -> torch.device:
    """Return a device that is named as an argument, if this machine has it.

    Parameters
    ----------
    device
        `cpu`, `cuda`, or `cuda:N` for one of several GPUs.

    Raises
    ------
    ValueError
        If there is no such device, or torch knows none of that name.
    """
    try:
        named = torch.device(device)
    except (RuntimeError, TypeError, ValueError):
        named = None
    if named is None or named.type not in {"cpu", "cuda"}:
        raise ValueError(
            f"device is {str(device)!r}, on which nothing here runs; give 'cpu', 'cuda', or one of "
            "several GPUs as 'cuda:0'"
        )
    if named.type == "cpu":
        return named
    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if not found:
        raise ValueError(
            f"device is {str(device)!r}, but torch finds no GPU with CUDA on this machine; give "
            "'cpu', or install a torch that is built for CUDA where there is one"
        )
    if named.index is not None and named.index >= found:
        raise ValueError(
            f"device is {str(device)!r}, but the last GPU of this machine is 'cuda:{found - 1}'; "
            "give that or one before it, or 'cpu'"
        )
    return named


def mixed_precision(
    device: torch.device, wanted: bool, *, keep_casts: bool = True
) -> torch.autocast:
    """Return a context in which a GPU may compute with bfloat16.

    Parameters
    ----------
    device
        Where the networks are; on a CPU the context has no effect.
    wanted
        Whether the options allow it.
    keep_casts
        Whether weights that are used again are cast once.
    """
    enabled = wanted and device.type == "cuda"
    return torch.autocast(device.type, torch.bfloat16, enabled, cache_enabled=keep_casts)
