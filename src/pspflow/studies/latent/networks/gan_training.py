"""Training of adversarial networks, with what shows a collapse."""

from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from pspflow.errors import InputError
from pspflow.logs import log
from pspflow.models.latent.autoencoders import scaled, to_grey
from pspflow.models.parameters import parameter_count
from pspflow.seeds import generator
from pspflow.studies.latent.names import DatasetName, LatentModel
from pspflow.studies.latent.networks.collapse import pair_distance_ratio
from pspflow.studies.latent.networks.gan_losses import (
    discriminator_loss,
    generator_loss,
    mirrored,
    slope_penalty,
)
from pspflow.studies.latent.networks.gan_recipes import (
    SHAPES,
    GanRecipe,
    gan_recipe,
    generator_network,
)
from pspflow.studies.latent.networks.options import TrainingOptions
from pspflow.studies.latent.networks.ready import Finished, Images, Ready
from pspflow.training.averages import Average
from pspflow.training.data import Pairs, shuffled
from pspflow.training.optimisers import Adam
from pspflow.training.placement import moved, placed
from pspflow.training.session import Tensors

WATCHED: Final = 64
"""Images that are made of the same noise after every epoch, and real ones beside them."""
STEPS_A_PENALTY: Final = 8
"""Steps of which one has the slope penalty, as many times as heavy."""
FIRST_STEPS: Final = 10
"""Steps within which the averaged generator forgets the first weights."""


