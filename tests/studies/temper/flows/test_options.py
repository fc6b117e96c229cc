"""Options of the flows: those that do not act are reset to their defaults."""

import pytest
import torch

from pspflow.models.discriminators import PatchDiscriminator
from pspflow.studies.temper.flows.options import FlowOptions, TopologyWeights


@pytest.mark.parametrize("layers", [2, 3, 4, 5])
def test_smallest_chip_is_the_smallest_that_a_discriminator_takes(layers):
    """One pixel less, and there is no patch or nothing to normalise."""
    least = FlowOptions(discriminator=(2,) * layers).smallest_chip_px
    discriminator = PatchDiscriminator((2,) * layers)
    assert discriminator(torch.rand(3, 1, least, least)).shape == (3, 1, 1, 1)
    with pytest.raises((ValueError, RuntimeError)):
        discriminator(torch.rand(3, 1, least - 1, least - 1))


@pytest.mark.parametrize(
    ("architecture", "forgotten", "kept"),
    [("glow", "blocks", "couplings"), ("realnvp", "couplings", "blocks")],
)
def test_options_of_the_other_architecture_are_reset(architecture, forgotten, kept):
    """Its options change nothing, so changing them reruns nothing; those in use are kept."""
    options = FlowOptions(architecture=architecture, blocks=7, couplings=9).chosen()
    assert getattr(options, forgotten) == getattr(FlowOptions(), forgotten)
    assert getattr(options, kept) == {"blocks": 7, "couplings": 9}[kept]
    assert options.chosen() == options


def test_weight_decay_acts_on_weight_normalisation_alone():
    """Glow has none, so that the option is forgotten there and kept for RealNVP."""
    assert FlowOptions(weight_decay=0.1).chosen() == FlowOptions().chosen()
    assert FlowOptions(architecture="realnvp", weight_decay=0.1).chosen().weight_decay == 0.1


def test_weights_of_what_is_not_trained_are_reset():
    """Of all regularisations together those named keep their weights."""
    weights = TopologyWeights(pinet=3, exact=4)
    options = FlowOptions(regularisations=("none", "exact"), topology_weight=weights)
    assert options.chosen().topology_weight == TopologyWeights(exact=4)
    assert options.chosen().regularisations == ("none", "exact")


def test_a_training_depends_on_its_own_options_only():
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
