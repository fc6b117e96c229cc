"""Tables of the trials."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.studies.composite.options import CompositeOptions
from pspflow.studies.composite.trials.tables import behind, curve, named, ranking, scored


def test_the_name_of_every_trial_is_read_back():
    """Whatever varies."""
    chosen = {
        "search": {"networks": ["gaussian"]},
        "latent": {"networks": ["gaussian"]},
        "components": {"networks": ["mixture"]},
        "spread": {"networks": ["mixture"]},
    }
    for trial in CompositeOptions.model_validate({"trials": chosen}).all_trials:
        told = named(trial.name, pd.DataFrame({"mape": [1.0]})).iloc[0]
        assert (told["varied"], told["network"], told["run"]) == (
            trial.varied,
            trial.network,
            trial.run,
        )
    with pytest.raises(InputError, match="VARIED-VALUE/NETWORK/runN"):
        named("width-3/cnn/run0", pd.DataFrame({"mape": [1.0]}))


def test_weights_rank_by_the_geometric_mean_of_three_errors(rows):
    """Twice one error and half of another are as good; test structures do not count."""
    made = [
        rows("weights", "gaussian", [4.0, 4.0], regression_weight=1.0, kl_weight=0.1),
        rows(
            "weights",
            "gaussian",
            [8.0, 8.0],
            regression_weight=10.0,
            kl_weight=0.1,
            reconstruction=0.25,
        ),
        rows("weights", "gaussian", [1.0, 2.0], regression_weight=2.0, kl_weight=0.1),
        rows("weights", "gaussian", [0.1, 0.1], "test", regression_weight=1.0, kl_weight=0.1),
    ]
    table = scored(pd.concat(made))
    ranked = ranking(table, "gaussian")
    assert ranked["regression_weight"].tolist() == [2.0, 1.0, 10.0]
    assert ranked["score"].tolist()[1:] == pytest.approx([20 ** (1 / 3)] * 2)
    assert ranked["runs"].tolist() == [2, 2, 2]
    difference = behind(table, "gaussian", (1.0, 0.1))
    assert difference.mean == pytest.approx((np.log(4) + np.log(2)) / 2 / 3)
    assert behind(table, "gaussian", (2.0, 0.1)).mean == 0


def test_a_curve_has_a_row_for_each_number_of_structures(rows):
    """In ascending order, of test structures; how trainings ended is said."""
    made = [
        rows("structures", "mixture", [3.0, 5.0], "test", training_structures=900),
        rows("structures", "mixture", [8.0], "test", training_structures=300, ended_by="cap"),
        rows("structures", "cnn", [6.0], "test", training_structures=300),
        rows("structures", "cnn", [1.0], "validation", training_structures=300),
    ]
    table = curve(pd.concat(made))
    assert table["network"].tolist() == ["mixture", "mixture", "cnn"]
    assert table["training_structures"].tolist() == [300, 900, 300]
    assert table["mape"].tolist() == [8, 4, 6]
    assert table["ended_by"].tolist() == ["cap", "patience", "patience"]
