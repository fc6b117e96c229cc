"""Trained models of codes: chips to codes, and codes to chips."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.io.weights import load_weights
from pspflow.models.steel.vqvae import VQVAE, to_grey

PIXELS_AT_ONCE: Final = {"cpu": 1 << 18, "cuda": 1 << 23}
"""Pixels that go through the networks together; this limits the memory."""


class TrainedCodes:
    """A trained model of codes; arrays in, arrays out, in batches of its own.

    Parameters
    ----------
    net
        The network.
    device
        Where it computes.
    """

    def __init__(self, net: VQVAE, device: torch.device) -> None:
        self._net = net.eval().requires_grad_(False).to(device)
        self._device = device
        self.step_px: int = net.step_px
        """Edge in pixels of what one code stands for."""

    @property
    def codes(self) -> int:
        """Number of codes."""
        return len(self._net.quantiser.codebook)

    @property
    def codebook(self) -> np.ndarray:
        """The vectors of the codes, (codes, dim) float32."""
        vectors: np.ndarray = self._net.quantiser.codebook.detach().cpu().numpy()
        return vectors

    @refuses_masks
    def encode(self, chips: np.ndarray) -> np.ndarray:
        """Encode chips (n, rows, columns) uint8 to codes (n, h, w) int64."""
        return self._batched(self._net.encode, chips, 1)

    @refuses_masks
    def latents(self, chips: np.ndarray) -> np.ndarray:
        """Encode chips (n, rows, columns) uint8 to latents (n, dim, h, w) float32."""
        return self._batched(self._net.latents, chips, 1)

    @refuses_masks
    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Decode codes (n, h, w) of any integer type to chips (n, rows, columns) uint8."""
        return self._batched(
            lambda each: to_grey(self._net.decode(each.long())), codes, self.step_px
        )

    def _batched(
        self, function: Callable[[Tensor], Tensor], items: np.ndarray, step: int
    ) -> np.ndarray:
        size = max(1, PIXELS_AT_ONCE[self._device.type] // (step**2 * items[0].size))
        made: Iterable[Tensor]
        with torch.inference_mode():
            batches = torch.split(torch.from_numpy(np.ascontiguousarray(items)), size)
            made = [function(batch.to(self._device)).cpu() for batch in batches]
        return torch.cat(list(made)).numpy()


def load_codes(weights: Path, device: torch.device) -> TrainedCodes:
    """Load a trained model of codes onto a device.

    Raises
    ------
    InputError
        If the weights are another network's.
    """
    tensors, model = load_weights(weights)
    if "network" not in model:
        raise InputError(
            f"{weights}: these weights are of no model of codes; name "
            "codes/CODE_MODEL/all/weights.safetensors of a run."
        )
    net = VQVAE(**model["network"])
    net.load_state_dict(tensors)
    return TrainedCodes(net, device)
