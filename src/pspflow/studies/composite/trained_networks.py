"""Trained networks that a user names, by their folder or their weights file."""

import json
from pathlib import Path
from typing import Any, Final

import torch

from pspflow.errors import InputError
from pspflow.studies.composite.networks.network import Network, load_network

WEIGHTS: Final = "weights.safetensors"
REMEDY: Final = (
    "let --model name the folder of a trained network, for example "
    "results/RUN/composite/networks/pair/c11/mixture_statistics/run0"
)


def open_network(model: Path, device: torch.device) -> tuple[Path, Network, dict[str, Any]]:
    """Load a network, onto a device, from its folder or its weights file.

    Returns
    -------
    That file, network and material; see `load_network`.

    Raises
    ------
    InputError
        If there is no such file, or it holds no weights of a network.
    """
    weights = model / WEIGHTS if model.is_dir() else model
    if not weights.is_file():
        raise InputError(f"{weights}: there is no such file; {REMEDY}.")
    try:
        return (weights, *load_network(weights, device))
    except (json.JSONDecodeError, KeyError, TypeError, RuntimeError) as error:
        raise InputError(
            f"{weights}: it holds no weights of a network of structures; {REMEDY}."
        ) from error
