"""Weights of models: safetensors, with the options that rebuild the model in the file."""

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
    """Write tensors with what rebuilds their model.

    Parameters
    ----------
    path
        File to write.
    tensors
        A state dict; it is stored on the CPU.
    model
        Arguments of the model, as JSON-ready values.
    provenance
        Recorded beside them.
    """
    here = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    metadata = {"model": json.dumps(model, sort_keys=True), "provenance": provenance.as_json()}
    with replacing(path) as staged:
        save_file(here, staged, metadata)
        # safetensors lets its owner alone read a file; others of the folder shall as well
        staged.chmod(staged.parent.stat().st_mode & 0o666)


def load_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read the tensors and the arguments of their model."""
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return tensors, json.loads(file.metadata()["model"])


def load_tensors(path: Path) -> dict[str, Tensor]:
    """Read a state dict of the user's: safetensors, or torch's own file without any code in it.

    Raises
    ------
    InputError
        If the file is neither.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file of weights; mend the path.")
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise InputError(f"{path}: no file of weights ({error}); save a state dict.") from error
    if not isinstance(loaded, dict) or not all(isinstance(v, Tensor) for v in loaded.values()):
        raise InputError(f"{path}: it holds no state dict; save a model's state_dict().")
    return loaded
