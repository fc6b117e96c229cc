"""Names of what enters the arena, and of the networks behind it."""

from collections.abc import Mapping
from typing import Final, Literal

CHIP_PX: Final = 64
"""Edge of the shared chips: the adversarial networks make images of this size alone."""
Network = Literal["vq", "fsq", "sharp", "dcgan", "stationary", "autoencoder", "flow"]
"""Networks that are trained here: VQ-VAE, FSQ or the sharper VQ-VAE, each with a PixelCNN (steel);
DCGAN, its successor and the convolutional autoencoder (latent); flows of all domains (temper)."""
CODES: Final[tuple[Network, ...]] = ("vq", "fsq", "sharp")
"""Those that draw codes, under the conditions of the sheet."""
LATENT: Final[Mapping[Network, str]] = {
    "dcgan": "dcgan",
    "stationary": "stationary",
    "autoencoder": "kaiming",
}
"""Those of the latent study, and their names there."""
ENTRANTS: Final[Mapping[Network, tuple[str, ...]]] = {
    "autoencoder": ("autoencoder", "autoencoder_density"),
    "flow": ("flow", "flow_transfer"),
}
"""Ways of making images with one network, where there are several."""
LABELS: Final[Mapping[str, str]] = {
    "vq": "VQ-VAE + PixelCNN",
    "fsq": "FSQ + PixelCNN",
    "sharp": "sharp VQ-VAE + PixelCNN",
    "dcgan": "DCGAN",
    "stationary": "stationary GAN",
    "autoencoder": "autoencoder with independent latents",
    "autoencoder_density": "autoencoder with a fitted density",
    "flow": "flow from noise",
    "flow_transfer": "flow from real chips",
    "real_training": "real training chips",
}
TRAINING: Final = "real_training"
"""The ruler: as many real training chips, of other micrographs than the test chips."""


def entrants_of(network: Network) -> tuple[str, ...]:
    """Name the ways of making images with a network."""
    return ENTRANTS.get(network, (network,))


def label_of(entrant: str) -> str:
    """Name an entrant as tables and figures do; a user's own has its own name."""
    return LABELS.get(entrant, entrant)
