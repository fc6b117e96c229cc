"""Trained networks, as the evaluation uses them."""

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.weights import save_weights
from pspflow.studies.latent.networks import trained as module
from pspflow.studies.latent.networks.trained import TrainedAutoencoder, load_network

CPU = torch.device("cpu")


def test_images_to_latents_and_back(networks):
    """With the shapes and types that it promises."""
    for name, run in networks.items():
        network = load_network(run.weights, CPU)
        assert isinstance(network, TrainedAutoencoder)
        images = run.data.images[:5]
        assert network.shape == images.shape[1:]
        latents = network.encode(images)
        assert latents.shape == (5, network.latent_size)
        assert latents.dtype == np.float32
        assert (latents >= 0).all()
        assert network.latent_size == np.prod(network.latent_shape)
        decoded = network.decode(latents)
        assert decoded.shape == images.shape
        assert decoded.dtype == np.uint8
        if name.endswith("distance"):
            assert set(np.unique(decoded)) <= {20, 240}


def test_batches_change_nothing_but_rounding(networks, monkeypatch):
    """One image at a time has the latents of all together."""
    run = networks["gaussian_smooth/kaiming"]
    network = load_network(run.weights, CPU)
    together = network.encode(run.data.images)
    monkeypatch.setitem(module.PIXELS_AT_ONCE, "cpu", 1)
    np.testing.assert_allclose(network.encode(run.data.images), together, rtol=1e-4, atol=1e-5)


def test_other_weights_are_refused(tmp_path):
    """The sentence names the file."""
    path = tmp_path / "w.safetensors"
    save_weights(path, {"a": torch.zeros(1)}, {"other": 1}, Provenance("t", {}, 0, {}))
    with pytest.raises(InputError, match=r"w\.safetensors: these weights are no network of the la"):
        load_network(path, CPU)
