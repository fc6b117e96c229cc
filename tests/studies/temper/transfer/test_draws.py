"""Chips that flows are tested on: few of every specimen, and none that was trained on."""

import numpy as np
import pandas as pd

from pspflow.studies.temper.flows.splits import held_out_split
from pspflow.studies.temper.transfer.draws import held_out, training_chips


def table_of(splits):
    """Make a chip table of two domains and three specimens, of six chips each."""
    rows = pd.DataFrame({"specimen": np.repeat(["s0", "s1", "s2"], 12), "split": splits})
    return rows.assign(domain=["a", "b"] * 18, size_px=16).astype("category")


def test_only_test_chips_are_held_out():
    """At most so many of each specimen and domain, the same for one seed, none that was trained."""
    rows = table_of(np.repeat(["train", "test", "validation"], 12))
    assert held_out_split(rows) == "test"
    drawn = held_out(rows, 4, 0)
    assert list(drawn) == ["a", "b"]
    for domain, at in drawn.items():
        assert set(rows["domain"].iloc[at]) == {domain}
        assert set(rows["split"].iloc[at]) == {"test"}
        assert len(set(at)) == 4
        np.testing.assert_array_equal(at, held_out(rows, 4, 0)[domain])
    assert any((held_out(rows, 4, 1)[d] != at).any() for d, at in drawn.items())
    assert all(len(at) == 6 for at in held_out(rows, 60, 0).values())


def test_validation_chips_are_held_out_in_a_run_without_test_chips():
    """A run without a test split is tested on them, with as many chips of each specimen."""
    rows = table_of(np.repeat(["train", "validation", "validation"], 12))
    assert held_out_split(rows) == "validation"
    for domain, at in held_out(rows, 4, 0).items():
        assert rows.iloc[at].groupby("specimen", observed=True).size().to_dict() == {
            "s1": 4,
            "s2": 4,
        }
        assert set(rows["domain"].iloc[at]) == {domain}


def test_training_chips_are_drawn_anew_for_every_run():
    """Of the domain and of training specimens alone; another run or seed draws others."""
    rows = table_of(np.repeat(["train", "test", "validation"], 12))
    at = training_chips(rows, "b", 3, 0, 0)
    assert set(rows["domain"].iloc[at]) == {"b"}
    assert set(rows["split"].iloc[at]) == {"train"}
    assert len(set(at)) == 3
    np.testing.assert_array_equal(at, training_chips(rows, "b", 3, 0, 0))
    for seed, run in ((0, 1), (0, 2), (1, 0)):
        assert (training_chips(rows, "b", 3, seed, run) != at).any()


def test_domains_are_drawn_independently():
    """Chips of a specimen are not taken from the same places in every domain."""
    rows = table_of(np.repeat(["train", "test", "validation"], 12))
    for draw in (
        lambda seed: held_out(rows, 3, seed),
        lambda seed: {name: training_chips(rows, name, 3, seed, 0) for name in ("a", "b")},
    ):
        assert any(
            (drawn["a"] // 2 != drawn["b"] // 2).any()
            for drawn in (draw(seed) for seed in range(4))
        )
