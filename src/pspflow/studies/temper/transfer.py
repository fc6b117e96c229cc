"""Transferring chips with trained flows: arrays in, arrays out."""

from pathlib import Path

import numpy as np
import torch

from pspflow.io.weights import load_weights
from pspflow.models.multiflow import MultiDomainFlow, from_levels, to_levels

BATCH = 256
"""Chips that go through the flows together."""


def load_flow(weights: Path) -> MultiDomainFlow:
    """Load trained flows, ready to transfer, onto the GPU where there is one."""
    tensors, model = load_weights(weights)
    flow = MultiDomainFlow(**model["flow"])
    flow.load_state_dict(tensors)
    return flow.eval().requires_grad_(False).to("cuda" if torch.cuda.is_available() else "cpu")


def transfer(flow: MultiDomainFlow, chips: np.ndarray, source: str, target: str) -> np.ndarray:
    """Transfer chips (n, rows, columns) uint8 of one domain to another, rounded to 8 bits."""
    device = next(flow.parameters()).device
    with torch.inference_mode():
        batches = torch.split(torch.from_numpy(chips), BATCH)
        made = [flow(from_levels(batch.to(device)), source, target) for batch in batches]
    return to_levels(torch.cat(made)).cpu().numpy()
