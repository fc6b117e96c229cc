"""Weights of models: safetensors, with the options that rebuild the model in the file."""

import json
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

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
