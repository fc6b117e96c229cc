"""Findings say what constructed tables say: worse, equal, better, and intervals over zero."""

import numpy as np
import pandas as pd
import pytest

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE
from pspflow.studies.composite.networks.options import NetworkOptions, ObjectiveOptions
from pspflow.studies.composite.trials.findings import (
    Scale,
    curve_findings,
    findings,
    search_findings,
    sweep_findings,
)

PAPERS = Scale(21, papers_material=True)


@pytest.mark.parametrize(
    ("mape", "count", "outcome", "said"),
    [
        ([7.0], 5300, WORSE, "its error does not come with its number of structures"),
        ([7.0], 2700, WORSE, "its error is not reached with fewer structures"),
        ([3.9], 5300, UNDECIDED, "no difference from it can be told"),
        ([2.0], 5300, BETTER, "the error is below it"),
        ([7.0, 7.2, 6.9], 5300, WORSE, "does not come with its number of structures"),
        ([1.0, 7.0, 4.0], 5300, UNDECIDED, "no difference from it can be told"),
        ([2.0, 2.1, 1.9], 5300, BETTER, "the error is below it"),
    ],
)
def test_the_papers_error_beside_that_of_its_number_of_structures(rows, mape, count, outcome, said):
    """One training by the paper's deviations, several by their interval; the size is said."""
    few = rows("structures", "gaussian", [12.0], "test", training_structures=300)
    many = rows("structures", "gaussian", mape, "test", training_structures=count)
    found, summary = curve_findings(pd.concat([many, few]), PAPERS)
    assert found.outcome == outcome
    assert said in found.text
    counts = [int(outcome == kind) for kind in (WORSE, UNDECIDED, BETTER)]
    assert found.text.startswith("{} worse, {} undecided, {} better: MAPE of C11".format(*counts))
    assert "structures of 21 voxels per edge, not the paper's 51." in found.text
    assert f"by gaussian from {count:,} structures" in found.text
    assert "3.50 ± 0.24 % from about 5,300" in found.text
    assert "cap" not in found.text
    mean = np.mean(mape)
    assert summary.text.startswith(f"12.00 % from 300 and {mean:.2f} % from {count:,} by gaussian:")


def test_a_curve_says_that_its_trainings_ended_at_their_cap(rows):
    """Those of the largest number of structures."""
    made = rows("structures", "cnn", [5.0, 5.1, 5.2], "test", ended_by=["cap", "patience", "cap"])
    found = curve_findings(made, PAPERS)[0]
    assert "2 of 3 ended at its cap of steps" in found.text
    assert "3.69 ± 0.17" in found.text
    assert found.outcome == UNDECIDED
    assert "does not come" not in found.text
    low = rows("structures", "cnn", [2.0, 2.1, 2.2], "test", ended_by="cap")
    assert curve_findings(low, PAPERS)[0].outcome == BETTER


def test_another_material_is_not_compared_with_the_papers(rows):
    """Nor is a network that the paper lacks."""
    made = rows("structures", "gaussian", [5.0], "test")
    (only,) = curve_findings(made, Scale(21, papers_material=False))
    assert "paper" not in only.text
    ours = rows("structures", "mixture_statistics", [5.0], "test")
    assert len(curve_findings(ours, PAPERS)) == 1


def searched(rows, configured, others):
    """Return the finding of a search of two pairs of weights."""
    made = [
        rows("weights", "gaussian", mape, regression_weight=weight, kl_weight=1e-3)
        for weight, mape in ((10.0, configured), (1.0, others))
    ]
    options = NetworkOptions(published=ObjectiveOptions(regression_weight=10.0))
    (found,) = search_findings(pd.concat(made), options)
    return found


