"""Training of adversarial networks: exact resume, averages, what shows a collapse, refusals."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from pspflow.errors import InputError
from pspflow.io.tables import read_table
from pspflow.studies.latent.networks import gan_training as module
from pspflow.studies.latent.networks.collapse import pair_distance_ratio
from pspflow.studies.latent.networks.gan_losses import (
    discriminator_loss,
    generator_loss,
    mirrored,
    slope_penalty,
)
from pspflow.studies.latent.networks.gan_recipes import gan_recipe, generator_network
from pspflow.studies.latent.networks.gan_training import AdversarialTraining, gan_training
from pspflow.studies.latent.networks.options import (
    DcganOptions,
    GanOptions,
    NetworksOptions,
    StationaryOptions,
    TrainingOptions,
)
from pspflow.studies.latent.networks.ready import Images
from pspflow.studies.latent.networks.snapshots import snapshot_files
from pspflow.studies.latent.networks.trained import load_network

from .small_set import smooth_images, trained, write_set

CPU = torch.device("cpu")
SPLITS = ("train",) * 10 + ("validation",) * 4 + ("test",) * 2
OPTIONS = TrainingOptions(
    epochs=3,
    snapshots=2,
    gan=GanOptions(
        noise=6,
        dcgan=DcganOptions(width=1, batch_size=4),
        stationary=StationaryOptions(width=1, batch_size=4),
    ),
)
MODELS = ("dcgan", "stationary")


@pytest.fixture(scope="module")
def crops(tmp_path_factory):
    """Write a dataset of 64 x 64 pixels."""
    return write_set(tmp_path_factory.mktemp("crops"), smooth_images(16, 64), SPLITS)


@pytest.fixture(scope="module", params=MODELS)
def run(request, crops, tmp_path_factory):
    """Train both networks, without a break."""
    model = request.param
    return model, trained(crops, tmp_path_factory.mktemp(model), "uhcs_64x64", model, OPTIONS)


@pytest.mark.fault(
    "a kill of a training of adversarial networks, at any step",
    "the same command goes on from the last epoch and ends with the same bytes",
    "the epoch that was running",
)
def test_a_killed_training_ends_in_the_same_bytes(run, crops, tmp_path, monkeypatch):
    """Averages, buffers of normalisations and both optimisers resume bit for bit."""
    model, whole = run
    step = AdversarialTraining.step

    def breaks(self, index):
        if (self.epoch, index) == (2, 1):
            raise KeyboardInterrupt
        return step(self, index)

    monkeypatch.setattr(AdversarialTraining, "step", breaks)
    with pytest.raises((KeyboardInterrupt, SystemExit)):
        trained(crops, tmp_path, "uhcs_64x64", model, OPTIONS)
    monkeypatch.undo()
    again = trained(crops, tmp_path, "uhcs_64x64", model, OPTIONS)
    for name in ("weights", "history", "errors"):
        assert getattr(again, name).read_bytes() == getattr(whole, name).read_bytes()
    files = [snapshot_files(each.snapshots) for each in (again, whole)]
    assert [each.read_bytes() for each in files[0].values()] == [
        each.read_bytes() for each in files[1].values()
    ]


def test_the_last_epoch_is_kept_and_makes_images(run):
    """The weights are those of the last snapshot; loaded, they map noise to images."""
    model, done = run
    history = read_table(done.history)
    measures = ["discriminator_loss", "generator_loss", "pair_distance_ratio"]
    assert list(history) == ["epoch", *measures, "kept"]
    assert list(history["kept"]) == [False, False, True]
    network = load_network(done.weights, CPU)
    assert (network.model, network.latent_size, network.shape) == (model, 6, (64, 64))
    noise = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
    images = network.decode(noise)
    assert images.shape == (5, 64, 64)
    first, last = snapshot_files(done.snapshots).values()
    assert np.array_equal(load_network(last, CPU).decode(noise), images)
    assert first.read_bytes() != last.read_bytes()
    assert not len(read_table(done.errors))


def adversarial(model="stationary", **changes):
    """Make a training in memory."""
    images = smooth_images(14, 64)
    torch.manual_seed(0)
    recipe = replace(gan_recipe(model, OPTIONS.gan), **changes)
    networks = generator_network(model, recipe.network), recipe.discriminator(1)
    data = Images(images[:10], images[10:])
    return AdversarialTraining(networks, recipe, data, 0, CPU)


def test_the_average_lies_between_old_and_new_weights():
    """With none it is the generator itself, buffers included."""
    for average in (0.0, 0.5):
        training = adversarial("dcgan", average=average)
        before = {name: each.clone() for name, each in training.weights().items()}
        assert training.begin_epoch(0) == 2  # the rest of an epoch fills no batch
        training.step(0)
        after = training.generator.state_dict()
        share = min(average, 1 / (1 + module.FIRST_STEPS))
        for name, kept in training.weights().items():
            if kept.is_floating_point():
                expected = share * before[name] + (1 - share) * after[name]
                torch.testing.assert_close(kept, expected)


def test_a_collapse_shows_in_the_history():
    """A generator of one image has no distances; real images have a ratio of 1."""
    training = adversarial()
    assert training.validate()["pair_distance_ratio"] > 0.01
    nn.init.zeros_(training.average.model.last.weight)
    nn.init.zeros_(training.average.model.level.weight)
    assert training.validate()["pair_distance_ratio"] == 0


def test_pair_distances_are_those_of_all_pairs():
    """Of other numbers of images, and of uint8 without overflow."""
    made, real = np.array([[[0, 0]], [[3, 4]]], np.uint8), np.zeros((3, 1, 2), np.uint8)
    real[2] = 60, 80  # distances 0, 100 and 100
    assert pair_distance_ratio(made, real) == pytest.approx(5 / (200 / 3))
    with pytest.raises(ValueError, match="the same"):
        pair_distance_ratio(made, real[:2])
    with pytest.raises(ValueError, match="at least two"):
        pair_distance_ratio(made[:1], real)


def test_losses_are_cross_entropies():
    """And the penalty of a linear score is half its squared slope."""
    real, made = torch.tensor([0.3, -2.0]), torch.tensor([1.5, 0.0])
    entropy = nn.functional.binary_cross_entropy_with_logits
    expected = entropy(real, torch.ones(2)) + entropy(made, torch.zeros(2))
    torch.testing.assert_close(discriminator_loss(real, made), expected)
    torch.testing.assert_close(generator_loss(real, made), entropy(made, torch.ones(2)))
    gap = real - made
    expected = entropy(gap, torch.ones(2))
    torch.testing.assert_close(discriminator_loss(real, made, paired=True), expected)
    expected = entropy(-gap, torch.ones(2))
    torch.testing.assert_close(generator_loss(real, made, paired=True), expected)
    linear = nn.Sequential(nn.Flatten(), nn.Linear(12, 1), nn.Flatten(0))
    squared = linear[1].weight.square().sum()
    torch.testing.assert_close(slope_penalty(linear, torch.rand(2, 1, 3, 4)), squared / 2)


def test_mirrors_reach_all_four_images():
    """Each as often as the others, and nothing else."""
    image = torch.arange(6.0).reshape(1, 1, 2, 3)
    made = mirrored(image.expand(400, -1, -1, -1), np.random.default_rng(0))
    kinds = [image, image.flip(2), image.flip(3), image.flip(2, 3)]
    counts = [int((made == each).all(dim=(1, 2, 3)).sum()) for each in kinds]
    assert sum(counts) == 400
    assert min(counts) > 70


@pytest.mark.parametrize("model", MODELS)
def test_options_of_the_other_network_do_not_act(model):
    """A change of them trains nothing again, nor does one of the autoencoders'."""
    options = NetworksOptions(gan=OPTIONS.gan, autoencoder={"batch_size": 5})
    mine = options.training("uhcs_64x64", model)
    other = "dcgan" if model == "stationary" else "stationary"
    assert mine.autoencoder == TrainingOptions().autoencoder
    assert getattr(mine.gan, model) == getattr(OPTIONS.gan, model)
    assert getattr(mine.gan, other) == getattr(GanOptions(), other)
    assert mine.gan.noise == 6


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (smooth_images(6, 32), "32 x 32 pixels.*makes 64 x 64"),
        (np.full((6, 64, 64), 7, np.uint8), "all real images are the same"),
        (smooth_images(1, 64), "at least two training"),
    ],
)
def test_images_that_do_not_fit_are_refused(images, said):
    """One sentence names dataset, network and fault."""
    with pytest.raises(InputError, match=rf"uhcs_64x64.*dcgan.*{said}|uhcs_64x64.*{said}"):
        gan_training("uhcs_64x64", "dcgan", Images(images, images), OPTIONS, 0, CPU)


def test_only_adversarial_networks_have_a_recipe():
    """An autoencoder has none."""
    with pytest.raises(ValueError, match="no adversarial network"):
        gan_recipe("printed", GanOptions())
