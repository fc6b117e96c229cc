"""Every network trains on a GPU as on the CPU, with operations that can be repeated."""

import numpy as np
import pytest
import torch

from pspflow.models.composite.filtered_noise import FilteredNoise
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.networks import training as tested
from pspflow.studies.composite.networks.network import Network, to_input
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.studies.composite.networks.reconstruction_losses import reconstruction_loss
from pspflow.studies.composite.networks.training import AutoencoderLoss, NetworkLoss, training_of
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.symmetries import EVERY
from pspflow.training.data import Pairs, in_order, shuffled

EDGE, COUNT = 11, 6
OPTIONS = NetworkOptions(width=2, decoder_width=2, dense=8, latent=4, batch_size=3)
pytestmark = pytest.mark.usefixtures("reproducible")


@pytest.fixture
def same_noise(monkeypatch):
    """Give decoders the same noise on every device, which each draws in its own way."""
    forward = FilteredNoise.forward
    monkeypatch.setattr(tested, "_beside", lambda like, _: torch.Generator(like.device))

    def fixed(self, latents, noise):
        drawn = torch.randn(noise.shape, generator=torch.Generator().manual_seed(0))
        return forward(self, latents, drawn.to(noise.device))

    monkeypatch.setattr(FilteredNoise, "forward", fixed)


def training(model, device):
    """Start the training of a network, always from the same weights."""
    recipe, rng = RECIPES[model], np.random.default_rng(0)
    voxels = [simulate_composite(EDGE, (2, 1, 1), s, rng) for s in rng.uniform(0.3, 0.7, COUNT)]
    phases = torch.from_numpy(np.stack(voxels))
    values = torch.from_numpy(rng.uniform(5, 50, (COUNT, 6))).float()
    columns = [0, 3, 5] if recipe.regression else []
    torch.manual_seed(0)
    network = Network(
        model,
        EDGE,
        [NORMAL[column] for column in columns],
        log=recipe.log,
        components=2 if recipe.mixture else 1,
        latent=OPTIONS.latent,
        width=OPTIONS.width,
        decoder_width=OPTIONS.decoder_width,
        dense=OPTIONS.dense,
    )
    if columns:
        network.scale.fit(values[:, columns])
    kind = AutoencoderLoss if recipe.autoencoder else NetworkLoss
    loss = kind(network, columns, OPTIONS.objective(model), 0, EVERY if recipe.augmented else None)
    if isinstance(loss, AutoencoderLoss):
        loss.reconstruction = reconstruction_loss(recipe, None).to(device)
        loss.reconstruction.fit(to_input(phases).to(device))
    data = Pairs(phases, values)
    return training_of(loss, shuffled(data, 3, 0), in_order(data, 3), 2, torch.device(device))


@pytest.mark.usefixtures("same_noise")
@pytest.mark.parametrize("model", RECIPES)
def test_losses_are_those_of_the_cpu(model, device):
    """Each term of a training step, and the validation before it."""
    found = []
    for place in ("cpu", device):
        trainable = training(model, place)
        terms = trainable.validate()
        trainable.begin_epoch(0)
        found.append(terms | {name: float(each) for name, each in trainable.step(0).items()})
    assert found[1] == pytest.approx(found[0], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("model", RECIPES)
def test_a_training_repeats(model, device):
    """Twice from the same weights, bit by bit, and also where its state went through a file."""
    ends = []
    for resumed in (False, False, True):
        trainable = training(model, device)
        for epoch in range(2):
            if resumed and epoch == 1:
                state = to_cpu(trainable.state())
                trainable = training(model, device)
                trainable.load_state(state)
            for index in range(trainable.begin_epoch(epoch)):
                trainable.step(index)
        ends.append({name: each.cpu() for name, each in trainable.weights().items()})
    for other in ends[1:]:
        assert all(torch.equal(ends[0][name], other[name]) for name in other)


def to_cpu(state):
    """Copy what a checkpoint holds to the CPU, as loading one does."""
    if isinstance(state, torch.Tensor):
        return state.cpu().clone()
    if isinstance(state, dict):
        return {name: to_cpu(each) for name, each in state.items()}
    return [to_cpu(each) for each in state] if isinstance(state, list) else state
