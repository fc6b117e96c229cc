"""Which trials there are, and what each is trained with."""

import pytest

from pspflow.errors import InputError
from pspflow.options import validated
from pspflow.studies.composite.options import CompositeOptions
from pspflow.studies.composite.trials.options import TrialsOptions

NONE = {"curve": {"networks": []}}
STRUCTURES = {"simulated": {"structures": 600}, "split": {"most_training": 80, "runs": 2}}


def trials(values, **more):
    """List the trials of a configuration by their names."""
    made = CompositeOptions.model_validate(
        {"structures": STRUCTURES, "trials": {**NONE, **values}, **more}
    )
    return {trial.name: trial for trial in made.all_trials}


def test_a_learning_curve_begins_with_the_main_training():
    """The split's own number is not trained again; others take as many structures as they say."""
    made = trials({"curve": {"networks": ["cnn"], "structures": [40, 80, 160], "runs": 5}})
    assert [name for name, each in made.items() if each.main] == [
        "structures-split/cnn/run0",
        "structures-split/cnn/run1",
    ]
    told = {name: each.options.training_structures for name, each in made.items()}
    assert told == {
        f"structures-{size}/cnn/run{run}": count
        for run in (0, 1)
        for size, count in (("split", None), (40, 40), (160, 160))
    }


def test_larger_sets_have_fewer_epochs():
    """A cap of batches for early stopping; batches of a schedule grow as the root of the number."""
    networks = {"scheduled_epochs": {"all": 40}, "max_epochs": {"all": 7}}
    curve = {"networks": ["cnn", "cnn_log"], "structures": [20, 320], "most_steps": 400}
    made = trials({"curve": curve}, networks=networks)
    epochs = {
        name.removesuffix("/run0"): each.options.epochs(each.network, "all")
        for name, each in made.items()
        if name.endswith("run0")
    }
    assert epochs == {
        "structures-split/cnn": 7,
        "structures-20/cnn": 133,
        "structures-320/cnn": 10,
        "structures-split/cnn_log": 40,
        "structures-20/cnn_log": 80,
        "structures-320/cnn_log": 20,
    }


def test_every_network_has_the_same_grid_of_weights():
    """Alike for all, on the same splits; the configured pair is a main training."""
    names = ["gaussian", "mixture_statistics"]
    grid = {"networks": names, "regression_weights": [0.1, 1], "kl_weights": [1e-3, 1e-2]}
    made = trials({"search": grid})
    assert len(made) == 2 * 4 * 2
    for network, own in zip(names, ("published", "statistics"), strict=True):
        mine = [each for each in made.values() if each.network == network and each.run == 0]
        found = [getattr(each.options, own) for each in mine]
        pairs = [(each.regression_weight, each.kl_weight) for each in found]
        assert pairs == [(0.1, 1e-3), (0.1, 1e-2), (1, 1e-3), (1, 1e-2)]
    main = {name for name, each in made.items() if each.main}
    assert main == {
        f"weights-{weights}/{network}/run{run}"
        for network, weights in (("gaussian", "0.1-0.001"), ("mixture_statistics", "1-0.001"))
        for run in (0, 1)
    }
    shorter = trials({"search": {**grid, "epochs": 3}})
    assert not any(each.main for each in shorter.values())
    assert {each.options.epochs(each.network, "pair") for each in shorter.values()} == {3}


def test_one_component_is_the_gaussian_prior():
    """A mixture of one would have the mixture's layers; sizes vary on the set of design."""
    made = trials(
        {
            "components": {"networks": ["mixture_log"], "values": [1, 3]},
            "latent": {"networks": ["gaussian"], "values": [2, 16]},
        }
    )
    assert [(name, each.main) for name, each in made.items()] == [
        ("latent-2/gaussian/run0", False),
        ("latent-16/gaussian/run0", True),
        ("components-1/gaussian_log/run0", True),
        ("components-3/mixture_log/run0", False),
    ]
    assert {each.set for each in made.values()} == {"pair"}
    assert made["components-3/mixture_log/run0"].options.components == 3
    assert made["latent-2/gaussian/run0"].options.latent == 2


def test_a_spread_is_that_of_the_training():
    """The configured one is the main training's."""
    made = trials({"spread": {"networks": ["mixture"], "values": [0.1, 2.0]}})
    assert [(name, each.main, each.options.prior_spread) for name, each in made.items()] == [
        ("spread-0.1/mixture/run0", True, 0.1),
        ("spread-2/mixture/run0", False, 2.0),
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"search": {"networks": ["cnn"]}}, "cnn has no prior that depends on properties"),
        ({"latent": {"networks": ["vae"]}}, "vae has no prior that depends on properties"),
        ({"components": {"networks": ["gaussian"]}}, "gaussian has no mixture"),
        ({"spread": {"networks": ["cnn"]}}, "cnn has no mixture"),
        ({"curve": {"networks": ["vae"]}}, "vae predicts nothing"),
        ({"latent": {"values": [2, 2]}}, "listed twice"),
    ],
)
def test_networks_that_cannot_be_tried_are_refused(values, said):
    """The sentence names the network and the remedy."""
    with pytest.raises(InputError, match=said):
        validated(TrialsOptions, values, "composite.trials")
