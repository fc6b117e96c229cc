"""Layers of the autoencoders that the latent report prints, as tables (sections 5 to 9).

The report prints shapes and parameters of every layer, not kernels, strides and padding; shapes
and counts leave the choice here. It prints them for images of 128 x 128 pixels, and for crops of
steel of 48 x 64. A ReLU follows every layer with weights but the last, which a Tanh follows; batch
normalisation, where there is some, stands between a convolution and its ReLU.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal, NamedTuple

PrintedName = Literal["smooth", "binary", "grain_growth", "additive", "uhcs"]
Pool = Literal["max", "average"]
Shape = tuple[int, int, int]
"""Channels, rows and columns."""


class Convolution(NamedTuple):
    """A convolution, perhaps with batch normalisation, and its ReLU."""

    channels: int
    kernel: int
    stride: int
    padding: int

    def size(self, before: int) -> int:
        """Return the rows or columns that it makes of some."""
        return (before + 2 * self.padding - self.kernel) // self.stride + 1


class Pooling(NamedTuple):
    """Pooling without padding."""

    kernel: int
    stride: int

    def size(self, before: int) -> int:
        """Return the rows or columns that it makes of some."""
        return (before - self.kernel) // self.stride + 1


class Transposed(NamedTuple):
    """A transposed convolution, and its ReLU or Tanh."""

    channels: int
    kernel: int
    stride: int
    padding: int

    def size(self, before: int) -> int:
        """Return the rows or columns that it makes of some."""
        return (before - 1) * self.stride - 2 * self.padding + self.kernel


Layer = Convolution | Pooling | Transposed


@dataclass(frozen=True)
class Layers:
    """Layers of an autoencoder of images of one channel."""

    encoder: tuple[Convolution | Pooling, ...]
    decoder: tuple[Transposed, ...]
    batch_norm: bool = False
    """Whether the encoder's convolutions have batch normalisation; the decoder's never have."""
    pool: Pool = "max"

    def scaled(self, factor: float) -> "Layers":
        """Multiply the channels of the first layer, rounded down, and at least 1."""
        first, *others = self.encoder
        if not isinstance(first, Convolution):
            raise ValueError("the first layer is no convolution, so that its channels are fixed")
        scaled = first._replace(channels=max(1, int(first.channels * factor)))
        return replace(self, encoder=(scaled, *others))

    def shapes(self, rows: int, columns: int) -> list[Shape]:
        """Return the shape after every layer of encoder and decoder, of an image of this size.

        Raises
        ------
        ValueError
            If the image is too small: a layer would have no pixel.
        """
        channels, size = 1, (rows, columns)
        shapes = []
        for layer in (*self.encoder, *self.decoder):
            if not isinstance(layer, Pooling):
                channels = layer.channels
            size = (layer.size(size[0]), layer.size(size[1]))
            if min(size) < 1:
                raise ValueError(
                    f"images of {rows} x {columns} pixels are too small: a layer would have none"
                )
            shapes.append((channels, *size))
        return shapes

    def latent_shape(self, rows: int, columns: int) -> Shape:
        """Return the shape of the latent space; see `shapes`."""
        return self.shapes(rows, columns)[len(self.encoder) - 1]

    def parameters(self) -> list[int]:
        """Count the parameters of every layer, those of its batch normalisation with it."""
        weighted = [
            each for each in (*self.encoder, *self.decoder) if not isinstance(each, Pooling)
        ]
        widths = pairwise((1, *(each.channels for each in weighted)))
        counts = {}
        for place, (layer, (before, after)) in enumerate(zip(weighted, widths, strict=True)):
            normalised = self.batch_norm and isinstance(layer, Convolution)
            counts[place] = (before * layer.kernel**2 + 1 + 2 * normalised) * after
        return list(counts.values())


C, P, T = Convolution, Pooling, Transposed
_SMOOTH: Final = Layers(
    encoder=(C(16, 3, 3, 1), P(2, 2), C(8, 3, 2, 1), P(2, 1)),
    decoder=(T(16, 3, 2, 0), T(8, 7, 3, 1), T(1, 2, 2, 1)),
)
PRINTED: Final[dict[PrintedName, Layers]] = {
    "smooth": _SMOOTH,
    "binary": Layers(
        encoder=(C(16, 3, 3, 1), P(2, 2), C(32, 3, 2, 1), P(2, 1)),
        decoder=_SMOOTH.decoder,
        batch_norm=True,
    ),
    "grain_growth": Layers(
        encoder=(*_SMOOTH.encoder, C(4, 3, 2, 1), P(2, 1)),
        decoder=(T(16, 3, 2, 0), T(8, 7, 3, 1), T(4, 3, 2, 1), T(1, 2, 2, 1)),
    ),
    "additive": Layers(
        encoder=(
            *(C(4, 3, 3, 1), P(2, 2), C(8, 3, 2, 1), P(2, 1)),
            *(C(16, 3, 2, 1), P(2, 1), C(32, 2, 2, 1), P(2, 1)),
        ),
        decoder=(T(16, 3, 2, 0), T(8, 7, 3, 1), T(4, 3, 2, 1), T(2, 2, 2, 1), T(1, 4, 2, 1)),
    ),
    "uhcs": Layers(
        encoder=(
            *(C(2, 3, 1, 1), P(3, 1), C(4, 3, 1, 1), P(3, 1)),
            *(C(8, 3, 2, 1), P(3, 1), C(8, 3, 2, 1), P(3, 1)),
        ),
        decoder=(
            *(T(8, 3, 1, 1), T(8, 5, 1, 1), T(8, 5, 2, 1)),
            *(T(4, 5, 2, 1), T(2, 5, 1, 1), T(1, 6, 1, 1)),
        ),
    ),
}
"""The printed autoencoders: 8,801, 15,833, 8,793, 14,847 and 5,855 parameters."""
