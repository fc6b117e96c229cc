"""Intervals over micrographs, and sentences computed from tables."""

import numpy as np
import pandas as pd
import pytest

from pspflow.evaluation.comparisons import Difference
from pspflow.studies.steel.images.options import Condition
from pspflow.studies.steel.prior.conditions import TrainedCondition
from pspflow.studies.steel.prior.departures import departures
from pspflow.studies.steel.prior.findings import findings
from pspflow.studies.steel.prior.likelihood import (
    DIFFERENCE,
    EVERY,
    INDEPENDENT,
    PIXELCNN,
    mean_interval,
)
from pspflow.studies.steel.prior.options import PriorOptions
from pspflow.studies.steel.prior.paper import SETTINGS


def test_an_interval_of_one_stratum_is_students():
    """It equals that of the shared layer; one micrograph has none."""
    values = np.array([1.0, 1.5, 0.7, 1.1])
    known = Difference.of(values)
    assert mean_interval(values, np.zeros(4)) == pytest.approx((known.mean, known.low, known.high))
    assert mean_interval(np.array([2.0]), np.zeros(1)) == (2, -np.inf, np.inf)


def test_differences_between_domains_do_not_widen_an_interval():
    """A shift of one domain moves the mean and leaves the width."""
    rng = np.random.default_rng(0)
    values, strata = rng.normal(size=6), np.repeat(["a", "b"], 3)
    mean, low, high = mean_interval(values, strata)
    shifted, left, right = mean_interval(values + 10 * (strata == "b"), strata)
    assert shifted - mean == pytest.approx(5)
    assert right - left == pytest.approx(high - low)


def test_intervals_cover_the_mean():
    """About 95 % of them, also with two micrographs in each of two domains."""
    rng = np.random.default_rng(1)
    strata = np.repeat([0, 1], 2)
    found = [mean_interval(rng.normal(size=4), strata) for _ in range(1000)]
    covered = np.mean([low <= 0 <= high for _, low, high in found])
    assert 0.93 < covered < 0.97


def table(model, differences):
    """Return a likelihood table with these differences and intervals of +-0.1."""
    rows = [
        (arm, "process", source, EVERY, 6, 60, value, value - 0.1, value + 0.1)
        for arm, difference in differences.items()
        for source, value in (
            (PIXELCNN, 3 + difference),
            (INDEPENDENT, 3),
            (DIFFERENCE, difference),
        )
    ]
    names = ["trained_on", "conditioning", "source", "domain", "micrographs", "maps"]
    return {model: pd.DataFrame(rows, columns=[*names, "nats_per_code", "low", "high"])}


def history(*losses):
    """Return a history with these validation losses."""
    rows = pd.DataFrame({"epoch": range(len(losses)), "validation_loss": losses})
    rows["training_loss"] = 3 - 0.1 * rows["epoch"]
    return rows.assign(kept=rows["validation_loss"] == min(losses))


def test_what_got_worse_is_said_first():
    """Then overfitting, then what cannot be told, then what is better."""
    tables = table("vq", {"all": -0.5}) | table("fsq", {"all": 0.4}) | table("sharp", {"all": 0.05})
    histories = {"vq/all/process": history(3.0, 2.8, 2.9, 3.1), "fsq/all/process": history(3, 2.9)}
    said = findings(tables, histories, None, simulated=False)
    assert said[0].startswith("+0.400 by fsq (95 % interval +0.300 to +0.500; 3.400 against 3.000")
    assert said[0].endswith("PixelCNN is worse than independent codes.")
    assert said[1] == (
        "+0.300 nats a code in the validation loss, 2 epochs after epoch 2, which is kept, while "
        "the training loss had changed by -0.200: vq, all domains has overfitted there."
    )
    assert said[2].startswith("+0.050 by sharp (")
    assert "cannot be told from" in said[2]
    assert said[3].startswith("-0.500 by vq (95 % interval -0.600 to -0.400; ")
    assert "6 micrographs)" in said[3]
    assert "is better than" in said[3]
    assert len(said) == 4
    assert not any("simulated" in each for each in said)


def test_models_with_one_outcome_share_a_sentence():
    """The smallest gain first; another kind of training has its own sentence."""
    tables = table("vq", {"all": -0.5}) | table("fsq", {"all": -0.3, "held_out": -0.4})
    both, alone = findings(tables, {}, None, simulated=True)
    assert both.startswith("-0.300 by fsq (")
    assert "; -0.500 by vq (" in both
    assert both.endswith(
        "all domains, on simulated test chips; PixelCNN is better than independent codes."
    )
    assert alone.startswith("-0.400 by fsq (")
    assert "without a domain" in alone


def test_departures_are_the_options_that_differ():
    """At the paper's options none of them is listed."""
    asked = set(departures(PriorOptions(**SETTINGS), properties=False)["what"])
    smaller = departures(PriorOptions(**{**SETTINGS, "layers": 3}), properties=False)
    assert set(smaller["what"]) - asked == {"gated layers"}
    row = smaller.set_index("what").loc["gated layers"]
    assert (row["paper"], row["here"], row["why"]) == ("15", "3", "less time")
    larger = departures(PriorOptions(**{**SETTINGS, "layers": 20}), properties=False)
    assert larger["why"].tolist()[0] == "chosen in the configuration"
    assert "conditioning properties" in set(departures(PriorOptions(), properties=True)["what"])


def test_a_condition_that_is_the_same_everywhere_is_not_scaled_by_rounding():
    """The deviation of equal numbers is 0 but for rounding, which would blow up any other value."""
    values = np.full(7, 0.1)
    assert values.std() > 0
    known = TrainedCondition.of(Condition(column="rate"), values)
    assert (known.centre, known.scale) == (0.1, 1)
    assert known.standardised(np.array([0.1, 1.1])) == pytest.approx([0, 1])
