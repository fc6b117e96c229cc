"""A trained PixelCNN with its conditions: maps of codes for conditions, and their likelihood."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pspflow.arrays import unmasked
from pspflow.errors import InputError
from pspflow.io.weights import load_weights
from pspflow.models.steel.pixelcnn import PixelCNN, log_likelihood
from pspflow.models.steel.sampling import sample
from pspflow.studies.steel.prior.conditions import TrainedCondition, standardise

BATCH = {"cpu": 128, "cuda": 2048}
"""Maps that are drawn at once, by kind of device."""
EVALUATED = {"cpu": 64, "cuda": 512}
"""Maps whose likelihood is computed at once."""


@dataclass(frozen=True)
class TrainedPrior:
    """A PixelCNN on its device; numpy arrays in and out."""

    net: PixelCNN
    conditions: tuple[TrainedCondition, ...]
    """What it is conditioned on, in order."""
    shape: tuple[int, int]
    """Rows and columns of the maps that it was trained on."""
    codes: int
    """Number of different codes K."""

    def sample(
        self,
        conditions: np.ndarray,
        shape: tuple[int, int] | None,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Draw maps of codes.

        Each map has uniform numbers of its own, in the order of the rows of `conditions`: the
        first k maps are the same whether more follow or not, in batches of any size, and on any
        device but for rounding.

        Parameters
        ----------
        conditions
            (n, c) in the sheet's units; see `conditions`.
        shape
            Rows and columns of the maps; None: as in the training.
        rng
            Source of all randomness.

        Returns
        -------
        ndarray
            (n, rows, columns) int64.

        Raises
        ------
        InputError
            If the conditions cannot be used.
        """
        given = self._standardised(conditions)
        uniforms = rng.random((len(given), *(shape or self.shape)))
        drawn = np.empty(uniforms.shape, np.int64)
        for part in _parts(len(given), BATCH[self._device.type]):
            numbers = torch.from_numpy(uniforms[part]).to(self._device)
            drawn[part] = sample(self.net, given[part].to(self._device), numbers).cpu().numpy()
        return drawn

    @torch.inference_mode()
    def log_likelihood(self, codes: np.ndarray, conditions: np.ndarray) -> np.ndarray:
        """Return the log-likelihood of whole maps.

        Parameters
        ----------
        codes
            (n, rows, columns) integers below `codes`.
        conditions
            (n, c) in the sheet's units.

        Returns
        -------
        ndarray
            (n,) float64, in nats.
        """
        given = self._standardised(conditions)
        whole = np.asarray(unmasked(codes, "codes"), np.int64)
        found = np.empty(len(whole))
        for part in _parts(len(whole), EVALUATED[self._device.type]):
            maps = torch.from_numpy(whole[part]).to(self._device)
            nats = log_likelihood(self.net, maps, given[part].to(self._device))
            found[part] = nats.double().sum(dim=(1, 2)).cpu().numpy()
        return found

    def outside(self, conditions: np.ndarray) -> tuple[str, ...]:
        """Say which conditions (n, c) lie outside the trained range: a sentence a column."""
        given = np.asarray(unmasked(conditions, "conditions"), np.float64)
        said: list[str] = []
        for place, each in enumerate(self.conditions):
            said += each.outside(given[:, place])
        return tuple(said)

    def _standardised(self, conditions: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(standardise(self.conditions, conditions))

    @property
    def _device(self) -> torch.device:
        return self.net.embedding.weight.device


def model_arguments(
    net: dict[str, int], conditions: Sequence[TrainedCondition], shape: tuple[int, int]
) -> dict[str, Any]:
    """Return what rebuilds a trained prior, as JSON-ready values."""
    return {"net": net, "conditions": [each.as_dict() for each in conditions], "shape": list(shape)}


def load_prior(weights: Path, device: torch.device) -> TrainedPrior:
    """Load a trained PixelCNN onto a device, ready to draw.

    Raises
    ------
    InputError
        If the weights are another network's.
    """
    tensors, model = load_weights(weights)
    if "conditions" not in model:
        raise InputError(
            f"{weights}: these weights are of no PixelCNN; name "
            "prior/CODE_MODEL/all/process/weights.safetensors of a run."
        )
    conditions = tuple(TrainedCondition(**each) for each in model["conditions"])
    net = PixelCNN(conditions=len(conditions), **model["net"])
    net.load_state_dict(tensors)
    rows, columns = model["shape"]
    return TrainedPrior(
        net.to(device).eval(), conditions, (rows, columns), int(model["net"]["codes"])
    )


def _parts(count: int, most: int) -> Iterator[slice]:
    return (slice(start, start + most) for start in range(0, count, most))
