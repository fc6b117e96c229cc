"""Networks with the scale of their properties: from structures to GPa, and back."""

import importlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from pspflow.arrays import along, unmasked
from pspflow.io.weights import load_weights
from pspflow.models.mixture import ConditionalPrior, Mixture
from pspflow.studies.composite.networks.options import Prior
from pspflow.studies.composite.networks.recipes import RECIPES, Recipe

if TYPE_CHECKING:
    from pspflow.models.vae_regression import Posterior, VAERegression

BATCH = 32
LEAST = 1e-3
"""Logarithms are taken of no less than this share of the training structures' geometric mean."""


class PropertyScale(nn.Module):
    """Properties in GPa to what networks learn: standardised, of their logarithms where asked for.

    Parameters
    ----------
    size
        Number of properties.
    log
        Whether logarithms are taken: errors then count in proportion. Of values far below those of
        the training, and of those that are not positive, a thousandth of its mean is taken.
    """

    def __init__(self, size: int, *, log: bool) -> None:
        super().__init__()
        self.log = log
        self.mean: Tensor
        self.spread: Tensor
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("spread", torch.ones(size))

    def fit(self, properties: Tensor) -> None:
        """Take mean and spread from training properties `n x p` in GPa."""
        values = properties.log() if self.log else properties
        self.mean.copy_(values.mean(dim=0))
        self.spread.copy_(values.std(dim=0))

    def forward(self, properties: Tensor) -> Tensor:
        """Standardise properties `b x p` in GPa."""
        if self.log:
            properties = properties.maximum(LEAST * self.mean.exp()).log()
        return (properties - self.mean) / self.spread

    def inverse(self, means: Tensor, spreads: Tensor) -> tuple[Tensor, Tensor]:
        """Return standardised means and standard deviations `b x size` to GPa.

        From logarithms, the median is returned, and the deviation to first order.
        """
        values, widths = self.mean + self.spread * means, self.spread * spreads
        return (values.exp(), values.exp() * widths) if self.log else (values, widths)


