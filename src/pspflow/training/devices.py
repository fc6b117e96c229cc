"""The device on which networks and solvers run, chosen, checked and named in one place."""

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import torch

from pspflow.errors import InputError
from pspflow.logs import log

AUTO: Final = "auto"
"""Name of the GPU where there is one, else of the CPU."""
DRIVER: Final = Path("/proc/driver/nvidia/version")


def chosen_device(wanted: str | torch.device = AUTO) -> torch.device:
    """Return the device of a name, `auto` or one that `usable_device` takes.

    Raises
    ------
    InputError
        If there is no such device.
    """
    if wanted == AUTO:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return usable_device(wanted)


def usable_device(device: str | torch.device) -> torch.device:
    """Return a device that is named as an argument, if this machine has it.

    Parameters
    ----------
    device
        `cpu`, `cuda`, or `cuda:N` for one of several GPUs.

    Raises
    ------
    InputError
        If there is no such device, or torch knows none of that name.
    """
    try:
        named = torch.device(device)
    except (RuntimeError, TypeError, ValueError):
        named = None
    # torch keeps a number in 8 bits: its `cuda:256` is `cuda:0`
    changed = isinstance(device, str) and str(named) != device
    if named is None or changed or named.type not in {"cpu", "cuda"}:
        raise InputError(
            f"device is {str(device)!r}, on which nothing here runs; give 'cpu', 'cuda', or one of "
            "several GPUs as 'cuda:0'."
        )
    if named.type == "cpu":
        return named
    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if not found:
        raise InputError(
            f"device is {str(device)!r}, but torch finds no GPU with CUDA on this machine; "
            f"{_what_helps()}."
        )
    if named.index is not None and named.index >= found:
        raise InputError(
            f"device is {str(device)!r}, but the last GPU that this process sees is "
            f"'cuda:{found - 1}'; give that, one before it, or 'cuda' for whichever there is."
        )
    return named


def _what_helps() -> str:
    """Say what to do where no GPU is found, by what hides it."""
    if torch.version.cuda is None:
        return "give 'cpu', or install a torch that is built for CUDA where there is one"
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    hidden = "" if visible is None else f" (CUDA_VISIBLE_DEVICES is {visible!r})"
    return f"give 'cpu', or run it where there is one, in a job that asks for a GPU{hidden}"


@contextmanager
def using(
    wanted: str | torch.device, threads: int = 1, *, claim: bool = False
) -> Iterator[torch.device]:
    """Use a device until the block ends, and say which one it is.

    On a GPU, float32 is then float32: cuDNN would round the numbers of convolutions to 10 bits.
    That, and which GPU is torch's current one, stay so when the block has ended; the claim ends.

    Parameters
    ----------
    wanted
        A name that `chosen_device` takes.
    threads
        Threads with which the CPU works; they are only said.
    claim
        Whether a GPU that is not named by its number shall be one that no other claim holds; see
        `pspflow.training.cards`.

    Yields
    ------
    torch.device
        The CPU, or a GPU with its number, which is torch's current one.

    Raises
    ------
    InputError
        If there is no such device.
    """
    device = chosen_device(wanted)
    with ExitStack() as stack:
        if device.type == "cpu":
            log.info("Device: CPU, %d %s", threads, "thread" if threads == 1 else "threads")
        else:
            place = device.index or 0
            if device.index is None and claim:
                from pspflow.training.cards import claimed  # noqa: PLC0415 - of systems with flock

                names = [_identity(each) for each in range(torch.cuda.device_count())]
                place = stack.enter_context(claimed(names))
            device = torch.device("cuda", place)
            torch.cuda.set_device(device)
            _keep_float32()
            log.info("Device: %s", _described(device))
        yield device


def recorded(device: torch.device) -> str:
    """Name a device as provenance does: `cpu`, or `cuda` and the name of the card."""
    if device.type == "cpu":
        return "cpu"
    return f"cuda, {torch.cuda.get_device_properties(device).name}"


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


def _keep_float32() -> None:
    """Turn TF32 off.

    The older two switches also set the newer ones (`fp32_precision`, from torch 2.9 on). The newer
    ones do not set the older, and then torch raises an error wherever it reads these.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Please use the new API settings")
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False


def _described(device: torch.device) -> str:
    card = torch.cuda.get_device_properties(device)
    parts = [f"{card.name} ({device})", f"{card.total_memory / 1e9:.0f} GB"]
    with suppress(OSError):  # containers may hide the file
        if version := re.search(r"Kernel Module.*?\s(\d+\.[\d.]+)\s", DRIVER.read_text()):
            parts.append(f"driver {version[1]}")
    return ", ".join(parts)


def _identity(place: int) -> str:
    """Name a card alike in all processes, whichever cards each of them sees."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
    named = visible[place].strip() if place < len(visible) else ""
    if named.startswith("MIG-"):  # a part of a card, which may have the identity of the whole
        return named
    return str(getattr(torch.cuda.get_device_properties(place), "uuid", named or place))
