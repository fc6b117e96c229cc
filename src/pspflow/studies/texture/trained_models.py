"""Files of the forward and the inverse model: Gaussian process, and conditional flow."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.weights import load_weights, save_weights
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.multi_output_gp import MultiOutputGP

TEXTURES, PROPERTIES = "observed_textures", "observed_properties"


def save_process(
    path: Path, model: MultiOutputGP, textures: Any, outputs: Any, origin: Provenance
) -> None:
    """Write a Gaussian process with the observations that it is conditioned on.

    Parameters
    ----------
    path
        Safetensors file to write.
    model
        The process.
    textures, outputs
        Coefficients `n x 36` and independent outputs `n x 35` of the observed textures.
    origin
        Provenance.
    """
    arrays = {**model.arrays(), TEXTURES: textures, PROPERTIES: outputs}
    tensors = {name: torch.from_numpy(np.ascontiguousarray(each)) for name, each in arrays.items()}
    save_weights(path, tensors, {"model": "multi_output_gp"}, origin)


def load_process(path: Path, device: str | torch.device = "cpu") -> MultiOutputGP:
    """Read a Gaussian process, and condition it on its observations."""
    tensors, _ = load_weights(path)
    arrays = {name: each.numpy() for name, each in tensors.items()}
    textures, outputs = arrays.pop(TEXTURES), arrays.pop(PROPERTIES)
    return MultiOutputGP.from_arrays(arrays, textures, outputs, device)


def save_flow(path: Path, flow: ConditionalFlow, model: dict[str, Any], origin: Provenance) -> None:
    """Write a flow; `model` holds its arguments coefficients, properties, blocks and width."""
    save_weights(path, flow.state_dict(), {"model": "conditional_flow", **model}, origin)


def load_flow(path: Path, device: str | torch.device = "cpu") -> ConditionalFlow:
    """Read a flow, ready for use."""
    tensors, model = load_weights(path)
    sizes = {name: model[name] for name in ("coefficients", "properties", "blocks", "width")}
    flow = ConditionalFlow(**sizes, seed=0)
    flow.load_state_dict(tensors)
    return flow.to(device).eval()
