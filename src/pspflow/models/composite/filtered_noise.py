"""A decoder that filters noise: z sets the statistics of a structure, and the noise its details.

A decoder of latent vectors alone must generate every grain, and the grains are blurred. This
decoder gets white noise. From the latent vector it computes the filter of the noise, one amplitude
per frequency of the periodic cell, and the level at which the filtered field is thresholded. Its
structures are thus thresholded Gaussian fields: they can match the volume fraction and any
two-point statistics, and nothing beyond these.
"""

import torch
from torch import Tensor, nn

from pspflow.models.voxels import SLOPE

HIDDEN = 64
GAIN = 3.0
"""Factor of the log amplitudes, so that the optimiser's steps have a visible effect."""
FIRST_SHARPNESS = 3.0
LARGEST_SHARPNESS = 30.0


class FilteredNoise(nn.Module):
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
        self.noise_shape = (edge, edge, edge)
        self.spectrum = (edge, edge, edge // 2 + 1)
        self.hidden = hidden_layers(latent)
        self.log_amplitudes = nn.Linear(HIDDEN, edge * edge * (edge // 2 + 1))
        self.cut = nn.Linear(HIDDEN, 2)
        nn.init.zeros_(self.log_amplitudes.weight)
        nn.init.zeros_(self.log_amplitudes.bias)

    def forward(self, latents: Tensor, noise: Tensor) -> Tensor:
        """Filter noise and threshold it softly.

        Parameters
        ----------
        latents
            `b x latent`.
        noise
            `b x n x n x n`, from a normal distribution.

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
        logs = GAIN * self.log_amplitudes(hidden)
        logs = logs - logs.amax(dim=1, keepdim=True)  # the scale of a field has no effect
        waves = torch.fft.rfftn(noise, dim=(1, 2, 3)) * logs.exp().unflatten(1, self.spectrum)
        field = torch.fft.irfftn(waves, s=noise.shape[1:], dim=(1, 2, 3))
        field = field - field.mean(dim=(1, 2, 3), keepdim=True)
        spread = field.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
        level, sharpness = self.cut(hidden)[:, :, None, None, None].unbind(dim=1)
        slope = (FIRST_SHARPNESS * sharpness.exp()).clamp(max=LARGEST_SHARPNESS)
        scaled: Tensor = slope * (field / (spread + 1e-6) + level)
        return scaled[:, None]


def hidden_layers(latent: int) -> nn.Sequential:
    """Make the first layers of a decoder of noise, from latents `b x latent`."""
    return nn.Sequential(
        *(nn.Linear(latent, HIDDEN), nn.LeakyReLU(SLOPE)),
        *(nn.Linear(HIDDEN, HIDDEN), nn.LeakyReLU(SLOPE)),
    )
