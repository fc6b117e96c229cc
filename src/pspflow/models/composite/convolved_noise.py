"""A decoder that convolves noise twice, with a nonlinearity between.

`FilteredNoise` filters noise and cuts it at a level, so that its structures are cut Gaussian
fields: nothing beyond volume fraction and two-point statistics can be chosen. Here the filtered
noises pass voxel by voxel through a small network, and its maps are filtered again before the cut.
Both convolutions are periodic with kernels as large as the cell, and the latent vector sets them,
as it scales and shifts the maps (Perez et al. 2018, "FiLM: visual reasoning with a general
conditioning layer"). So the peaks of a noise can become the centres, and the second kernel the
shape, of particles or fibres: a Boolean model is of this form.

At the start the second part adds nothing: the decoder starts as `FilteredNoise`.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from pspflow.models.composite.filtered_noise import (
    FIRST_SHARPNESS,
    GAIN,
    HIDDEN,
    LARGEST_SHARPNESS,
    hidden_layers,
)
from pspflow.models.voxels import SLOPE

NOISES = 2
MAPS = 4
SMALLEST = 1e-6
VOXEL_AXES = (2, 3, 4)


class ConvolvedNoise(nn.Module):
    """Map latent vectors and noise to soft structures.

    Parameters
    ----------
    edge
        Voxels along each axis.
    latent
        Dimensions of the latent space.
    """

    def __init__(self, edge: int, latent: int = 16) -> None:
        super().__init__()
        self.noise_shape = (NOISES, edge, edge, edge)
        self.spectrum = (NOISES, edge, edge, edge // 2 + 1)
        waves = NOISES * edge * edge * (edge // 2 + 1)
        self.hidden = hidden_layers(latent)
        self.log_amplitudes = nn.Linear(HIDDEN, waves)
        self.kernels = nn.Linear(HIDDEN, waves)
        self.widening = nn.Conv3d(NOISES, MAPS, 1)
        self.film = nn.Linear(HIDDEN, 2 * MAPS)
        self.narrowing = nn.Conv3d(MAPS, NOISES, 1, bias=False)
        self.cut = nn.Linear(HIDDEN, 2)
        for layer in (self.log_amplitudes, self.kernels):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, latents: Tensor, noise: Tensor) -> Tensor:
        """Filter noise, pass it through the network, filter its maps and cut their sum softly.

        Parameters
        ----------
        latents
            `b x latent`.
        noise
            `b x NOISES x n x n x n`, from a normal distribution.

        Returns
        -------
        Tensor
            Soft structures `b x 1 x n x n x n`, from 0 to 1.
        """
        return torch.sigmoid(self.field(latents, noise))

    def field(self, latents: Tensor, noise: Tensor) -> Tensor:
        """Return what `forward` takes the logistic function of, `b x 1 x n x n x n`.

        It ranks voxels where that is 1.
        """
        hidden = self.hidden(latents)
        logs = GAIN * self.log_amplitudes(hidden).unflatten(1, self.spectrum)
        logs = logs - logs.amax(dim=VOXEL_AXES, keepdim=True)
        waves = torch.fft.rfftn(noise, dim=VOXEL_AXES) * logs.exp()
        fields = _standardised(torch.fft.irfftn(waves, s=noise.shape[2:], dim=VOXEL_AXES))
        scale, shift = self.film(hidden)[:, :, None, None, None].chunk(2, dim=1)
        maps = functional.leaky_relu(self.widening(fields) * (1 + scale) + shift, SLOPE)
        maps = _standardised(self.narrowing(maps))
        kernels = GAIN * self.kernels(hidden).unflatten(1, self.spectrum)
        waves = (torch.fft.rfftn(maps, dim=VOXEL_AXES) * kernels).sum(dim=1, keepdim=True)
        field = _standardised(
            fields[:, :1] + torch.fft.irfftn(waves, s=noise.shape[2:], dim=VOXEL_AXES)
        )
        level, sharpness = self.cut(hidden)[:, :, None, None, None].chunk(2, dim=1)
        slope = (FIRST_SHARPNESS * sharpness.exp()).clamp(max=LARGEST_SHARPNESS)
        scaled: Tensor = slope * (field + level)
        return scaled


def _standardised(fields: Tensor) -> Tensor:
    """Bring fields `b x c x n x n x n` to mean 0 and standard deviation 1 in each channel."""
    fields = fields - fields.mean(dim=VOXEL_AXES, keepdim=True)
    return fields / (fields.square().mean(dim=VOXEL_AXES, keepdim=True).sqrt() + SMALLEST)
