"""Trained flows: loading them, and transferring chips with them."""

from pathlib import Path

import numpy as np
import torch

from pspflow.io.weights import load_weights
from pspflow.models.multiflow import MultiDomainFlow, from_levels, to_levels

PIXELS_AT_ONCE = {"cpu": 1 << 18, "cuda": 1 << 20}
"""Pixels that go through the flows together; this limits the memory."""


def load_flow(weights: Path, device: torch.device) -> MultiDomainFlow:
    """Load trained flows, ready to transfer, onto a device."""
    tensors, model = load_weights(weights)
    flow = MultiDomainFlow(**model["flow"])
    flow.load_state_dict(tensors)
    return flow.eval().requires_grad_(False).to(device)


def transfer(flow: MultiDomainFlow, chips: np.ndarray, source: str, target: str) -> np.ndarray:
    """Transfer chips (n, rows, columns) uint8 of one domain to another, rounded to 8 bits."""
    device = next(flow.parameters()).device
    with torch.inference_mode():
        batches = torch.split(torch.from_numpy(chips), batch_size(flow))
        made = [flow(from_levels(batch.to(device)), source, target) for batch in batches]
    return to_levels(torch.cat(made)).cpu().numpy()


def batch_size(flow: MultiDomainFlow) -> int:
    """Return how many chips go through the flows together."""
    device = next(flow.parameters()).device
    return max(1, PIXELS_AT_ONCE[device.type] // flow.size_px**2)