class AdversarialTraining:
    """Training of a generator against a discriminator; see `loop.Trainable`.

    The history holds `discriminator_loss`, `generator_loss` (means over steps), and
    `pair_distance_ratio` of images made of fixed noise to validation images; it falls to 0 when the
    generator collapses.

    Parameters
    ----------
    networks
        Generator and discriminator.
    recipe
        How they are trained.
    images
        The images.
    seed
        Seed of orders, noise and mirrors.
    device
        Where they are trained.

    Raises
    ------
    ValueError
        If there are fewer than two images of a kind, or all validation images are the same.
    """

    def __init__(
        self,
        networks: tuple[nn.Module, nn.Module],
        recipe: GanRecipe,
        images: Images,
        seed: int,
        device: torch.device,
    ) -> None:
        if min(len(images.train), len(images.validation)) < 2:
            raise ValueError("there must be at least two training and two validation images")
        self.generator, self.discriminator = (each.to(device) for each in networks)
        self.recipe, self.seed, self.device = recipe, seed, device
        self.optimisers = [
            Adam(net.parameters(), lr=rate, betas=recipe.momenta)
            for net, rate in zip(
                (self.generator, self.discriminator), recipe.learning_rates, strict=True
            )
        ]
        self.average = Average(self.generator, 0.0)
        data = Pairs(torch.from_numpy(images.train), torch.empty(len(images.train), 0))
        self.data = placed(shuffled(data, recipe.batch_size, seed), device)
        self.watched = images.validation[
            generator(seed, "watched").permutation(len(images.validation))[:WATCHED]
        ]
        pair_distance_ratio(self.watched, self.watched)  # refuses images that are all the same
        self.noise = self._noise(len(self.watched), "watched")
        self.epoch, self.steps = 0, 0
        self.positions: list[Tensor] = []

    def state(self) -> dict[str, Any]:
        """Return everything that the next epoch depends on."""
        return {
            "generator": self.generator.state_dict(),
            "discriminator": self.discriminator.state_dict(),
            "average": self.average.model.state_dict(),
            "optimisers": [each.state_dict() for each in self.optimisers],
            "steps": self.steps,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Load the result of `state`."""
        self.generator.load_state_dict(state["generator"])
        self.discriminator.load_state_dict(state["discriminator"])
        self.average.model.load_state_dict(state["average"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.steps = state["steps"]

    def begin_epoch(self, epoch: int) -> int:
        """Draw the order of the images; return the number of whole batches, at least one."""
        self.epoch = epoch
        batches = self.data.order(epoch)
        whole = [each for each in batches if len(each) == self.recipe.batch_size]
        self.positions = whole or [batches[0]]
        self.generator.train()
        self.discriminator.train()
        return len(self.positions)

    def step(self, index: int) -> dict[str, Tensor]:
        """Train the discriminator on one batch, then the generator against it."""
        images, _ = self.data.data[self.positions[index]]
        real = scaled(moved(images, self.device))
        if self.recipe.mirrors:
            real = mirrored(real, generator(self.seed, "mirrors", self.epoch, index))
        made = self.generator(self._noise(len(real), self.epoch, index))
        judged, scores = self._train_discriminator(real, made.detach())
        self.discriminator.requires_grad_(False)
        loss = generator_loss(scores, self.discriminator(made), paired=self.recipe.paired)
        self._update(self.optimisers[0], loss)
        self.discriminator.requires_grad_(True)
        self.steps += 1
        # of the first steps, an average of fewer; without one, it is the generator itself
        early = self.steps / (self.steps + FIRST_STEPS)
        self.average.decay = min(self.recipe.average, early)
        self.average.follow(self.generator)
        return {"discriminator_loss": judged, "generator_loss": loss.detach()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return how images made of fixed noise differ, relative to real ones."""
        made = to_grey(self.average.model(self.noise)).cpu().numpy()
        return {"pair_distance_ratio": pair_distance_ratio(made, self.watched)}

    def weights(self) -> dict[str, Tensor]:
        """Return the weights of the generator, averaged where the recipe says so."""
        return self.average.model.state_dict()

    def _train_discriminator(self, real: Tensor, made: Tensor) -> tuple[Tensor, Tensor]:
        """Train on one batch; return the loss, and the scores of real images before it."""
        scores = self.discriminator(real)
        loss = discriminator_loss(scores, self.discriminator(made), paired=self.recipe.paired)
        total = loss
        if self.recipe.slope_penalty and self.steps % STEPS_A_PENALTY == 0:
            weight = self.recipe.slope_penalty * STEPS_A_PENALTY
            total = loss + weight * slope_penalty(self.discriminator, real)
        self._update(self.optimisers[1], total)
        return loss.detach(), scores.detach()

    def _update(self, optimiser: Adam, loss: Tensor) -> None:
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    def _noise(self, count: int, *purpose: object) -> Tensor:
        rng = generator(self.seed, "noise", *purpose)
        drawn = rng.standard_normal((count, self.recipe.noise), dtype=np.float32)
        return moved(torch.from_numpy(drawn), self.device)


def gan_training(
    dataset: DatasetName,
    model: LatentModel,
    images: Images,
    options: TrainingOptions,
    seed: int,
    device: torch.device,
) -> Ready:
    """Make the training of an adversarial network, whose last epoch is kept.

    Parameters
    ----------
    dataset, model
        Which network of which dataset.
    images
        The images.
    options
        Options of the training.
    seed
        Seed of orders, noise and mirrors.
    device
        Where it is trained.

    Raises
    ------
    InputError
        If the images have another size than the network's, are all the same, or too few.
    """
    recipe, shape = gan_recipe(model, options.gan), SHAPES[model]
    if images.shape != shape:
        raise InputError(
            f"{dataset} has images of {images.shape[0]} x {images.shape[1]} pixels, but the "
            f"network {model!r} makes {shape[0]} x {shape[1]}; change the images' size, or "
            f"latent.networks.models.{dataset}."
        )
    net = generator_network(model, recipe.network)
    critic = recipe.discriminator(recipe.width)
    try:
        training = AdversarialTraining((net, critic), recipe, images, seed, device)
    except ValueError as error:
        raise InputError(
            f"{dataset} cannot train the network {model!r}: {error}; change the options of the "
            "dataset."
        ) from None
    log.info(
        "%d parameters of the generator, %d of the discriminator",
        *(parameter_count(each) for each in (net, critic)),
    )

    def finish(best: Tensors) -> Finished:
        del best  # nothing of an image is predicted, so that there is no error
        return Finished(
            {
                "dataset": dataset,
                "latent_model": model,
                "shape": list(shape),
                "latent_size": recipe.noise,
                "parameters": parameter_count(net),
                "network": recipe.network,
            },
            np.empty(0),
        )

    return Ready(training, "pair_distance_ratio", finish, eligible_from=options.epochs - 1)
