"""Options of the flows: those that do not act are reset to their defaults."""

import re

import pytest
import torch
from pydantic import ValidationError

from pspflow.models.discriminators import PatchDiscriminator
from pspflow.studies.temper.flows.options import FlowOptions
from pspflow.studies.temper.flows.training_options import TopologyWeights


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
    variants = {"heavy": {"regularisation": "pinet"}}
    with_variant = FlowOptions(topology_weight=weights, variants=variants)
    assert with_variant.chosen().topology_weight == weights


def test_a_training_depends_on_its_own_options_only():
    """Another regularisation, its weight, more seeds: none reruns a training that is done."""
    first = FlowOptions(regularisations=("none", "exact"), seeds=1)
    second = FlowOptions(
        regularisations=("pinet", "exact", "none"),
        seeds=3,
        topology_weight={"pinet": 9},
        variants={"wide": {"width": 64}},
    )
    for kind in ("none", "exact"):
        assert first.training(kind) == second.training(kind)
    heavier = first.model_copy(update={"topology_weight": TopologyWeights(exact=2)})
    assert heavier.training("exact") != first.training("exact")
    assert heavier.training("none") == first.training("none")
    limited = first.model_copy(update={"topology_share": 0.5})
    assert limited.training("exact") != first.training("exact")
    assert limited.training("none") == first.training("none")
    longer = first.model_copy(update={"epochs": 11})
    assert longer.training("none") != first.training("none")


VARIANTS = FlowOptions(
    epochs=24,
    topology_weight={"exact": 0.7, "pinet": 3},
    variants={
        "papers_flow": {"regularisation": "exact", "architecture": "realnvp", "blocks": 2},
        "limited": {"regularisation": "exact", "topology_share": 0.5, "compared_with": "exact"},
        "heavy": {"regularisation": "exact", "topology_weight": {"pinet": 1}},
    },
)


def test_variants_differ_in_the_options_they_give_alone():
    """All others are those of the flows, weights one by one."""
    plain = VARIANTS.training("exact")
    assert VARIANTS.training("limited") == plain.model_copy(update={"topology_share": 0.5})
    flow = VARIANTS.training("papers_flow")
    assert (flow.architecture, flow.blocks, flow.epochs) == ("realnvp", 2, 24)
    assert VARIANTS.training("heavy") == plain, "of a regularisation that it does not have"
    assert VARIANTS.chosen().blocks == VARIANTS.blocks


def test_a_stage_reads_what_the_workflow_wrote():
    """As JSON: what a variant does not give stays that of the flows."""
    again = FlowOptions.model_validate_json(VARIANTS.model_dump_json())
    assert again == VARIANTS
    for kind in VARIANTS.kinds:
        assert again.training(kind) == VARIANTS.training(kind)
    assert again.training("papers_flow").epochs == 24


def test_trainings_are_those_of_every_kind():
    """As many of a variant as it says, or as of the others."""
    options = FlowOptions(seeds=2, variants={"wide": {"width": 64}, "slow": {"seeds": 1}})
    names = [f"{kind}/seed{seed}" for kind in ("none", "exact", "wide") for seed in range(2)]
    assert options.trainings == (*names, "slow/seed0")


def test_variants_are_compared_with_what_they_name():
    """By default with none; none itself with nothing, nor what has no counterpart."""
    assert VARIANTS.comparisons == {
        "exact": "none",
        "papers_flow": "none",
        "limited": "exact",
        "heavy": "none",
        "gan": "none",
    }
    alone = FlowOptions(regularisations=("exact",), variants={"wide": {"width": 64}})
    assert alone.comparisons == {}


def test_chips_must_fit_the_longest_discriminator():
    """Of any variant."""
    variants = {"deep": {"discriminator": (2, 2, 2, 2)}}
    deep = FlowOptions(discriminator=(2, 2), variants=variants)
    assert deep.smallest_chip_px == FlowOptions(discriminator=(2,) * 4).smallest_chip_px


@pytest.mark.parametrize(
    ("variants", "words"),
    [
        ({"exact": {}}, "'exact' is the name of a regularisation"),
        ({"gan": {}}, "'gan' is the name of a baseline"),
        ({"a": {"compared_with": "b"}}, "variants.a.compared_with is 'b', which is not trained"),
        ({"a": {"compared_with": "a"}}, "give one of exact, none"),
        ({"a": {"epochs": 1}}, "of 1 epochs in variants.a: none is left"),
        ({"A b": {}}, "'A b' names a variant and its folder; use small letters"),
    ],
)
def test_variants_that_cannot_be_trained_are_refused(variants, words):
    """The sentence names the variant, and the remedy."""
    with pytest.raises(ValidationError, match=re.escape(words)):
        FlowOptions(variants=variants)
