"""A small flow that can be trained on two cores: squeezed first, channels mixed by fixed rotations.

It differs from the paper's RealNVP in four ways, each for speed or stability: the image is squeezed
before any coupling (a checkerboard is then a choice of channels, at a quarter of the sites);
activations are normalised once, from data, instead of by batch; the scale of every coupling is
bounded; and the last convolutions start at zero, so that an untrained flow only standardises. The
rotations are drawn once for all flows: the flows of two domains differ only by training, and an
untrained transfer matches the statistics of the target.
"""

from collections.abc import Sequence

import torch
from FrEIA.framework import SequenceINN
from FrEIA.modules import ActNorm, AffineCouplingOneSided, Fixed1x1Conv, InvertibleModule
from torch import Tensor, nn
from torch.nn import functional

Shape = tuple[int, int, int]
SCALE_BOUND = 1.0
"""A coupling multiplies by at most exp(SCALE_BOUND)."""
ROTATION_SEED = 20240817


class Glow(nn.Module):
    """Flow between one-channel images and latents of 16 channels at a quarter of the edge.

    Parameters
    ----------
    shape
        Channels, rows and columns; rows and columns are multiples of 4.
    width
        Channels of the conditioners.
    couplings
        Couplings at each of the two scales.
    """

    def __init__(self, shape: Shape, width: int = 32, couplings: int = 4) -> None:
        super().__init__()
        draws = torch.Generator().manual_seed(ROTATION_SEED)

        def conditioner(before: int, after: int) -> nn.Sequential:
            return _conditioner(before, after, width)

        self.layers = SequenceINN(*shape)
        for _ in range(2):
            self.layers.append(Squeeze)
            channels = self.layers.shapes[-1][0]
            for _ in range(couplings):
                self.layers.append(ActNorm)
                self.layers.append(Rotation, M=_rotation(channels, draws))
                self.layers.append(
                    AffineCouplingOneSided,
                    subnet_constructor=conditioner,
                    clamp=SCALE_BOUND,
                    clamp_activation="TANH",
                )

    def forward(self, x: Tensor, rev: bool = False) -> tuple[Tensor, Tensor]:
        """Map images to latents, or back with `rev`.

        Returns
        -------
        y, log_det
            The mapped `x`, and the logarithm of the map's Jacobian determinant, `n`.
        """
        y, log_det = self.layers(x, rev=rev)
        return y, log_det


class Squeeze(InvertibleModule):
    """Bring each 2 x 2 pixels into the channels."""

    def __init__(self, dims_in: Sequence[Shape]) -> None:
        super().__init__(dims_in)

    def forward(
        self, x: tuple[Tensor], rev: bool = False, jac: bool = True
    ) -> tuple[tuple[Tensor], float]:
        """Map `n x c x h x w` to `n x 4c x h/2 x w/2`, or back; the volume does not change."""
        del jac
        moved = functional.pixel_shuffle if rev else functional.pixel_unshuffle
        return (moved(x[0], 2),), 0.0

    def output_dims(self, input_dims: list[Shape]) -> list[Shape]:
        """Return four times the channels of half the edges."""
        channels, rows, columns = input_dims[0]
        return [(4 * channels, rows // 2, columns // 2)]


class Rotation(Fixed1x1Conv):
    """Mix channels by a rotation, in full precision whatever precision the conditioners use."""

    def forward(
        self, x: tuple[Tensor], rev: bool = False, jac: bool = True
    ) -> tuple[tuple[Tensor], Tensor]:
        """Transform `n x c x h x w`, or transform back; the shape stays."""
        with torch.autocast(x[0].device.type, enabled=False):
            return super().forward(x, rev=rev, jac=jac)


def _rotation(size: int, draws: torch.Generator) -> Tensor:
    q, r = torch.linalg.qr(torch.randn(size, size, generator=draws, dtype=torch.float64))
    return (q * r.diagonal().sign()).float()  # without the signs the distribution is not uniform


def _conditioner(before: int, after: int, width: int) -> nn.Sequential:
    last = nn.Conv2d(width, after, 3, padding=1)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)  # type: ignore[arg-type]
    return nn.Sequential(
        nn.Conv2d(before, width, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(width, width, 1),
        nn.ReLU(),
        last,
    )
