"""VQ-VAE: images become maps of codes, and these become images (steel paper, section II)."""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from pspflow.models.steel.coders import Decoder, Encoder
from pspflow.models.steel.nearest import NearestCode, Quantised
from pspflow.models.steel.scalar import ScalarLevels

WHITE: Final = 255


class VQVAE(nn.Module):
    """Encoder, quantiser and decoder.

    Parameters
    ----------
    channels
        Channels of the encoder's convolutions, each of which halves the image; the paper's 32, 64
        and 128.
    residual_blocks, bottleneck
        Residual blocks of encoder and of decoder, and the channels inside one; the paper's 2 and
        32.
    code_dim, codes
        Length of a code vector, and how many there are; the paper's 128 and 512.
    levels
        Levels of finite scalar quantisation, which replaces the codebook; None for the paper's.
    """

    def __init__(
        self,
        channels: Sequence[int] = (32, 64, 128),
        residual_blocks: int = 2,
        bottleneck: int = 32,
        code_dim: int = 128,
        codes: int = 512,
        levels: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        dim = len(levels) if levels else code_dim
        self.step_px = 2 ** len(channels)
        self.encoder = Encoder(channels, residual_blocks, bottleneck, dim)
        self.quantiser = ScalarLevels(levels) if levels else NearestCode(codes, code_dim)
        self.decoder = Decoder(channels, residual_blocks, bottleneck, dim)
        # trains up to a fifth faster on a CPU
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor, *, continuous: bool = False) -> tuple[Tensor, Quantised]:
        """Encode, quantise and decode images.

        Parameters
        ----------
        images
            `n x rows x columns` uint8; rows and columns are multiples of `step_px`.
        continuous
            Whether the latents themselves are decoded, and the codebook is left alone.

        Returns
        -------
        reconstructions
            `n x rows x columns`, from -1 (black) to 1 (white).
        quantised
            Codes, and the losses of the codebook.
        """
        latents = self.latents(images)
        quantised = self.quantiser(latents)
        if continuous:
            losses = {name: latents.new_zeros(()) for name in quantised.losses}
            quantised = Quantised(latents, quantised.codes, losses)
        return self.painted(quantised.vectors), quantised

    def latents(self, images: Tensor) -> Tensor:
        """Encode images `n x rows x columns` uint8 to latents `n x dim x h x w`."""
        latents: Tensor = self.encoder(to_unit(images)[:, None])
        return latents

    def encode(self, images: Tensor) -> Tensor:
        """Encode images `n x rows x columns` uint8 to codes `n x h x w` int64."""
        codes: Tensor = self.quantiser.codes_of(self.latents(images))
        return codes

    def decode(self, codes: Tensor) -> Tensor:
        """Decode codes `n x h x w` to images `n x rows x columns`, from -1 to 1."""
        return self.painted(self.quantiser.vectors_of(codes))

    def painted(self, vectors: Tensor) -> Tensor:
        """Decode vectors `n x dim x h x w` to images `n x rows x columns`, from -1 to 1."""
        images: Tensor = self.decoder(vectors)
        return images[:, 0]


def to_unit(images: Tensor) -> Tensor:
    """Scale grey levels 0 to 255, uint8 of any shape, to float32 numbers from -1 to 1."""
    return images.to(torch.float32) * (2 / WHITE) - 1


def to_grey(images: Tensor) -> Tensor:
    """Round numbers from -1 to 1, of any shape, to grey levels, uint8; those beyond are clipped."""
    return ((images + 1) * (WHITE / 2)).round().clamp(0, WHITE).to(torch.uint8)
