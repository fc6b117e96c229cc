"""Command `latent sample`: new images by a trained network, on one that was not trained."""

import numpy as np
import pandas as pd
import pytest
import tifffile
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.weights import save_weights
from pspflow.studies.latent.networks.trained import load_network, network_of
from pspflow.studies.latent.tools.sample import sample

ORIGIN = Provenance("test", {}, 0, {})


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Write an autoencoder, and the latents of its training images, as a run does."""
    study = tmp_path_factory.mktemp("study")
    model = study / "networks/gaussian_smooth/kaiming"
    arguments = {
        "latent_model": "kaiming",
        "dataset": "gaussian_smooth",
        "shape": (32, 32),
        "boundaries": None,
    }
    torch.manual_seed(0)
    model.mkdir(parents=True)
    weights = model / "weights.safetensors"
    save_weights(weights, network_of(arguments).state_dict(), arguments, ORIGIN)
    images = np.random.default_rng(0).integers(0, 256, (20, 32, 32)).astype(np.uint8)
    latents = load_network(weights, torch.device("cpu")).encode(images)
    origin = ORIGIN.including({"weights kaiming": weights})
    with new_store(study / "evaluation/gaussian_smooth/made.zarr", origin) as group:
        put_array(group, "latents/kaiming", latents, ("training_image", "number"), "1")
    return model


def read(folder):
    """Read the images of a folder in the order of its sheet."""
    names = pd.read_csv(folder / "samples.csv")["image"]
    return np.stack([tifffile.imread(folder / name) for name in names])


def test_images_by_seed_and_sampler(model, tmp_path):
    """As many as asked for; the seed decides; both samplers differ."""
    made = {}
    for name, wishes in {
        "fitted": {},
        "again": {},
        "other": {"seed": 1},
        "independent": {"independent": True},
    }.items():
        sample(model=model, out=tmp_path / name, count=3, device="cpu", **wishes)
        made[name] = read(tmp_path / name)
        assert made[name].shape == (3, 32, 32)
    np.testing.assert_array_equal(made["fitted"], made["again"])
    assert (made["fitted"] != made["other"]).any()
    assert (made["fitted"] != made["independent"]).any()


def test_what_cannot_be_sampled(model, tmp_path):
    """Each in a sentence that says what to give."""
    with pytest.raises(InputError, match="--count is 0"):
        sample(model=model, out=tmp_path / "a", count=0)
    with pytest.raises(InputError, match=r"no weights\.safetensors lies there"):
        sample(model=model.parent, out=tmp_path / "a")
    elsewhere = tmp_path / "networks/gaussian_smooth/kaiming"
    elsewhere.mkdir(parents=True)
    (elsewhere / "weights.safetensors").write_bytes((model / "weights.safetensors").read_bytes())
    with pytest.raises(InputError, match=r"there is no such store"):
        sample(model=elsewhere, out=tmp_path / "a", device="cpu")
    store = model.parents[2] / "evaluation/gaussian_smooth/made.zarr"
    sample(model=elsewhere, out=tmp_path / "copied", count=1, made=store, device="cpu")
    network = load_network(model / "weights.safetensors", torch.device("cpu"))
    tensors = {key: value + 1 for key, value in network._net.state_dict().items()}
    arguments = {
        "latent_model": "kaiming",
        "dataset": "gaussian_smooth",
        "shape": (32, 32),
        "boundaries": None,
    }
    save_weights(elsewhere / "weights.safetensors", tensors, arguments, ORIGIN)
    with pytest.raises(InputError, match="has no latents of"):
        sample(model=elsewhere, out=tmp_path / "a", made=store, device="cpu")
    assert not (tmp_path / "a").exists()
