"""Training of autoencoders: exact resume, snapshots, and what shows a stuck network."""

import numpy as np
import pytest
import torch
from torch import nn

from pspflow.errors import InputError
from pspflow.io.tables import read_table
from pspflow.models.latent.autoencoders import Autoencoder
from pspflow.models.latent.layers import PRINTED
from pspflow.studies.latent.networks.autoencoder_training import (
    AutoencoderTraining,
    SquaredError,
)
from pspflow.studies.latent.networks.recipes import PRINTED_FOR, recipe_of
from pspflow.studies.latent.networks.snapshots import snapshot_files
from pspflow.studies.latent.networks.trained import load_network
from pspflow.training.data import Pairs, in_order, shuffled

from .small_set import EPOCHS, OPTIONS, smooth_images, trained, write_set

CPU = torch.device("cpu")


def files(run):
    """Read everything that a training writes, by name."""
    paths = [run.weights, run.history, run.errors, *snapshot_files(run.snapshots).values()]
    return {path.relative_to(run.folder): path.read_bytes() for path in paths}


@pytest.mark.fault(
    "a kill of a training of autoencoders, at any step",
    "the same command goes on from the last epoch and ends with the same bytes",
    "the epoch that was running",
)
@pytest.mark.parametrize("place", ["inside an epoch", "after its snapshot"])
def test_a_killed_training_ends_in_the_same_bytes(
    networks, small_sets, tmp_path, monkeypatch, place
):
    """Weights, history, errors and every snapshot; nothing of the resume files is left."""
    if place == "inside an epoch":
        step = SquaredError.training

        def breaks(self, batch, epoch, number):
            if (epoch, number) == (2, 3):
                raise KeyboardInterrupt
            return step(self, batch, epoch, number)

        monkeypatch.setattr(SquaredError, "training", breaks)
    else:  # the epoch's snapshot is written, its checkpoint is not
        saved = torch.save

        def stops(state, path):
            if len(state.get("rows", ())) == 2:
                raise KeyboardInterrupt
            saved(state, path)

        monkeypatch.setattr(torch, "save", stops)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        trained(small_sets["gaussian_smooth"], tmp_path)
    assert not (tmp_path / "snapshots").exists()
    monkeypatch.undo()
    again = trained(small_sets["gaussian_smooth"], tmp_path)
    assert files(again) == files(networks["gaussian_smooth/kaiming"])
    assert {path.name for path in tmp_path.iterdir()} == {
        *("weights.safetensors", "history.parquet", "errors.parquet", "snapshots")
    }


def test_snapshots_are_networks(networks):
    """Those of the first, a middle and the last epoch; that of the kept epoch has its weights."""
    for run in networks.values():
        found = snapshot_files(run.snapshots)
        assert tuple(found) == OPTIONS.snapshot_epochs == (1, 2, EPOCHS)
        history = read_table(run.history)
        kept = int(history.loc[history["kept"], "epoch"].iloc[0]) + 1
        images = run.data.images[:3]
        latents = [load_network(path, CPU).encode(images) for path in found.values()]
        assert not np.array_equal(latents[0], latents[-1])
        if kept in found:
            ours = load_network(run.weights, CPU).encode(images)
            assert np.array_equal(ours, latents[list(found).index(kept)])


def test_the_epoch_of_lowest_validation_loss_is_kept(networks):
    """The errors of single images average to its loss."""
    for run in networks.values():
        history = read_table(run.history)
        measures = ["training_loss", "validation_loss", "r2", "output_spread"]
        assert list(history) == ["epoch", *measures, "kept"]
        (kept,) = np.flatnonzero(history["kept"])
        assert kept == history["validation_loss"].argmin()
        errors = read_table(run.errors)
        assert list(errors["image_id"]) == [f"image{number}" for number in range(24, 32)]
        np.testing.assert_allclose(errors["mse"].mean(), history["validation_loss"].min())


class Constant(nn.Module):
    """A network of another output for each image, or of one for all."""

    def __init__(self, share):
        super().__init__()
        self.share = share
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, images):
        """Return a share of the images, scaled."""
        return self.share * (images[:, None].float() * (2 / 255) - 1) + self.weight


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_history_shows_a_stuck_network(share):
    """A share a of images has the spread a²; the mean image has none, and an R² of 0."""
    images = smooth_images(40)
    data = Pairs(torch.from_numpy(images), torch.empty(40, 0))
    net = Constant(share)
    training = AutoencoderTraining(net, shuffled(data, 8, 0), in_order(data, 7), 1e-3, CPU)
    measured = training.validate()
    assert measured["output_spread"] == pytest.approx(share**2, abs=1e-6)
    values = images / 127.5 - 1
    variance = values.var(axis=0).mean()
    error = ((1 - share) ** 2 * values**2).mean()
    assert measured["validation_loss"] == pytest.approx(error, rel=1e-5, abs=1e-9)
    assert measured["r2"] == pytest.approx(1 - error / variance, abs=1e-5)


def test_at_most_as_many_images_as_asked_for(small_sets, tmp_path):
    """Fewer images make other weights, and validation keeps all of its images."""
    few = OPTIONS.model_copy(update={"most_images": 8, "epochs": 1})
    run = trained(small_sets["gaussian_smooth"], tmp_path, options=few)
    assert len(read_table(run.errors)) == 8
    assert tuple(snapshot_files(run.snapshots)) == (1,)


@pytest.mark.parametrize(
    ("dataset", "model", "images", "said"),
    [
        ("grain_growth", "kaiming", smooth_images(12, 16), "16 x 16 pixels are too small"),
        ("grain_growth", "distance", np.full((12, 40, 40), 9, np.uint8), "have no lines"),
        ("gaussian_smooth", "kaiming", np.full((12, 32, 32), 9, np.uint8), "are the same"),
    ],
)
def test_images_that_do_not_fit_are_refused(tmp_path, dataset, model, images, said):
    """The sentence names dataset, network, fault and remedy."""
    splits = ("train",) * 6 + ("validation",) * 3 + ("test",) * 3
    data = write_set(tmp_path, images, splits)
    match = rf"{dataset} cannot be encoded.*{model}.*{said}.*latent\.networks\.models\.{dataset}"
    with pytest.raises((InputError, SystemExit), match=match):
        trained(data, tmp_path, dataset, model)


def test_every_variant_changes_what_its_name_says():
    """And all but the printed network start as Kaiming's."""
    printed = PRINTED["smooth"]
    for model, changed in {
        "printed": {},
        "kaiming": {},
        "avgpool": {"pool": "average"},
        "batch_norm": {"batch_norm": True},
    }.items():
        recipe = recipe_of("gaussian_smooth", model)
        assert {
            name: getattr(recipe.layers, name)
            for name in ("pool", "batch_norm")
            if getattr(recipe.layers, name) != getattr(printed, name)
        } == changed
        assert recipe.kaiming == (model != "printed")
        assert not recipe.distance
    assert recipe_of("gaussian_binary", "no_batch_norm").layers.batch_norm is False
    assert recipe_of("grain_growth", "distance").distance
    assert recipe_of("grain_growth", "wide").layers.encoder[0].channels == 32
    for dataset, name in PRINTED_FOR.items():
        assert recipe_of(dataset, "printed").layers == PRINTED[name]
    for dataset, model in (("uhcs_64x64", "printed"), ("grain_growth", "dcgan")):
        with pytest.raises(ValueError, match="no autoencoder"):
            recipe_of(dataset, model)
    assert Autoencoder(recipe_of("additive", "avgpool").layers, (128, 128)).latent_shape[0] == 32
