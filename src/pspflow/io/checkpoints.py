"""Checkpoints of trainings: each is one file, and one that is damaged is not used."""

import errno
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pspflow.io.resuming import keep
from pspflow.logs import log


def save_checkpoint(path: Path, content: dict[str, Any]) -> None:
    """Write a checkpoint: tensors, numbers, texts, lists and dicts.

    Raises
    ------
    InputError
        If it cannot be written, as on a full disk; the one before stays.
    """

    def write(staged: Path) -> None:
        try:
            with staged.open("wb") as file:
                torch.save(content, file)
        except RuntimeError as error:
            # torch hides what the system said when a write failed
            if isinstance(error.__context__, OSError):
                raise error.__context__ from None
            raise

    keep(path, write)


def load_checkpoint(path: Path) -> dict[str, Any] | None:
    """Read a checkpoint on the CPU; None if there is none, or, with a warning, if it is damaged.

    Raises
    ------
    OSError
        If it cannot be read now, as from a disk that does not answer. A training that started anew
        would replace it: days of work.
    """
    try:
        # torch itself does not look at the checksums that it writes
        with zipfile.ZipFile(path) as archive:
            if record := archive.testzip():
                raise ValueError(f"{record} does not fit its checksum")
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        return None
    except MemoryError:
        raise
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place in the file that it does not have
            raise
        ignore(path, error)
        return None
    except Exception as error:
        ignore(path, error)
        return None
    return content if isinstance(content, dict) else {}


def ignore(path: Path, error: Exception) -> None:
    """Say that a checkpoint is not used, and why."""
    why = " ".join(str(error).split())[:200] or type(error).__name__
    log.warning("%s: this checkpoint cannot be used (%s); the training starts anew.", path, why)


def copied(tree: Any) -> Any:
    """Copy tensors, in dicts, lists and tuples, to the CPU; the copies share nothing with them."""
    if isinstance(tree, Tensor):
        return tree.detach().to("cpu", copy=True)
    if isinstance(tree, dict):
        return {key: copied(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(copied(value) for value in tree)
    return tree
