"""The report's sentences and wide tables say what the tables say."""

import numpy as np
import pandas as pd
import pytest

from pspflow.studies.composite.findings import findings
from pspflow.studies.composite.properties import NORMAL
from pspflow.studies.composite.wide import beside_paper


def accuracy(**mape):
    """Make accuracies of both targets, the same for every property."""
    rows = [
        {"model": model, "target": target, "property": name, "run": 0, "mape": value}
        for model, value in mape.items()
        for target, names in (("c11", NORMAL[:1]), ("normal", NORMAL))
        for name in names
    ]
    return pd.DataFrame(rows).assign(mean_relative_error=1.0, r2=0.9, coverage_95=np.nan)


def candidates(errors, names):
    """Make candidates of two instances for each model, prior and component."""
    rows = [
        {
            "model": model,
            "prior": prior,
            "component": component,
            "instance": instance,
            "weight": 0.5,
            "volume_fraction": 0.5,
            "inside": True,
            "error_percent": error,
            **{f"wanted_{name}": 20.0 + instance for name in names},
            **dict.fromkeys(NORMAL, (20.0 + instance) * (1 + error / 100)),
        }
        for (model, prior, component), error in errors.items()
        for instance in range(2)
    ]
    return pd.DataFrame(rows)


def ranked(names):
    """Make eight designs for each of two instances, and the nearest training structure."""
    rows = [
        {
            "instance": instance,
            "rank": rank,
            "error_percent": 2.0 * rank,
            "inside": True,
            "nearest_error_percent": 1.0,
            "nearest_structure": "s0",
            **{f"wanted_{name}": 20.0 + instance for name in names},
        }
        for instance in range(2)
        for rank in range(1, 9)
    ]
    return pd.DataFrame(rows)


def tables(**changed):
    """Make what the findings are computed from."""
    errors = {
        ("gaussian", "joint", 0): 30.0,
        ("mixture", "joint", 0): 10.0,
        ("mixture", "joint", 1): 20.0,
        ("mixture_statistics", "refitted", 0): 4.0,
        ("mixture_statistics", "refitted", 1): 8.0,
    }
    searches = pd.DataFrame(
        {
            "start": ["random", "inferred"],
            "number": 0,
            "instance": 0,
            "evaluations": [201, 11],
            "wanted_c11_gpa": 35.0,
            "start_c11_gpa": 70.0,
            "told_c11_gpa": 35.0,
            "error_percent": [40.0, 8.0],
        }
    )
    return {
        "accuracy": accuracy(cnn=5.0, gaussian=4.0, mixture_statistics=3.0, two_point_gpr=4.5),
        "inverse c11": candidates(errors, NORMAL[:1]),
        "inverse normal": candidates(errors, NORMAL),
        "ranked c11": ranked(NORMAL[:1]),
        "ranked normal": ranked(NORMAL),
        "searches": searches,
        "mismatch": pd.DataFrame({"slices": ["x", "xyz"], "axis": "y", "error": [0.3, 0.1]}),
        "localization": pd.DataFrame(
            {"model": ["mks", "cpnet7", "fno"], "squared_pearson": [0.75, 0.6, 0.98]}
        ),
        **changed,
    }


def said(about, *, simulated=True, **changed):
    """Return the sentences that begin so, as one text."""
    told = findings(tables(**changed), simulated=simulated)
    return " ".join(sentence for sentence in told if sentence.startswith(about))


def test_forward_is_compared_with_every_other():
    """Better is said only where it is, and the paper's figure is said to be reached or not."""
    assert "our mixture_statistics has 3.00 %, better than the best" in said("Forward, C11")
    worse = accuracy(cnn=2.0, gaussian=4.0, mixture_statistics=3.6)
    assert "not better than the best of the others" in said("Forward, C11", accuracy=worse)
    alone = "regression alone 2.00 %; difference +2.00 points over 1 run."
    assert alone in said("Forward, C11", accuracy=worse)
    assert "is reached at this scale by mixture_statistics" in said("The paper's 3.50 %")
    bad = accuracy(cnn=9.0, gaussian=8.0, mixture_statistics=7.0)
    assert "is not reached at this scale" in said("The paper's 3.50 %", accuracy=bad)


def test_any_choice_of_networks_can_be_told_of():
    """Networks that were not trained are not spoken of."""
    few = accuracy(cnn=5.0, mixture_statistics=3.0)
    lone = few[(few["target"] == "c11") | (few["model"] != "cnn")]
    assert "Forward, six components" not in said("Forward", accuracy=lone)
    three = accuracy(cnn=5.0, cnn_statistics=2.9, mixture_statistics=3.0)
    assert "cnn_statistics, which has them and no autoencoder: 2.90 %" in said(
        "Forward, C11", accuracy=three
    )


def test_inverse_compares_priors_and_says_where_16_percent_is():
    """Errors are means over components; the paper's limit is named for its own material only."""
    text = said("Inverse, C11")
    assert "the mixture misses by 15.0 %, the Gaussian by 30.0 %" in text
    assert "6.0 % over all components (below 16 %), by 4.0 % with the better one" in text
    assert "16 %" not in said("Inverse, C11", simulated=False)


def test_targets_out_of_range_do_not_count():
    """What no training structure reaches is counted apart."""
    made = tables()["inverse c11"]
    made.loc[made["instance"] == 1, ["inside", "error_percent"]] = [False, 900.0]
    text = said("Inverse, C11", **{"inverse c11": made})
    assert "1 wanted values lie outside the range" in text
    assert "misses by 15.0 %" in text


def test_search_and_slices_and_strains():
    """Each claim with its numbers."""
    assert "from random latents end 40.0 % off" in said("Search")
    assert "below 10 %" in said("Search")
    assert "0.300, along all axes 0.100: all three are needed" in said("Slices")
    text = said("CPNet (")
    assert "0.60, below the report's 0.65 to 0.70 for 51 voxels; a linear filter (0.75)" in text
    assert said("CPNet", simulated=False) == ""


@pytest.mark.parametrize("paper", [True, False])
def test_wide_tables_keep_every_value(paper):
    """Values stand in the column of theirs, and the paper's in a row of their own."""
    long = pd.DataFrame(
        {
            "model": ["a", "a", "b", "b"],
            "at": [20.0, 30.5, 20.0, 30.5],
            "here": [1.0, 2.0, 3.0, 4.0],
            "theirs": [np.nan, 5.0, np.nan, np.nan],
        }
    )
    if not paper:
        long = long.drop(columns="theirs")
    wide = beside_paper(long, ["model"], "at", "here", "theirs")
    assert list(wide) == ["model", "source", "20", "30.5"]
    ours = wide[wide["source"] == "here"].set_index("model")
    assert ours.loc["b", "30.5"] == 4.0
    theirs = wide[wide["source"] == "paper"]
    assert theirs["30.5"].tolist() == ([5.0] if paper else [])
