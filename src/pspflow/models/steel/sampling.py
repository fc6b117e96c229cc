"""Maps of codes drawn from a PixelCNN: nothing that is known is computed again.

A code needs of the vertical stack its own row of every layer, which is computed once for the whole
row from the row above; and of the horizontal stack the features of its left neighbour. `naive`
computes the whole network for every code instead: the same draws, and a measure of what is saved.
"""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

from pspflow.models.steel.pixelcnn import GatedLayer, PixelCNN, draw, gated


@torch.inference_mode()
def naive(net: PixelCNN, conditions: Tensor, uniforms: Tensor) -> Tensor:
    """Draw maps, computing the whole network for every code; arguments as for `sample`."""
    codes = torch.zeros(uniforms.shape, dtype=torch.int64, device=uniforms.device)
    for i in range(codes.shape[1]):
        for j in range(codes.shape[2]):
            codes[:, i, j] = draw(net(codes, conditions)[:, :, i, j], uniforms[:, i, j])
    return codes


@torch.inference_mode()
def sample(net: PixelCNN, conditions: Tensor, uniforms: Tensor) -> Tensor:
    """Draw maps of codes.

    Parameters
    ----------
    net
        The network.
    conditions
        `n x conditions`, standardised, on the network's device.
    uniforms
        `n x rows x columns`, float64, from [0, 1): the only random numbers.

    Returns
    -------
    `n x rows x columns`, int64.
    """
    _, rows, columns = uniforms.shape
    cache = RowCache(net, conditions, columns)
    codes = torch.empty(uniforms.shape, dtype=torch.int64, device=uniforms.device)
    for i in range(rows):
        codes[:, i] = cache.next_row(uniforms[:, i])
    return codes


class RowCache:
    """What the next row of maps needs of those before it.

    Features lie as `columns x n x channels`, so that those of a column are one block of memory.

    Parameters
    ----------
    net
        The network.
    conditions
        `n x conditions`, standardised.
    columns
        Columns of the maps.
    """

    def __init__(self, net: PixelCNN, conditions: Tensor, columns: int) -> None:
        self.net, self.columns = net, columns
        self.layers = [_Layer(cast("GatedLayer", each), conditions) for each in net.layers]
        self.head = [_matrix(cast("nn.Conv2d", each)) for each in (net.head[0], net.head[2])]
        maps, channels = len(conditions), net.embedding.embedding_dim
        zeros = net.embedding.weight.new_zeros
        # rows above and the row that is drawn, with zeros around them: vectors of codes, and what
        # the vertical stack gives every layer but the first
        self.reach = self.layers[0].reach
        self.vectors = zeros(self.reach + 1, columns + 2 * self.reach, maps, channels)
        self.down = zeros(len(self.layers) - 1, 2, columns + 2, maps, channels)
        # of every layer but the first, features of the code to the left, then of the code itself
        self.right = zeros(len(self.layers) - 1, maps, 2, channels)

    def next_row(self, uniforms: Tensor) -> Tensor:
        """Draw the codes of the next row, `n x columns`, with uniform numbers of that shape."""
        shared = self._vertical()
        self.right.zero_()
        drawn = []
        for j in range(self.columns):
            code = draw(self._logits(shared, j), uniforms[:, j])
            self.vectors[-1, self.reach + j] = self.net.embedding(code)
            self.right[:, :, 0] = self.right[:, :, 1]
            drawn.append(code)
        self.vectors[:-1] = self.vectors[1:].clone()
        self.vectors[-1] = 0
        return torch.stack(drawn, dim=1)

    def _vertical(self) -> list[Tensor]:
        """Compute the row of the vertical stack; return what the horizontal one adds, by layer.

        Each is `columns x n x 2 channels`.
        """
        shared = []
        features, (first, *others) = self.vectors[:-1], self.layers
        for layer, known in zip([first, *others], [None, *self.down], strict=True):
            if known is not None:
                known[0] = known[1]
                known[1, 1:-1] = features
                features = known
            above = layer.rows(self._neighbours(features, 2 * layer.reach + 1))
            shared.append(layer.across(above) + layer.shift)
            features = gated(above + layer.gate, axis=-1)
        return shared

    def _neighbours(self, rows: Tensor, across: int) -> Tensor:
        """Join what lies in some columns of rows above each column along the channels."""
        return torch.cat([row[k : k + self.columns] for row in rows for k in range(across)], dim=-1)

    def _logits(self, shared: list[Tensor], j: int) -> Tensor:
        """Compute the logits of column j, `n x K`."""
        first, *others = self.layers
        seen = torch.cat([self.vectors[-1, j + k] for k in range(self.reach)], dim=-1)
        x = first.out(gated(torch.addmm(shared[0][j], seen, first.taps)))
        for pair, given, layer in zip(self.right, shared[1:], others, strict=True):
            pair[:, 1] = x
            x = x + layer.out(gated(torch.addmm(given[j], pair.flatten(1), layer.taps)))
        wide, last = self.head
        logits: Tensor = last(wide(x).relu_())
        return logits


class _Layer:
    """A layer as matrices that neighbouring features are multiplied by, tap after tap."""

    def __init__(self, net: GatedLayer, conditions: Tensor) -> None:
        self.reach = net.reach
        self.rows, self.across, self.out = map(_matrix, (net.vertical, net.across, net.out))
        self.taps = _taps(net.horizontal)
        self.gate = net.condition(conditions)
        self.shift = self.gate + cast("Tensor", net.horizontal.bias)


def _taps(layer: nn.Conv2d) -> Tensor:
    """Return the weights of a convolution, inputs of every tap in turn x outputs."""
    return layer.weight.permute(2, 3, 1, 0).flatten(0, 2).contiguous()


def _matrix(layer: nn.Conv2d) -> Callable[[Tensor], Tensor]:
    """Return a convolution as a map of the last axis, which holds the inputs of every tap."""
    weight, bias = _taps(layer), cast("Tensor", layer.bias)

    def multiply(x: Tensor) -> Tensor:
        return torch.addmm(bias, x.flatten(0, -2), weight).view(*x.shape[:-1], -1)

    return multiply