@pytest.mark.parametrize(
    ("configured", "others", "outcome", "said"),
    [
        ([8.0, 8.1, 7.9], [4.0, 4.1, 3.9], WORSE, "score +26.0 % (+"),
        ([6.0, 6.0, 6.0], [6.0, 6.0, 6.0], BETTER, "first of 2 on validation structures"),
        ([4.0, 4.1, 3.9], [8.0, 8.1, 7.9], BETTER, "first of 2 on validation structures"),
        ([6.0, 3.0, 8.0], [3.0, 6.0, 6.0], UNDECIDED, "% (-"),
        ([8.0], [4.0], UNDECIDED, "one training of each cannot tell them apart"),
    ],
)
def test_configured_weights_beside_those_that_rank_first(rows, configured, others, outcome, said):
    """Worse only where the interval over the runs excludes zero."""
    found = searched(rows, configured, others)
    assert found.outcome == outcome
    assert said in found.text
    assert found.text.startswith("gaussian with 10 (regression) and 0.001 (divergence), ")
    assert ("first of 2 are 1 and 0.001" in found.text) == (outcome != BETTER)


def test_configured_weights_that_were_not_searched(rows):
    """The sentence says so, and claims no more."""
    made = rows("weights", "gaussian", [5.0], regression_weight=2.0, kl_weight=1.0)
    (found,) = search_findings(made, NetworkOptions())
    assert found.text.endswith(", not among the 1 pairs searched")


def test_searches_of_all_networks_share_a_sentence(rows):
    """With the counts of what their intervals decide."""
    made = [
        rows("weights", network, mape, regression_weight=weight, kl_weight=1e-3)
        for network in ("gaussian", "mixture")
        for weight, mape in ((10.0, [8.0, 8.1, 7.9]), (1.0, [4.0, 4.1, 3.9]))
    ]
    options = NetworkOptions(published=ObjectiveOptions(regression_weight=10.0))
    (said,) = findings(pd.concat(made), PAPERS, options)
    assert said.startswith("2 worse, 0 undecided, 0 better: configured weights of the loss")
    assert "Worse: gaussian with 10 (" in said
    assert "; mixture with 10 (" in said


def test_sweeps_say_where_each_measure_is_best(rows):
    """Of each network; a prior of one component begins its mixture's sweep."""
    sizes = ((2, 9.0, 0.7, 2), (16, 5.0, 0.4, 9), (64, 6.0, 0.3, 11))
    latent = [
        rows("latent", "gaussian", [mape], latent=n, reconstruction=loss, active_dimensions=active)
        for n, mape, loss, active in sizes
    ]
    components = [
        rows("components", network, [5.0], components=k, density_gain=gain, separation=share)
        for network, k, gain, share in (("mixture", 2, 3.0, 0.9), ("gaussian", 1, 1.0, 0.5))
    ]
    first, second = sweep_findings(pd.concat([*latent, *components]), NetworkOptions())
    assert "2.0, 9.0, 11.0 of 2, 16, 64 latent dimensions of gaussian are active" in first.text
    assert "reconstruction is best at 64 and the MAPE at 16" in first.text
    assert second.text.startswith("1.00, 3.00 nats, most with 2: how much likelier")
    assert "are with 1, 2 components of the prior of mixture than under one Gau" in second.text
    assert "morphology of 0.50, 0.90 of the structures, C11 alone that of 0.60" in second.text


def test_the_start_of_the_components_is_told_with_what_it_changes(rows):
    """Every spread, in its order, with the share told apart and the error of designs."""
    made = [
        rows("spread", "mixture", [5.0], prior_spread=s, separation=share, design_error=error)
        for s, share, error in ((1.0, 0.9, 12.0), (0.1, 0.5, 30.0))
    ]
    (found,) = sweep_findings(pd.concat(made), NetworkOptions())
    assert found.text.startswith("0.50, 0.90 of the validation structures have their morphology ")
    assert "a spread of 0.1, 1, C11 alone" in found.text
    assert "errors of 30.0, 12.0 % (configured 0.1" in found.text


def test_what_is_worse_is_said_first(rows):
    """Over all kinds of trials."""
    made = [
        rows("structures", "cnn", [2.0], "test"),
        rows("structures", "gaussian", [9.0], "test"),
        rows("weights", "gaussian", [5.0], regression_weight=10.0, kl_weight=1e-3),
    ]
    said = findings(pd.concat(made), PAPERS, NetworkOptions())
    assert said[0].startswith("1 worse, 0 undecided, 1 better: ")
    assert "Worse: 9.00 % by gaussian" in said[0]
    assert "Better: 2.00 % by cnn" in said[0]
    assert "learning curve" in said[1]
    assert len(said) == 3
