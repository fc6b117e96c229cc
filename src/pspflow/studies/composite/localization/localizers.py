"""Networks that predict a local field, with the scales of their inputs and outputs."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pspflow.io.weights import load_weights
from pspflow.models.cpnet import CPNet
from pspflow.models.fno import FourierOperator
from pspflow.studies.composite.localization.fields import Scale, smooth
from pspflow.studies.composite.localization.names import FieldName
from pspflow.studies.composite.localization.windows import cut

WINDOWS_AT_ONCE = 512


class Localizer(nn.Module, ABC):
    """From structures to strains or stresses.

    Parameters
    ----------
    net
        Works on standardised fields.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        self.phase: Tensor
        self.field: Tensor
        self.register_buffer("phase", torch.tensor([0.0, 1.0]))
        self.register_buffer("field", torch.tensor([0.0, 1.0]))

    def standardise_by(self, phase: Scale, field: Scale) -> None:
        """Take the mean and spread of filtered structures and of fields."""
        self.phase.copy_(torch.tensor([phase.mean, phase.spread]))
        self.field.copy_(torch.tensor([field.mean, field.spread]))

    def inputs(self, phases: np.ndarray) -> Tensor:
        """Filter and standardise phase ids, shape ``(n, edge, edge, edge)``, as float32."""
        mean, spread = self.phase.cpu()
        return (torch.from_numpy(smooth(phases)) - mean) / spread

    def targets(self, fields: np.ndarray) -> Tensor:
        """Standardise fields, shape ``(n, edge, edge, edge)``, as float32."""
        mean, spread = self.field.cpu()
        return (torch.from_numpy(fields) - mean) / spread

    @torch.inference_mode()
    def predict(self, phases: np.ndarray) -> np.ndarray:
        """Predict fields.

        Parameters
        ----------
        phases
            Phase ids, shape ``(n, edge, edge, edge)``.

        Returns
        -------
        Float32 of the same shape, in the unit of the fields.
        """
        mean, spread = self.field
        fields = self.whole(self.inputs(phases).to(self.field.device))
        return (mean + spread * fields).cpu().numpy()

    @abstractmethod
    def forward(self, inputs: Tensor) -> Tensor:
        """Map the inputs of training items `b x n x n x n` to their targets, all standardised."""

    @abstractmethod
    def loss(self, predicted: Tensor, targets: Tensor) -> Tensor:
        """Return the mean loss of a batch of training items, a scalar."""

    @abstractmethod
    def whole(self, cells: Tensor) -> Tensor:
        """Predict whole cells, `n x edge x edge x edge`, standardised."""


class WindowLocalizer(Localizer):
    """CPNet, swept over a cell: the centres of its windows lie side by side."""

    net: CPNet

    def __init__(self, window: int, gap: int) -> None:
        super().__init__(CPNet(window, gap))
        self.window, self.gap = window, gap

    def forward(self, inputs: Tensor) -> Tensor:
        """Map windows `n x window x ...` to their centres `n x gap x ...`."""
        centres: Tensor = self.net(inputs[:, None])
        return centres

    def loss(self, predicted: Tensor, targets: Tensor) -> Tensor:
        """Return the mean squared error, a scalar."""
        return (predicted - targets).square().mean()

    def whole(self, cells: Tensor) -> Tensor:
        """Predict cells `b x n x n x n` by windows a gap apart; the last are cut at the end."""
        edge, gap = cells.shape[1], self.gap
        count = -(-edge // gap)
        starts = gap * torch.cartesian_prod(*(torch.arange(count, device=cells.device),) * 3)
        margin = (self.window - gap) // 2
        out = []
        for cell in cells:
            centres = [
                self(cut(cell[None], torch.zeros_like(some[:, 0]), some - margin, self.window))
                for some in torch.split(starts, WINDOWS_AT_ONCE)
            ]
            blocks = torch.cat(centres).view(count, count, count, gap, gap, gap)
            field = blocks.permute(0, 3, 1, 4, 2, 5).reshape((count * gap,) * 3)
            out.append(field[:edge, :edge, :edge])
        return torch.stack(out)


class CellLocalizer(Localizer):
    """A Fourier neural operator on whole cells, whose fields keep what mechanics says of them.

    A strain along x is the derivative along x of a displacement, which is periodic but for the
    macroscopic strain: every line along x has that mean strain. Stresses are in equilibrium: every
    layer normal to x transmits the same force along x, so that each has the mean stress of the
    cell. What departs from it is subtracted.

    Parameters
    ----------
    width, modes, blocks
        Of the operator.
    name
        The field that it predicts.
    """

    net: FourierOperator

    def __init__(self, width: int, modes: int, blocks: int, name: FieldName = "strain") -> None:
        super().__init__(FourierOperator(width, modes, blocks))
        self.name = name

    def forward(self, inputs: Tensor) -> Tensor:
        """Map cells `n x edge x edge x edge` to their fields."""
        fields: Tensor = self.net(inputs[:, None])[:, 0]
        if self.name == "strain":
            return fields - fields.mean(dim=1, keepdim=True)
        layers = fields.mean(dim=(2, 3), keepdim=True)
        return fields - layers + layers.mean(dim=1, keepdim=True)

    def loss(self, predicted: Tensor, targets: Tensor) -> Tensor:
        """Return the mean error over the size of the fluctuation, root mean squares: a scalar."""
        error, size = ((f.square().mean(dim=(1, 2, 3))) for f in (predicted - targets, targets))
        floor = torch.finfo(size.dtype).eps  # a homogeneous cell does not fluctuate
        return ((error + floor) / (size + floor)).sqrt().mean()

    def whole(self, cells: Tensor) -> Tensor:
        """Predict cells `b x n x n x n`."""
        fields: Tensor = self(cells)
        return fields


def make_localizer(model: Mapping[str, Any]) -> Localizer:
    """Make a localizer from its arguments, those of `WindowLocalizer` or of `CellLocalizer`."""
    return WindowLocalizer(**model) if "window" in model else CellLocalizer(**model)


def load_localizer(weights: Path, device: torch.device) -> Localizer:
    """Load a trained localizer, ready to predict, onto a device."""
    tensors, model = load_weights(weights)
    localizer = make_localizer(model)
    localizer.load_state_dict(tensors)
    return localizer.eval().to(device)
