"""Adversarial networks by name: their two parts, and how these are trained."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from torch import nn

from pspflow.models.latent import dcgan, stationary
from pspflow.studies.latent.names import LatentModel
from pspflow.studies.latent.networks.options import GanOptions

SHAPES: Final[dict[LatentModel, tuple[int, int]]] = {
    "dcgan": dcgan.SHAPE,
    "stationary": stationary.SHAPE,
}
"""Rows and columns of the images that the networks make."""
_GENERATORS: Final[dict[LatentModel, Callable[..., nn.Module]]] = {
    "dcgan": dcgan.Generator,
    "stationary": stationary.StationaryGenerator,
}


@dataclass(frozen=True)
class GanRecipe:
    """Sizes of both networks, and how they are trained."""

    discriminator: Callable[..., nn.Module]
    width: int
    noise: int
    batch_size: int
    learning_rates: tuple[float, float]
    """Learning rates of generator and discriminator."""
    momenta: tuple[float, float]
    """Decays of both Adams, beta 1 and beta 2."""
    paired: bool
    """Whether losses compare a real and a made image; see `gan_losses.discriminator_loss`."""
    slope_penalty: float
    """Weight of `gan_losses.slope_penalty`; 0: none."""
    average: float
    """Share of the averaged generator that a step keeps; 0: the generator itself is kept."""
    mirrors: bool
    """Whether real images are mirrored."""

    @property
    def network(self) -> dict[str, Any]:
        """Return the arguments of the generator, JSON-ready."""
        return {"width": self.width, "noise": self.noise}


def gan_recipe(model: LatentModel, options: GanOptions) -> GanRecipe:
    """Return the recipe of an adversarial network.

    Raises
    ------
    ValueError
        If the network is none.
    """
    if model == "dcgan":
        own = options.dcgan
        rates = (own.learning_rate, own.learning_rate)
        return GanRecipe(
            discriminator=dcgan.Discriminator,
            width=own.width,
            noise=options.noise,
            batch_size=own.batch_size,
            learning_rates=rates,
            momenta=(0.5, 0.999),
            paired=False,
            slope_penalty=0.0,
            average=0.0,
            mirrors=False,
        )
    if model == "stationary":
        ours = options.stationary
        return GanRecipe(
            discriminator=stationary.StationaryDiscriminator,
            width=ours.width,
            noise=options.noise,
            batch_size=ours.batch_size,
            learning_rates=(ours.learning_rate, ours.discriminator_learning_rate),
            momenta=(0.0, 0.99),
            paired=True,
            slope_penalty=ours.slope_penalty,
            average=ours.average,
            mirrors=True,
        )
    raise ValueError(f"{model} is no adversarial network")


def generator_network(model: LatentModel, network: dict[str, Any]) -> nn.Module:
    """Make a generator, with first weights, from the arguments of `GanRecipe.network`."""
    return _GENERATORS[model](**network)
