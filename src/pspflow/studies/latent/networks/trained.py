"""Trained networks: images to latents and latents to images, numpy in and numpy out."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.io.weights import load_weights
from pspflow.models.latent.autoencoders import Autoencoder, to_grey
from pspflow.studies.latent.names import GANS, DatasetName, LatentModel
from pspflow.studies.latent.networks.boundaries import Boundaries
from pspflow.studies.latent.networks.recipes import recipe_of

PIXELS_AT_ONCE: Final = {"cpu": 1 << 20, "cuda": 1 << 24}
"""Pixels of images that go through a network together; this limits the memory."""

GENERATED: Final = 8
"""How many times as much memory a generator takes for a pixel of its images."""


class TrainedAutoencoder:
    """A trained autoencoder; arrays in, arrays out, in batches of its own.

    Parameters
    ----------
    net
        The network.
    name
        Dataset that it was trained on, and its own name.
    boundaries
        How images become the distances that it encodes; None where it encodes images.
    device
        Where it computes.
    """

    def __init__(
        self,
        net: Autoencoder,
        name: tuple[DatasetName, LatentModel],
        boundaries: Boundaries | None,
        device: torch.device,
    ) -> None:
        self._net = net.eval().requires_grad_(False).to(device)
        self._device = device
        self.dataset, self.model = name
        self.boundaries = boundaries
        self.shape: tuple[int, int] = net.shape
        """Rows and columns of images."""
        self.latent_shape = net.latent_shape
        """Channels, rows and columns of a latent."""

    @property
    def latent_size(self) -> int:
        """Numbers of a latent."""
        return math.prod(self.latent_shape)

    @refuses_masks
    def encode(self, images: np.ndarray) -> np.ndarray:
        """Encode images (n, y, x) uint8 to latents (n, latent_size) float32, none negative."""
        inputs = self.boundaries.distances(images) if self.boundaries else images
        return self._batched(lambda each: self._net.encode(each).flatten(1), inputs)

    @refuses_masks
    def decode(self, latents: np.ndarray) -> np.ndarray:
        """Decode latents (n, latent_size) float32 to images (n, y, x) uint8."""
        shaped = latents.astype(np.float32, copy=False).reshape(-1, *self.latent_shape)
        made = self._batched(lambda each: to_grey(self._net.decode(each)), shaped)
        return self.boundaries.drawn(made) if self.boundaries else made

    def _batched(self, function: Callable[[Tensor], Tensor], items: np.ndarray) -> np.ndarray:
        return batched(function, items, math.prod(self.shape), self._device)


class TrainedGenerator:
    """A trained generator of images; arrays in, arrays out, in batches of its own.

    Parameters
    ----------
    net
        Maps noise `n x latent_size` to images `n x 1 x y x x` from -1 to 1.
    name
        Dataset that it was trained on, and its own name.
    latent_size
        Numbers of noise that an image is made of.
    shape
        Rows and columns of images.
    device
        Where it computes.
    """

    def __init__(
        self,
        net: nn.Module,
        name: tuple[DatasetName, LatentModel],
        latent_size: int,
        shape: tuple[int, int],
        device: torch.device,
    ) -> None:
        self._net = net.eval().requires_grad_(False).to(device)
        self._device = device
        self.dataset, self.model = name
        self.latent_size, self.shape = latent_size, shape

    @refuses_masks
    def decode(self, noise: np.ndarray) -> np.ndarray:
        """Make images (n, y, x) uint8 of noise (n, latent_size), standard normal float32."""
        inputs = noise.astype(np.float32, copy=False)
        pixels = GENERATED * math.prod(self.shape)
        return batched(lambda each: to_grey(self._net(each)), inputs, pixels, self._device)


def load_network(weights: Path, device: torch.device) -> TrainedAutoencoder | TrainedGenerator:
    """Load a trained network, or a snapshot of one, onto a device.

    Raises
    ------
    InputError
        If the weights are another network's.
    """
    tensors, arguments = load_weights(weights)
    if "latent_model" not in arguments:
        raise InputError(
            f"{weights}: these weights are no network of the latent study; name those of one."
        )
    if arguments["latent_model"] in GANS:
        return _generator(tensors, arguments, device)
    net = network_of(arguments)
    net.load_state_dict(tensors)
    values = arguments["boundaries"]
    boundaries = Boundaries.from_values(values) if values else None
    return TrainedAutoencoder(net, _name(arguments), boundaries, device)


def network_of(arguments: dict[str, Any]) -> Autoencoder:
    """Make the autoencoder that arguments describe, with weights of its initialisation."""
    recipe = recipe_of(arguments["dataset"], arguments["latent_model"])
    rows, columns = arguments["shape"]
    return Autoencoder(recipe.layers, (rows, columns), kaiming=recipe.kaiming)


def batched(
    function: Callable[[Tensor], Tensor], items: np.ndarray, pixels: int, device: torch.device
) -> np.ndarray:
    """Map an array (n, ...) in batches of images of so many pixels, without gradients."""
    size = max(1, PIXELS_AT_ONCE[device.type] // pixels)
    with torch.inference_mode():
        batches = torch.split(torch.from_numpy(np.ascontiguousarray(items)), size)
        made = [function(batch.to(device)).cpu() for batch in batches]
    return torch.cat(made).numpy()


def _generator(
    tensors: dict[str, Tensor], arguments: dict[str, Any], device: torch.device
) -> TrainedGenerator:
    from pspflow.studies.latent.networks.gan_recipes import (  # noqa: PLC0415 - of these alone
        generator_network,
    )

    net = generator_network(arguments["latent_model"], arguments["network"])
    net.load_state_dict(tensors)
    rows, columns = arguments["shape"]
    size = arguments["latent_size"]
    return TrainedGenerator(net, _name(arguments), size, (rows, columns), device)


def _name(arguments: dict[str, Any]) -> tuple[DatasetName, LatentModel]:
    return arguments["dataset"], arguments["latent_model"]
