"""Options of the networks: what acts on the training of which network."""

import pytest

from pspflow.errors import InputError
from pspflow.models.mixture import SPREAD
from pspflow.options import Options, validated
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.networks.recipes import RECIPES, NetworkName


@pytest.mark.parametrize(
    ("network", "changed", "acts"),
    [
        ("cnn", {"latent": 3, "decoder_width": 7, "components": 5}, False),
        ("cnn", {"published": {"kl_weight": 0.5, "regression_weight": 2}}, False),
        ("cnn", {"statistics": {"learning_rate": 0.1}}, False),
        ("cnn", {"published": {"learning_rate": 0.1}}, True),
        ("cnn_augmented", {"published": {"learning_rate": 0.1}}, False),
        ("cnn_augmented", {"scheduled": {"learning_rate": 0.1}}, True),
        ("cnn_augmented", {"patience": 3}, False),
        ("cnn_augmented", {"scheduled_epochs": {"all": 3}}, True),
        ("cnn", {"scheduled_epochs": {"all": 3}, "scheduled": {"kl_weight": 1}}, False),
        ("cnn_statistics", {"statistics": {"learning_rate": 0.1}}, True),
        ("vae", {"published": {"regression_weight": 2}}, False),
        ("gaussian", {"components": 5}, False),
        ("gaussian", {"decoder_width": 7}, True),
        ("gaussian", {"style_weights": "vgg.pth", "ablation": {"steps": 3}}, False),
        ("mixture", {"components": 5}, True),
        ("mixture_statistics", {"decoder_width": 7}, False),
        ("mixture", {"max_epochs": {"pair": 3}}, False),
        ("mixture", {"max_epochs": {"all": 3}}, True),
    ],
)
def test_only_what_a_training_uses_acts_on_it(network, changed, acts):
    """Changing anything else reruns nothing; style weights are an input of their own."""
    options = NetworkOptions.model_validate(changed)
    assert (options.trained(network, "all") != NetworkOptions().trained(network, "all")) == acts


def test_components_start_as_the_prior_makes_them():
    """Where no other spread is configured; options are read without torch."""
    assert NetworkOptions().prior_spread == SPREAD


def test_an_unknown_network_is_refused_with_those_there_are():
    """The sentence names the key and the networks; the schema lists them."""

    class Chosen(Options):
        network: NetworkName

    with pytest.raises(InputError, match=r"'network': there is no network 'gan'; choose from cnn"):
        validated(Chosen, {"network": "gan"})
    schema = Chosen.model_json_schema()["properties"]["network"]
    assert schema["enum"] == list(RECIPES)
