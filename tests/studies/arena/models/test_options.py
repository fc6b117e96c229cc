"""Options of the models, and how networks of other studies are trained here."""

import pytest
from pydantic import ValidationError

from pspflow.studies.arena.models.options import ArenaModelsOptions
from pspflow.studies.arena.models.trainings import (
    codes_training,
    flow_training,
    latent_training,
    prior_training,
)
from pspflow.studies.latent.networks.options import NetworksOptions
from pspflow.studies.steel.codes.options import CodesOptions
from pspflow.studies.steel.images.options import Condition
from pspflow.studies.steel.prior.options import PriorOptions
from pspflow.studies.temper.flows.options import FlowOptions


@pytest.mark.parametrize("name", ["flow", "real_training", "Mine", "a/b", ""])
def test_names_of_own_models_are_their_own(name):
    """They name folders, and stand in tables beside the others."""
    with pytest.raises(ValidationError, match="cannot name your model"):
        ArenaModelsOptions(own={name: "mine.py"})
    assert ArenaModelsOptions(own={"mine_2": "mine.py"}).own


def test_a_network_enters_once():
    """A second training would be the first."""
    with pytest.raises(ValidationError, match="twice"):
        ArenaModelsOptions(use=("flow", "flow"))


@pytest.mark.parametrize("epochs", [2, 6, 40])
def test_every_network_has_the_same_epochs(epochs):
    """None stops early, none leaves chips out, and what else its study says holds."""
    codes = codes_training(CodesOptions(crop_px=128, codes=99), "vq", epochs, 24)
    assert (codes.max_epochs, codes.patience, codes.chips_per_micrograph) == (epochs, epochs, 24)
    assert (codes.crop_px, codes.codes) == (64, 99)
    conditions = (Condition(column="rate"),)
    prior = prior_training(PriorOptions(channels=7), conditions, epochs)
    assert (prior.max_epochs, prior.patience, prior.channels) == (epochs, epochs, 7)
    assert prior.conditions == conditions
    latent = latent_training(NetworksOptions(most_images=3), "dcgan", epochs)
    assert (latent.epochs, latent.most_images) == (epochs, None)
    flow = flow_training(FlowOptions(width=5, epochs=90, likelihood_share=0.9), epochs)
    assert (flow.epochs, flow.steps_per_epoch, flow.width) == (epochs, None, 5)
    assert flow.played, "no epoch is left to the discriminators"
