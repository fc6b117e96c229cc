"""Maps of codes drawn from a PixelCNN: nothing that is known is computed again.

A code needs of the vertical stack its own row of every layer, which is computed once for the whole
row from the row above; and of the horizontal stack the features of its left neighbour. `naive`
computes the whole network for every code instead: the same draws, and a measure of what is saved.
"""

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
        self.reach, zeros = self.layers[0].net.reach, net.embedding.weight.new_zeros
        # vectors of the last rows and of the row that is drawn, with zeros around them
        self.vectors = zeros(maps, channels, self.reach + 1, columns + 2 * self.reach)
        self.above = zeros(len(self.layers) - 1, maps, channels, 2, columns + 2)
        self.left = zeros(len(self.layers) - 1, maps, 2, channels)

    def next_row(self, uniforms: Tensor) -> Tensor:
        """Draw the codes of the next row, `n x columns`, with uniform numbers of that shape."""
        shared = self._vertical()
        self.left.zero_()
        drawn = []
        for j in range(self.columns):
            code = draw(self._logits(shared, j), uniforms[:, j])
            self.vectors[:, :, -1, self.reach + j] = self.net.embedding(code)
            self.left[:, :, 0] = self.left[:, :, 1]
            drawn.append(code)
        self.vectors[:, :, :-1] = self.vectors[:, :, 1:].clone()
        self.vectors[:, :, -1] = 0
        return torch.stack(drawn, dim=1)

    def _vertical(self) -> list[Tensor]:
        """Compute the row of the vertical stack; return what the horizontal one adds, by layer.

        Each is `columns x n x 2 channels`.
        """
        shared = []
        features = self.vectors[:, :, :-1]
        for number, layer in enumerate(self.layers):
            if number:
                known = self.above[number - 1]
                known[:, :, 0] = known[:, :, 1]
                known[:, :, 1, 1:-1] = features
                features = known
            above = layer.net.vertical(features)
            across = layer.net.across(above)[:, :, 0].permute(2, 0, 1)
            shared.append(across.contiguous() + layer.shift)
            features = gated(above + layer.gate[:, :, None, None])[:, :, 0]
        return shared

    def _logits(self, shared: list[Tensor], j: int) -> Tensor:
        """Compute the logits of column j, `n x K`."""
        first, *others = self.layers
        seen = self.vectors[:, :, -1, j : j + self.reach].flatten(1)
        inner = gated(torch.addmm(shared[0][j], seen, first.taps))
        x = torch.addmm(first.bias, inner, first.out)
        for pair, given, layer in zip(self.left, shared[1:], others, strict=True):
            pair[:, 1] = x
            inner = gated(torch.addmm(given[j], pair.flatten(1), layer.taps))
            x = torch.addmm(x, inner, layer.out).add_(layer.bias)
        (wide, wide_bias), (last, last_bias) = self.head
        return torch.addmm(last_bias, torch.addmm(wide_bias, x, wide).relu_(), last)


class _Layer:
    """Weights of a layer as matrices that rows of features are multiplied by."""

    def __init__(self, net: GatedLayer, conditions: Tensor) -> None:
        self.net = net
        kernel = net.horizontal.weight[:, :, 0]
        # channels before taps, as vectors of codes lie; taps before channels, as features lie
        taps = kernel if net.first else kernel.transpose(1, 2)
        self.taps = taps.flatten(1).T.contiguous()
        self.out, self.bias = _matrix(net.out)
        self.gate = net.condition(conditions)
        self.shift = self.gate + cast("Tensor", net.horizontal.bias)


def _matrix(layer: nn.Conv2d) -> tuple[Tensor, Tensor]:
    """Return a convolution of one tap as a matrix, inputs x outputs, and its bias."""
    return layer.weight[:, :, 0, 0].T.contiguous(), cast("Tensor", layer.bias)
