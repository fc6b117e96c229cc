"""Inverse model: a conditional RealNVP from properties to textures (paper, section 2.3 and A.2).

Each block is FrEIA's `AllInOneBlock`: half of the coefficients and the properties pass a network
of two hidden layers, which scales and shifts the other half. Scales are bounded by exp(±`CLAMP`),
since FrEIA's users report NaN without. FrEIA draws each block's permutation for itself; with 8
blocks one of 36 coefficients would then, once in eight flows, never be changed. Here the blocks
come in pairs that change both halves, and halves are drawn anew for every pair.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from FrEIA.framework import SequenceINN
from FrEIA.modules import AllInOneBlock
from torch import Tensor, nn

from pspflow.seeds import generator

CLAMP = 2.0
"""Largest logarithm of a block's scale, before that of the block's own scaling."""
GAIN = 1.5
"""Of the first weights of hidden layers."""
CHANGED = 1e-5
"""A property that did not vary in training may differ by as much, relative to its size."""


class Likelihood(NamedTuple):
    """Mean log-likelihood of textures given their properties, in nats."""

    per_point: float
    """For coefficients as they are: log p(m | P)."""
    per_dimension: float
    """`per_point` over the number of coefficients."""
    standardised: float
    """Per point, for coefficients of unit spread: what training lowers, with another sign."""
    loss_per_dimension: float
    """Equation 7 over the number of coefficients: ½ (|z|² − log |J|), standardised."""


class ConditionalFlow(nn.Module):
    """Distribution of textures given properties.

    Parameters
    ----------
    coefficients
        Coefficients of a texture, `d`, at least 2.
    properties
        Properties that are given, `h`.
    blocks
        Coupling blocks; 20 in the paper.
    width
        Neurons of each of the two hidden layers of a block, with sigmoids; 128 in the paper.
    seed
        Seed of the first weights and of the permutations.
    """

    texture_mean: Tensor
    texture_spread: Tensor
    property_mean: Tensor
    property_spread: Tensor

    def __init__(
        self,
        coefficients: int,
        properties: int,
        blocks: int = 20,
        width: int = 128,
        *,
        seed: int,
    ) -> None:
        super().__init__()
        if coefficients < 2:
            raise ValueError(f"a coupling needs at least 2 coefficients, got {coefficients}")
        self.layers = SequenceINN(coefficients)
        draws = generator(seed, "permutations")
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(generator(seed, "flow").integers(2**62)))
            for block in range(blocks):
                self.layers.append(
                    AllInOneBlock,
                    cond=0,
                    cond_shape=(properties,),
                    subnet_constructor=lambda before, after: _network(before, width, after),
                    affine_clamping=CLAMP,
                )
                _permute(self.layers[block], _order(coefficients, block, draws))
        self.register_buffer("texture_mean", torch.zeros(coefficients))
        self.register_buffer("texture_spread", torch.ones(coefficients))
        self.register_buffer("property_mean", torch.zeros(properties))
        # a spread of 0 marks a property that did not vary
        self.register_buffer("property_spread", torch.ones(properties))

    @torch.no_grad()
    def standardise(self, textures: Tensor, properties: Tensor) -> None:
        """Standardise by the mean and spread of data, `n x d` and `n x h`, before training.

        A property that does not vary is left out; it must have the same value ever after.

        Raises
        ------
        ValueError
            If a coefficient does not vary: it has no density.
        """
        mean, spread = textures.double().mean(0), textures.double().std(0, correction=0)
        constant = (spread <= 1e-9 * textures.abs().amax(0)).nonzero()[:, 0].tolist()
        if constant:
            raise ValueError(
                f"coefficients {constant} are the same in all textures and have no density: leave "
                "them out"
            )
        self.texture_mean.copy_(mean)
        self.texture_spread.copy_(spread)
        mean, spread = _moments(properties)
        self.property_mean.copy_(mean)
        self.property_spread.copy_(spread)

    @torch.no_grad()
    def restandardise(self, properties: Tensor) -> None:
        """Standardise by other properties `n x h`, before training goes on.

        The flow stays the same function: the networks' first layers take up the difference. A
        property that did not vary before may do so from now on; it has no effect yet.
        """
        mean, spread = _moments(properties)
        before = self.property_spread.masked_fill(self.property_spread == 0, torch.inf)
        size = len(mean)
        for block in self.layers:
            first = block.subnet[0]
            weights = first.weight[:, -size:]
            first.bias += weights @ ((mean - self.property_mean) / before).to(weights)
            weights *= (spread / before).to(weights)
        self.property_mean.copy_(mean)
        self.property_spread.copy_(spread)

    def forward(self, textures: Tensor, properties: Tensor) -> tuple[Tensor, Tensor]:
        """Map textures `n x d` to latents, given properties `n x h`.

        Returns
        -------
        latents, log_det
            `n x d`, and the logarithm of the Jacobian's determinant, `n`.
        """
        return self._latents(*self.standardised(textures, properties))

    def inverse(self, latents: Tensor, properties: Tensor) -> Tensor:
        """Map latents `n x d` to textures, given properties `n x h`."""
        standardised, _ = self.layers(latents, c=[self._given(properties)], rev=True)
        return standardised * self.texture_spread + self.texture_mean

    def log_prob(self, textures: Tensor, properties: Tensor) -> Tensor:
        """Return log p(m | P) of each texture, `n`, in nats (equation 6)."""
        return self.log_prob_of_standardised(*self.standardised(textures, properties))

    def log_prob_of_standardised(self, textures: Tensor, properties: Tensor) -> Tensor:
        """Return what `log_prob` does, `n`, of what `standardised` returned."""
        latents, log_det = self._latents(textures, properties)
        normal = -0.5 * (latents.square().sum(1) + latents.shape[1] * math.log(2 * math.pi))
        return normal + log_det

    def standardised(self, textures: Tensor, properties: Tensor) -> tuple[Tensor, Tensor]:
        """Standardise textures `n x d` and properties `n x h`, as the layers take them.

        Raises
        ------
        ValueError
            If a property that did not vary in training has another value.
        """
        return (textures - self.texture_mean) / self.texture_spread, self._given(properties)

    @torch.no_grad()
    def likelihood(self, textures: Tensor, properties: Tensor) -> Likelihood:
        """Return the mean log-likelihood of textures `n x d` given properties `n x h`."""
        latents, log_det = self(textures, properties)
        size = textures.shape[1]
        scale = float(self.texture_spread.double().log().sum())
        per_point = float(self.log_prob(textures, properties).double().mean())
        loss = 0.5 * (latents.square().sum(1) - (log_det + scale)).double().mean()
        return Likelihood(per_point, per_point / size, per_point + scale, float(loss) / size)

    @torch.no_grad()
    def sample(self, properties: Tensor, count: int, *, seed: int) -> Tensor:
        """Draw textures for each set of properties.

        Parameters
        ----------
        properties
            Wanted properties, `n x h`.
        count
            Textures for each.
        seed
            Seed of the draws.

        Returns
        -------
        Tensor
            `n x count x d`.
        """
        size = len(self.texture_mean)
        drawn = generator(seed, "textures").standard_normal((len(properties) * count, size))
        latents = torch.from_numpy(drawn).to(self.texture_mean)
        textures = self.inverse(latents, properties.repeat_interleave(count, dim=0))
        return textures.reshape(len(properties), count, size)

    def _latents(self, textures: Tensor, properties: Tensor) -> tuple[Tensor, Tensor]:
        latents, log_det = self.layers(textures, c=[properties])
        return latents, log_det - self.texture_spread.log().sum()

    def _given(self, properties: Tensor) -> Tensor:
        fixed = self.property_spread == 0
        if fixed.any():
            away = (properties - self.property_mean).abs() > CHANGED * (
                1 + self.property_mean.abs()
            )
            wrong = (away & fixed).any(dim=0).nonzero()[:, 0].tolist()
            if wrong:
                raise ValueError(
                    f"properties {wrong} had one value in training and have another now: the flow "
                    "knows nothing of such textures"
                )
        shifted = (properties - self.property_mean).masked_fill(fixed, 0)
        return shifted / self.property_spread.masked_fill(fixed, 1)


def _moments(properties: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and spread of each property; the spread is 0 where it does not vary."""
    mean, spread = properties.double().mean(0), properties.double().std(0, correction=0)
    return mean, spread.masked_fill(spread <= 1e-9 * properties.abs().amax(0), 0)


