"""A decoder that shapes noise: its structures differ in kind with z, and in detail with the noise.

A decoder of latent vectors alone has to draw every grain itself, and draws them blurred. This one
is given white noise; what it decides on is the filter of the noise, one amplitude a frequency of
the periodic cell, and the level at which the filtered field is cut. Those are the fields that are
known as cut Gaussian ones: it can match the volume fraction and any two-point statistics, and
nothing beyond them.
"""

import torch
from torch import Tensor, nn

from pspflow.models.voxels import SLOPE

HIDDEN = 64
GAIN = 3.0
"""Of log amplitudes, so that a step of the optimiser shows."""
FIRST_SHARPNESS = 3.0
LARGEST_SHARPNESS = 30.0


class FilteredNoise(nn.Module):
    """Latent vectors and noise to soft structures.

    Parameters
    ----------
    edge
        Voxels along each axis.
    latent
        Dimensions of the latent space.
    """

    def __init__(self, edge: int, latent: int = 16) -> None:
        super().__init__()
        self.spectrum = (edge, edge, edge // 2 + 1)
        self.hidden = nn.Sequential(
            *(nn.Linear(latent, HIDDEN), nn.LeakyReLU(SLOPE)),
            *(nn.Linear(HIDDEN, HIDDEN), nn.LeakyReLU(SLOPE)),
        )
        self.log_amplitudes = nn.Linear(HIDDEN, edge * edge * (edge // 2 + 1))
        self.cut = nn.Linear(HIDDEN, 2)
        nn.init.zeros_(self.log_amplitudes.weight)
        nn.init.zeros_(self.log_amplitudes.bias)

    def forward(self, latents: Tensor, noise: Tensor) -> Tensor:
        """Cut filtered noise.

        Parameters
        ----------
        latents
            `b x latent`.
        noise
            `b x n x n x n`, normal.

        Returns
        -------
        Tensor
            Soft structures `b x 1 x n x n x n`, from 0 to 1.
        """
        hidden = self.hidden(latents)
        logs = GAIN * self.log_amplitudes(hidden)
        logs = logs - logs.amax(dim=1, keepdim=True)  # the scale of a field is of no account
        waves = torch.fft.rfftn(noise, dim=(1, 2, 3)) * logs.exp().unflatten(1, self.spectrum)
        field = torch.fft.irfftn(waves, s=noise.shape[1:], dim=(1, 2, 3))
        field = field - field.mean(dim=(1, 2, 3), keepdim=True)
        spread = field.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
        level, sharpness = self.cut(hidden)[:, :, None, None, None].unbind(dim=1)
        slope = (FIRST_SHARPNESS * sharpness.exp()).clamp(max=LARGEST_SHARPNESS)
        return torch.sigmoid(slope * (field / (spread + 1e-6) + level))[:, None]
