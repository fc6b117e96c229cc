"""Training of an autoencoder by mean squared error, with what shows that it is stuck.

A network whose outputs are the same for all images has found their mean image, and its gradients
may lead nowhere from there. The error alone does not show this; the spread of the outputs does.
"""

import math
from typing import Final

import numpy as np
import torch
from torch import Tensor

from pspflow.errors import InputError
from pspflow.logs import log
from pspflow.models.latent.autoencoders import Autoencoder, scaled, to_grey
from pspflow.models.parameters import parameter_count
from pspflow.studies.latent.names import DatasetName, LatentModel
from pspflow.studies.latent.networks.boundaries import DEPTHS, Boundaries
from pspflow.studies.latent.networks.options import AutoencoderOptions
from pspflow.studies.latent.networks.ready import Finished, Images, Ready
from pspflow.studies.latent.networks.recipes import recipe_of
from pspflow.studies.latent.networks.trained import batched
from pspflow.training.data import Batch, Batches, Pairs, in_order, shuffled
from pspflow.training.optimisers import Adam
from pspflow.training.session import Arguments, Tensors
from pspflow.training.supervised import Supervised

CALIBRATED: Final = 8
"""Training images that choose the depth of grains."""


class SquaredError:
    """Mean squared error of images scaled from -1 to 1; see `supervised.Loss`."""

    def __init__(self, net: Autoencoder) -> None:
        self.net = net

    def training(self, batch: Batch, epoch: int, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a training batch, a scalar."""
        del epoch
        return self.validation(batch, number)

    def validation(self, batch: Batch, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss of a validation batch, a scalar."""
        del number
        images, _ = batch
        return torch.nn.functional.mse_loss(self.net(images), scaled(images)), {}


class AutoencoderTraining(Supervised):
    """Training of an autoencoder; see `loop.Trainable`.

    The history also holds `r2`, 1 less the validation loss over the variance of validation images
    about their mean image, and `output_spread`, the variance of outputs between validation images
    over that of these images; both are means over pixels.

    Parameters
    ----------
    net
        The network.
    train, validation
        Images uint8, without targets.
    learning_rate
        Learning rate of Adam.
    device
        Where the network is trained.

    Raises
    ------
    ValueError
        If all validation images are the same.
    """

    module: Autoencoder

    def __init__(
        self,
        net: Autoencoder,
        train: Batches,
        validation: Batches,
        learning_rate: float,
        device: torch.device,
    ) -> None:
        optimiser = Adam(net.to(device).parameters(), lr=learning_rate)
        super().__init__(net, SquaredError(net), optimiser, train, validation, device)
        self.variance = self._variance_of_inputs()
        if not self.variance:
            raise ValueError("all validation images are the same")

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Return the mean loss over the validation images, and how their outputs differ."""
        self.module.eval()
        spread, total = _Spread(), 0.0
        for images in self._validation_images():
            outputs = self.module(images)
            total += float((outputs - scaled(images)).square().mean(dim=(1, 2, 3)).double().sum())
            spread.add(outputs)
        loss = total / spread.count
        return {
            "validation_loss": loss,
            "r2": 1 - loss / self.variance,
            "output_spread": spread.variance() / self.variance,
        }

    @torch.no_grad()
    def errors(self) -> np.ndarray:
        """Return the mean squared error of every validation image, (m,) float64."""
        self.module.eval()
        parts = [
            (self.module(images) - scaled(images)).square().mean(dim=(1, 2, 3)).double().cpu()
            for images in self._validation_images()
        ]
        return torch.cat(parts).numpy()

    def _variance_of_inputs(self) -> float:
        spread = _Spread()
        for images in self._validation_images():
            spread.add(scaled(images))
        return spread.variance()

    def _validation_images(self) -> list[Tensor]:
        order = self.validation.order(0)
        return [self._batch(self.validation, positions)[0] for positions in order]


class _Spread:
    """Variance between images, the mean over pixels, from images in batches."""

    def __init__(self) -> None:
        self.count = 0
        self.sum: Tensor | float = 0.0
        self.squares: Tensor | float = 0.0

    def add(self, images: Tensor) -> None:
        """Count images `n x 1 x y x x` in."""
        values = images.double()
        self.count += len(values)
        self.sum = self.sum + values.sum(dim=0)
        self.squares = self.squares + values.square().sum(dim=0)

    def variance(self) -> float:
        """Return the variance."""
        mean = torch.as_tensor(self.sum) / self.count
        squares = torch.as_tensor(self.squares) / self.count
        return max(0.0, float((squares - mean.square()).mean()))


def autoencoder_training(
    dataset: DatasetName,
    model: LatentModel,
    images: Images,
    options: AutoencoderOptions,
    seed: int,
    device: torch.device,
) -> Ready:
    """Make the training of an autoencoder.

    Parameters
    ----------
    dataset, model
        Which network of which dataset.
    images
        The images.
    options
        Its options.
    seed
        Seed of the order of the images.
    device
        Where it is trained.

    Raises
    ------
    InputError
        If the images are too small for the layers, all the same, or without lines where the network
        encodes distances to lines.
    """
    recipe = recipe_of(dataset, model)
    try:
        boundaries = Boundaries.of(images.train) if recipe.distance else None
        net = Autoencoder(recipe.layers, images.shape, kaiming=recipe.kaiming)
        inputs = images if boundaries is None else Images(*map(boundaries.distances, images))
        training = AutoencoderTraining(
            net,
            shuffled(_unlabelled(inputs.train), options.batch_size, seed),
            in_order(_unlabelled(inputs.validation), options.batch_size),
            options.learning_rate,
            device,
        )
    except ValueError as error:
        raise InputError(
            f"{dataset} cannot be encoded by the network {model!r}: {error}; change the options of "
            f"the dataset, or latent.networks.models.{dataset}."
        ) from None
    rows, columns = net.shape
    made = recipe.layers.shapes(rows, columns)[-1][1:]
    size = "x".join(map(str, net.latent_shape))
    log.info("%d parameters; latents of %s", parameter_count(net), size)
    if made != net.shape:
        log.info("Its layers make %d x %d pixels of %d x %d; resized", *made, rows, columns)

    def finish(best: Tensors) -> Finished:
        net.load_state_dict(best)
        arguments: Arguments = {
            "dataset": dataset,
            "latent_model": model,
            "shape": [rows, columns],
            "made_shape": list(made),
            "latent_shape": list(net.latent_shape),
            "latent_size": math.prod(net.latent_shape),
            "parameters": parameter_count(net),
            "boundaries": None,
        }
        if boundaries:
            fitted = with_depth(boundaries, net, images.train[:CALIBRATED], device)
            arguments["boundaries"] = fitted.values()
        return Finished(arguments, training.errors())

    return Ready(training, "validation_loss", finish)


def with_depth(
    boundaries: Boundaries, net: Autoencoder, images: np.ndarray, device: torch.device
) -> Boundaries:
    """Choose the depth of grains with which decoded images have as much boundary as theirs.

    Parameters
    ----------
    boundaries
        What maps images to distances.
    net
        A trained network of these, in evaluation mode from here on.
    images
        (n, y, x) uint8 training images.
    device
        Where the network is.
    """
    net.eval()
    decoded = batched(
        lambda each: to_grey(net(each)), boundaries.distances(images), images[0].size, device
    )
    return boundaries.with_depth(images, decoded, DEPTHS)


def _unlabelled(images: np.ndarray) -> Pairs:
    return Pairs(torch.from_numpy(images), torch.empty(len(images), 0))
