"""Options of the flows: what is refused, and what is forgotten because it does not act."""

import pytest
import torch

from pspflow.config import load_config
from pspflow.errors import InputError
from pspflow.models.discriminators import PatchDiscriminator
from pspflow.studies.temper.flow_options import FlowOptions, TopologyWeights

ONE_DOMAIN = [{"name": "t5"}]


def configured(size_px, flows=(), **data):
    """Load a configuration as a user's file gives it."""
    chips, flows = {"size_px": size_px}, dict(flows)
    return load_config({"temper": {"chips": chips, "flows": flows, "data": data}}).temper


@pytest.mark.parametrize(
    ("size_px", "discriminator", "words"),
    [
        (30, [4, 4], r"chips\.size_px is 30; .* multiple of 4\."),
        (8, [4, 4, 4], r"chips\.size_px is 8, but discriminators of 3 layers need 12; .*\."),
        (20, [4] * 4, r"chips\.size_px is 20, .* 4 layers need 24; .* flows\.discriminator\."),
    ],
)
def test_chips_that_flows_cannot_take(size_px, discriminator, words):
    """A sentence names the key and the remedy before anything runs; one domain needs no flow."""
    flows = {"discriminator": discriminator}
    with pytest.raises(InputError, match=rf"Configuration key 'temper': {words}$") as caught:
        configured(size_px, flows)
    assert "\n" not in str(caught.value)
    alone = configured(size_px, flows, domains=ONE_DOMAIN)
    assert alone.chips.size_px == size_px
    assert not alone.transferable


@pytest.mark.parametrize(("size_px", "discriminator"), [(8, [4, 4]), (12, [4] * 3), (24, [4] * 4)])
def test_chips_that_flows_can_take(size_px, discriminator):
    """The limit itself is accepted."""
    assert configured(size_px, {"discriminator": discriminator}).transferable


@pytest.mark.parametrize("layers", [2, 3, 4, 5])
def test_smallest_chip_is_the_smallest_a_discriminator_judges(layers):
    """One pixel less, and there is no patch or nothing to normalise."""
    least = FlowOptions(discriminator=(2,) * layers).smallest_chip_px
    judge = PatchDiscriminator((2,) * layers)
    assert judge(torch.rand(3, 1, least, least)).shape == (3, 1, 1, 1)
    with pytest.raises((ValueError, RuntimeError)):
        judge(torch.rand(3, 1, least - 1, least - 1))


@pytest.mark.parametrize(
    ("architecture", "forgotten", "kept"),
    [("glow", "blocks", "couplings"), ("realnvp", "couplings", "blocks")],
)
def test_the_other_architecture_is_forgotten(architecture, forgotten, kept):
    """Its options change nothing, so changing them reruns nothing; those in use are kept."""
    options = FlowOptions(architecture=architecture, blocks=7, couplings=9).chosen()
    assert getattr(options, forgotten) == getattr(FlowOptions(), forgotten)
    assert getattr(options, kept) == {"blocks": 7, "couplings": 9}[kept]
    assert options.chosen() == options


def test_weight_decay_acts_on_weight_normalisation_alone():
    """Glow has none, so that the option is forgotten there and kept for RealNVP."""
    assert FlowOptions(weight_decay=0.1).chosen() == FlowOptions().chosen()
    assert FlowOptions(architecture="realnvp", weight_decay=0.1).chosen().weight_decay == 0.1


def test_weights_of_what_is_not_trained_are_forgotten():
    """Of all regularisations together those named keep their weights."""
    weights = TopologyWeights(pinet=3, exact=4)
    options = FlowOptions(regularisations=("none", "exact"), topology_weight=weights)
    assert options.chosen().topology_weight == TopologyWeights(exact=4)
    assert options.chosen().regularisations == ("none", "exact")


def test_a_training_knows_its_own_options_only():
    """Another regularisation, its weight, more seeds: none reruns a training that is done."""
    first = FlowOptions(regularisations=("none", "exact"), seeds=1)
    second = FlowOptions(
        regularisations=("pinet", "exact", "none"), seeds=3, topology_weight={"pinet": 9}
    )
    for kind in ("none", "exact"):
        assert first.training(kind) == second.training(kind)
        assert first.training(kind).regularisations == (kind,)
    heavier = first.model_copy(update={"topology_weight": TopologyWeights(exact=2)})
    assert heavier.training("exact") != first.training("exact")
    assert heavier.training("none") == first.training("none")
    longer = first.model_copy(update={"epochs": 11})
    assert longer.training("none") != first.training("none")


def test_one_regularisation_twice():
    """It would be trained twice into the same files; the sentence says which key and what to do."""
    with pytest.raises(
        InputError, match=r"'temper\.flows\.regularisations'.*exact.* twice; remove one\.$"
    ):
        configured(32, {"regularisations": ["exact", "none", "exact"]})
    with pytest.raises(InputError, match=r"temper\.flows\.regularisations\.1' is 'exakt'"):
        configured(32, {"regularisations": ["none", "exakt"]})
