"""PI-Net on chips as they are stored, and trained PI-Nets."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from pspflow.io.weights import load_weights
from pspflow.models.pinet import PINet, grey_to_input


class GreyPINet(nn.Module):
    """PI-Net on chips as they are stored, `n x rows x columns` uint8."""

    def __init__(self, net: PINet) -> None:
        super().__init__()
        # 1.7 times as fast on a CPU; torch's own annotations forget this keyword
        self.net: PINet = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, chips: Tensor) -> Tensor:
        """Predict persistence images, `n x 2 x resolution x resolution`."""
        images: Tensor = self.net(grey_to_input(chips))
        return images

    def predict(self, chips: np.ndarray) -> np.ndarray:
        """Predict persistence images of chips (n, rows, columns) uint8, on the network's device."""
        with torch.inference_mode():
            return self(torch.from_numpy(chips).to(self.net.mean.device)).cpu().numpy()


def trained_pinet(weights: Path) -> PINet:
    """Rebuild a trained PI-Net on the CPU, in evaluation mode."""
    tensors, model = load_weights(weights)
    net = PINet(**model)
    net.load_state_dict(tensors)
    return net.eval()


def load_pinet(weights: Path, device: torch.device) -> GreyPINet:
    """Load a trained PI-Net, ready to predict, onto a device."""
    return GreyPINet(trained_pinet(weights)).eval().to(device)
