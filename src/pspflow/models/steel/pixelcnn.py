"""Gated conditional PixelCNN on maps of codes.

Van den Oord et al. 2016, "Conditional image generation with PixelCNN decoders"; steel paper,
section II B. The paper's code has a learned embedding of the codes, 15 gated layers of 64
channels, and a head of 512 units; its first layer has mask A on 7 x 7 codes, the others mask B on
3 x 3. No mask is kept here: kernels have only the taps that a mask leaves, and their input is
shifted.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

FIRST, LATER, HEAD = 7, 3, 512
"""Edge of the first and of the later kernels before they are masked; units of the head."""


def gated(x: Tensor, axis: int = 1) -> Tensor:
    """Multiply the tanh of half of the channels by the sigmoid of the others: any shape."""
    value, gate = x.chunk(2, dim=axis)
    return value.tanh() * gate.sigmoid()


class GatedLayer(nn.Module):
    """One layer of both stacks: equation 4 and Figure 2 of van den Oord et al. 2016.

    The vertical stack sees all rows above; the horizontal stack sees the codes to the left, and
    what the vertical stack has seen. So no earlier code is out of sight.

    Parameters
    ----------
    channels
        Channels of both stacks.
    conditions
        Numbers that the codes are conditioned on.
    first
        Whether this is the first layer, which must not see the code itself (mask A).
    """

    def __init__(self, channels: int, conditions: int, *, first: bool) -> None:
        super().__init__()
        self.first, self.reach = first, (FIRST if first else LATER) // 2
        # taps before the code, and one at it where features do not hold the code itself
        taps = self.reach if first else self.reach + 1
        self.vertical = nn.Conv2d(channels, 2 * channels, (taps, 2 * self.reach + 1))
        self.across = nn.Conv2d(2 * channels, 2 * channels, 1)
        self.horizontal = nn.Conv2d(channels, 2 * channels, (1, taps))
        self.out = nn.Conv2d(channels, channels, 1)
        self.condition = nn.Linear(conditions, 2 * channels)

    def forward(self, down: Tensor, right: Tensor, conditions: Tensor) -> tuple[Tensor, Tensor]:
        """Map vertical and horizontal features, `n x channels x rows x columns` each."""
        reach, drop = self.reach, -int(self.first)
        shift = self.condition(conditions)[:, :, None, None]
        above = self.vertical(functional.pad(down, (reach, reach, reach, drop)))
        left = self.horizontal(functional.pad(right, (reach, drop)))
        out = self.out(gated(self.across(above) + left + shift))
        return gated(above + shift), out if self.first else out + right


class PixelCNN(nn.Module):
    """The distribution of every code, given the codes before it and the conditions.

    Codes come row by row, each from left to right.

    Parameters
    ----------
    codes
        Number of different codes K.
    conditions
        Numbers that the map is conditioned on.
    channels, layers
        Channels of every layer, and layers; 64 and 15 in the paper's code.
    """

    def __init__(self, codes: int, conditions: int, channels: int = 64, layers: int = 15) -> None:
        super().__init__()
        self.embedding = nn.Embedding(codes, channels)
        self.layers = nn.ModuleList(
            GatedLayer(channels, conditions, first=number == 0) for number in range(layers)
        )
        self.head = nn.Sequential(
            nn.Conv2d(channels, HEAD, 1), nn.ReLU(), nn.Conv2d(HEAD, codes, 1)
        )

    def forward(self, codes: Tensor, conditions: Tensor) -> Tensor:
        """Return the logits of every code.

        Parameters
        ----------
        codes
            `n x rows x columns`, whole numbers from 0.
        conditions
            `n x conditions`, standardised.

        Returns
        -------
        `n x K x rows x columns`. Those at a code do not depend on it nor on later ones.
        """
        return self.from_embedded(self.embedded(codes), conditions)

    def embedded(self, codes: Tensor) -> Tensor:
        """Return the vectors of codes, `n x channels x rows x columns`."""
        vectors: Tensor = self.embedding(codes.long())
        return vectors.movedim(-1, 1).contiguous()

    def from_embedded(self, vectors: Tensor, conditions: Tensor) -> Tensor:
        """Return the logits for codes that are vectors already; as `forward`."""
        down = right = vectors
        for layer in self.layers:
            down, right = layer(down, right, conditions)
        logits: Tensor = self.head(right)
        return logits


def log_likelihood(net: PixelCNN, codes: Tensor, conditions: Tensor) -> Tensor:
    """Return the log-likelihood of every code in nats, `n x rows x columns`."""
    logits = net(codes, conditions)
    flat = logits.movedim(1, -1).reshape(-1, logits.shape[1])
    # a row for each code: on a GPU the loss of maps cannot be repeated
    return -functional.cross_entropy(flat, codes.long().reshape(-1), reduction="none").reshape(
        codes.shape
    )


@torch.no_grad()
def draw(logits: Tensor, uniforms: Tensor) -> Tensor:
    """Draw codes by the inverse of their cumulative distribution.

    Probabilities are whole multiples of 2^-40, whose sums are exact, in whatever order a device
    adds them.

    Parameters
    ----------
    logits
        `n x K`.
    uniforms
        `n`, float64, from [0, 1).

    Returns
    -------
    `n`, int64.
    """
    weights = (logits.double().softmax(dim=1) * 2.0**40).round().long()
    ends = weights.cumsum(dim=1)
    wanted = (uniforms * ends[:, -1]).long()
    return (ends <= wanted[:, None]).sum(dim=1)