class Network(nn.Module):
    """A network of `RECIPES` with everything that is needed to use it.

    Parameters
    ----------
    model
        Its name.
    edge
        Voxels along each axis.
    properties
        Names of the properties that it predicts.
    log
        Whether it learns their logarithms.
    components
        Components of its prior.
    latent, width, decoder_width, dense
        Its sizes.
    """

    def __init__(
        self,
        model: str,
        edge: int,
        properties: Sequence[str],
        log: bool,
        components: int,
        latent: int,
        width: int,
        decoder_width: int,
        dense: int,
    ) -> None:
        super().__init__()
        self.model, self.edge, self.properties = model, edge, tuple(properties)
        self.recipe = RECIPES[model]
        self.scale = PropertyScale(len(properties), log=log)
        self.net = _net(
            self.recipe,
            edge=edge,
            properties=len(properties),
            components=components,
            latent=latent,
            width=width,
            decoder_width=decoder_width,
            dense=dense,
            statistics=self.recipe.statistics,
            convolved=self.recipe.convolved,
        )
        self.refitted: ConditionalPrior | None = None
        if self.recipe.autoencoder and self.recipe.regression:
            self.refitted = ConditionalPrior(len(properties), components, latent)

    @property
    def device(self) -> torch.device:
        """The device that the network is on."""
        return self.scale.mean.device

    @property
    def autoencoder(self) -> "VAERegression":
        """The network, where it encodes and decodes.

        Raises
        ------
        TypeError
            If it is regression alone.
        """
        if not self.recipe.autoencoder:
            raise TypeError(f"{self.model} has no latent space")
        return cast("VAERegression", self.net)

    def start_apart(self, spread: float) -> None:
        """Let the components of the prior start with another spread, before any training."""
        prior = self.autoencoder.prior
        assert prior is not None
        prior.start_apart(spread)

    @torch.inference_mode()
    def predict(self, phases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Predict properties.

        Parameters
        ----------
        phases
            Phase ids 0 and 1, shape ``(n, edge, edge, edge)``.

        Returns
        -------
        Means and standard deviations in GPa, float64 of shape ``(n, properties)``; the deviations
        are NaN for regression alone, which gives none.

        Raises
        ------
        ValueError
            If voxels are masked, hold anything but 0 and 1, or are of another shape.
        """
        found: list[tuple[Tensor, Tensor]] = []
        for batch in self._batches(phases):
            output = self.net(batch)
            if self.recipe.autoencoder:
                means, spreads = output.properties, (output.property_log_variances / 2).exp()
            else:
                means, spreads = output, torch.full_like(output, torch.nan)
            found.append(self.scale.inverse(means, spreads))
        return (
            torch.cat([values for values, _ in found]).double().cpu().numpy(),
            torch.cat([widths for _, widths in found]).double().cpu().numpy(),
        )

    @torch.inference_mode()
    def encode(self, phases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Encode structures: means and log variances of q(z | x), ``(n, latent)`` each."""
        found: list[Posterior] = [self.autoencoder(batch) for batch in self._batches(phases)]
        return (
            torch.cat([each.means for each in found]).cpu().numpy(),
            torch.cat([each.log_variances for each in found]).cpu().numpy(),
        )

    @torch.inference_mode()
    def prior(self, properties: np.ndarray, which: Prior = "joint") -> Mixture:
        """Return p(z | c) for properties in GPa, ``(n, properties)``."""
        chosen = self.autoencoder.prior if which == "joint" else self.refitted
        if chosen is None:
            raise TypeError(f"{self.model} has no prior that depends on properties")
        # a copy: values of a table cannot be written to, which torch warns of
        given = torch.from_numpy(np.array(properties, np.float32)).to(self.device)
        mixture: Mixture = chosen(self.scale(given))
        return mixture

    @torch.inference_mode()
    def decode(self, latents: Tensor, rng: torch.Generator | None = None) -> np.ndarray:
        """Decode latents ``(n, latent)`` to soft structures, float32 ``(n, edge, edge, edge)``."""
        return self.decode_noise(latents, self.autoencoder.noise(latents, rng))

    @torch.inference_mode()
    def decode_noise(self, latents: Tensor, noise: Tensor | None) -> np.ndarray:
        """Do the same with given noise ``(n, edge, edge, edge)``; None where none is taken."""
        places = torch.split(torch.arange(len(latents)), BATCH)
        fields = [
            self.autoencoder.field(latents[some], None if noise is None else noise[some])
            for some in places
        ]
        return torch.cat(fields).sigmoid()[:, 0].cpu().numpy()

    def _batches(self, phases: np.ndarray) -> Iterator[Tensor]:
        given = np.asarray(along(unmasked(phases, "phases"), ("x", "y", "z")))
        edge = self.edge
        if given.shape[1:] != (edge, edge, edge):
            raise ValueError(
                f"phases must be of shape (n, {edge}, {edge}, {edge}), got {given.shape}"
            )
        others = (given != 0) & (given != 1)
        if others.any():
            raise ValueError(
                f"phases must be 0 (soft) and 1 (stiff), but {given[others][0]} is among them: "
                "write (phases == stiff).astype(numpy.uint8)"
            )
        for some in torch.split(torch.from_numpy(np.ascontiguousarray(given)), BATCH):
            yield to_input(some.to(self.device))


def _net(recipe: Recipe, **sizes: Any) -> nn.Module:
    """Make the model of a recipe with those sizes that its signature names."""
    module, _, name = recipe.net.partition(":")
    model = getattr(importlib.import_module(module), name)
    taken = inspect.signature(model).parameters
    made: nn.Module = model(**{size: value for size, value in sizes.items() if size in taken})
    return made


def to_input(phases: Tensor) -> Tensor:
    """Turn phase ids `b x n x n x n` into the networks' input `b x 1 x n x n x n`."""
    return phases[:, None].to(torch.get_default_dtype())


def make_network(arguments: Mapping[str, Any]) -> Network:
    """Make a network from the arguments stored with its weights; the material is left out."""
    return Network(**{name: value for name, value in arguments.items() if name != "material"})


def load_network(weights: Path, device: torch.device) -> tuple[Network, dict[str, Any]]:
    """Load a trained network, onto a device, and the material it was trained on.

    Returns
    -------
    Network and material: the moduli `young_gpa` and `poisson` of its phases, and `ranges`, the
    least and the largest of each property, and of the volume fraction, in its training structures.
    """
    tensors, arguments = load_weights(weights)
    network = make_network(arguments)
    network.load_state_dict(tensors)
    return network.eval().to(device), dict(arguments["material"])