def _network(before: int, width: int, after: int) -> nn.Sequential:
    """Make the network of a block, whose first output is 0: the flow starts by standardising only.

    With torch's own first weights two layers of sigmoids pass on a fiftieth of their input, and the
    flow learns a third as fast. Weights here are Glorot's for a hyperbolic tangent, of which a
    sigmoid is half at twice the input, plus a half that the second layer's shift removes.
    """
    first, second, last = nn.Linear(before, width), nn.Linear(width, width), nn.Linear(width, after)
    nn.init.xavier_normal_(first.weight, gain=2 * GAIN)
    nn.init.xavier_normal_(second.weight, gain=4 * GAIN)
    with torch.no_grad():
        first.bias.zero_()
        second.bias.copy_(-0.5 * second.weight.sum(dim=1))
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(first, nn.Sigmoid(), second, nn.Sigmoid(), last)


def _order(size: int, block: int, draws: np.random.Generator) -> np.ndarray:
    """Return the order of the coefficients after a block: halves exchanged, then drawn anew."""
    if block % 2 == 0:
        return np.roll(np.arange(size), size // 2)
    return draws.permutation(size)


def _permute(block: AllInOneBlock, order: np.ndarray) -> None:
    """Replace the permutation that FrEIA drew."""
    matrix = torch.eye(len(order))[torch.from_numpy(order)]
    block.w_perm.data.copy_(matrix)
    block.w_perm_inv.data.copy_(matrix.T)
