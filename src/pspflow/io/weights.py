"""Weights of models: safetensors files that also hold the options to rebuild the model."""

import json
import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.digests import KEY, PLACEHOLDER, damaged, seal
from pspflow.io.headers import model_arguments

METADATA = "__metadata__"
MOST_HEADER = 100_000_000
"""Largest header of a safetensors file, in bytes."""


def save_weights(
    path: Path, tensors: dict[str, Tensor], model: dict[str, Any], provenance: Provenance
) -> None:
    """Write tensors together with the arguments that rebuild their model.

    Parameters
    ----------
    path
        File to write.
    tensors
        A state dict; it is stored on the CPU.
    model
        Arguments of the model, as JSON-ready values.
    provenance
        Recorded in the same file.
    """
    here = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {
        "model": json.dumps(model, sort_keys=True),
        "provenance": provenance.as_json(),
        KEY: PLACEHOLDER,
    }
    with replacing(path) as staged:
        save_file(here, staged, metadata)
        _order_metadata(staged)
        seal(staged)
        # safetensors makes files readable by their owner alone; use the folder's permissions
        staged.chmod(staged.parent.stat().st_mode & 0o666)


def _order_metadata(path: Path) -> None:
    """Sort the metadata of a safetensors file, whose order is another in each process.

    The same weights are then the same bytes.
    """
    with path.open("r+b") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        ordered = {METADATA: dict(sorted(header.pop(METADATA).items())), **header}
        text = json.dumps(ordered, separators=(",", ":"), ensure_ascii=False).encode()
        if len(text) > length:
            raise ValueError(f"{path}: its header does not fit its place")
        file.seek(8)
        file.write(text.ljust(length))


def load_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read the tensors and the arguments of their model.

    Raises
    ------
    InputError
        If the file is cut short or damaged, or none that `save_weights` wrote.
    """
    _check_length(path)
    model = model_arguments(path)
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, ValueError, RuntimeError) as error:
        raise damaged(path, error) from error
    return tensors, model


def _check_length(path: Path) -> None:
    """Refuse a safetensors file that is shorter than its header says."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > MOST_HEADER:
            return  # something else than safetensors, as its reader says
        promised = 8 + length
        try:
            header = json.loads(file.read(length)) if promised <= size else {}
            ends = [each["data_offsets"][1] for name, each in header.items() if name != METADATA]
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            return
    promised += max(ends, default=0)
    if size < promised:
        raise InputError(
            f"{path}: the file of weights is cut short: its header promises {promised} bytes, and "
            f"it has {size}; copy it again, or delete it and rerun what makes it."
        )


def load_tensors(path: Path) -> dict[str, Tensor]:
    """Read a user's state dict: a safetensors file, or a torch file, of which no code is run.

    Raises
    ------
    InputError
        If the file is neither of these, or is cut short.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file of weights; correct the path.")
    if path.suffix == ".safetensors":
        _check_length(path)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise InputError(f"{path}: not a file of weights ({error}); save a state dict.") from error
    if not isinstance(loaded, dict) or not all(isinstance(v, Tensor) for v in loaded.values()):
        raise InputError(f"{path}: the file holds no state dict; save a model's state_dict().")
    return loaded
