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
    metadata = {"model": json.dumps(model, sort_keys=True), "provenance": provenance.as_json()}
    with replacing(path) as staged:
        save_file(here, staged, metadata)
        # safetensors makes files readable by their owner alone; use the folder's permissions
        staged.chmod(staged.parent.stat().st_mode & 0o666)


def load_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read the tensors and the arguments of their model."""
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return tensors, json.loads(file.metadata()["model"])


def load_tensors(path: Path) -> dict[str, Tensor]:
    """Read a user's state dict: a safetensors file, or a torch file, of which no code is run.

    Raises
    ------
    InputError
        If the file is neither of these.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file of weights; correct the path.")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise InputError(f"{path}: not a file of weights ({error}); save a state dict.") from error
    if not isinstance(loaded, dict) or not all(isinstance(v, Tensor) for v in loaded.values()):
        raise InputError(f"{path}: the file holds no state dict; save a model's state_dict().")
    return loaded
