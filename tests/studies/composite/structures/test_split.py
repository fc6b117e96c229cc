"""How structures are split into training, validation and test."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite.structures.options import SimulatedOptions, StructureSplitOptions
from pspflow.studies.composite.structures.sets import plan_structures
from pspflow.studies.composite.structures.splits import (
    SPARE,
    draw,
    held_out,
    spared,
    training_rows,
)
from pspflow.studies.composite.structures.stages.split import split

ORIGIN = Provenance("test", {}, None, {})


def drawn(folder, rows, **options):
    """Run the stage `split` and return its table."""
    write_table(folder / "table", rows, ORIGIN)
    split(
        table=folder / "table", splits=folder / "splits", options=StructureSplitOptions(**options)
    )
    return read_table(folder / "splits")


def test_splits_are_stratified_and_independent(tmp_path):
    """Runs differ, each has its shares to the specimen and every morphology in proportion."""
    rows = plan_structures("all", list("abcdefgh"), SimulatedOptions(structures=20 * 8), 0)
    table = drawn(tmp_path, rows, runs=3)
    assert list(table) == ["run", "structure", "split"]
    for _, run in table.groupby("run"):
        assert run["structure"].tolist() == rows["structure"].tolist()
        assert run["split"].value_counts().to_dict() == {"train": 96, "validation": 32, "test": 32}
        counts = pd.crosstab(rows["morphology"].to_numpy(), run["split"].to_numpy())
        assert (abs(counts - [4, 12, 4]) <= 1).all(axis=None)
    first, second = (table.loc[table["run"] == run, "split"].to_numpy() for run in (0, 1))
    assert 0.3 < (first == second).mean() < 0.6


def test_specimens_stay_together(tmp_path):
    """All structures of a specimen are in one split, whatever their morphologies."""
    specimens = np.repeat([f"s{i}" for i in range(10)], 3)
    rows = pd.DataFrame(
        {
            "structure": [str(i) for i in range(30)],
            "specimen": specimens,
            "morphology": ["a", "b", ""] * 10,
        }
    )
    table = drawn(tmp_path, rows)
    assert table.groupby(specimens)["split"].nunique().eq(1).all()
    assert table["split"].value_counts().to_dict() == {"train": 18, "validation": 6, "test": 6}


def test_too_few_specimens_to_split(tmp_path):
    """Two specimens cannot train, validate and test: a sentence says so."""
    rows = pd.DataFrame({"structure": list("abcd"), "specimen": list("xxyy"), "morphology": ""})
    with pytest.raises(InputError, match="2 specimens cannot be split into 3"):
        drawn(tmp_path, rows)


def test_spare_structures_leave_as_many_of_every_morphology():
    """The learning curve's smaller sets are of the same kinds as the whole, and no test is lost."""
    rows = pd.DataFrame(
        {
            "specimen": [f"s{place}" for place in range(1280)],
            "morphology": [f"m{place % 64}" for place in range(1280)],
        }
    )
    whole = draw(rows, {"train": 0.6, "validation": 0.2, "test": 0.2}, np.random.default_rng(0))
    fewer = spared(whole, rows["specimen"], "train", 192)
    counts = rows["morphology"][fewer == "train"].value_counts()
    assert (fewer == "train").sum() == 192
    assert ((fewer == SPARE) == ((whole == "train") & (fewer != "train"))).all()
    assert len(counts) >= 50
    assert counts.max() <= 8
    assert (spared(whole, rows["specimen"], "train", None) == whole).all()


def test_a_specimen_is_spared_as_a_whole():
    """Structures of one specimen are alike: none of them may train while others are spare."""
    rows = pd.DataFrame({"specimen": np.repeat(["a", "b", "c", "d"], 3)})
    splits = pd.Series(["train"] * 9 + ["test"] * 3)
    fewer = spared(splits, rows["specimen"], "train", 4)
    assert fewer.groupby(rows["specimen"]).nunique().eq(1).all()
    assert (fewer == "train").sum() == 3


def test_training_sets_of_the_learning_curve_nest():
    """Each is part of the larger ones, the split's own among them, and of every morphology."""
    names = np.array([f"m{place % 64}" for place in range(1280)])
    rows = pd.DataFrame({"specimen": [f"s{p}" for p in range(1280)], "morphology": names})
    whole = draw(rows, {"train": 0.6, "validation": 0.2, "test": 0.2}, np.random.default_rng(0))
    splits = spared(whole, rows["specimen"], "train", 192)
    sets = [training_rows(splits, count) for count in (96, 192, 480, 768)]
    for few, many in pairwise(sets):
        assert set(few) < set(many)
    np.testing.assert_array_equal(sets[1], training_rows(splits))
    np.testing.assert_array_equal(sets[3], training_rows(whole))
    assert [len(each) for each in sets] == [96, 192, 480, 768]
    assert np.unique(names[sets[0]], return_counts=True)[1].max() <= 8
    with pytest.raises(ValueError, match="there are 768"):
        training_rows(splits, 769)


def test_a_region_is_tested_and_trains_nothing():
    """In the region all are tested; tests outside of it are spare; the rest stays as it was."""
    splits = pd.Series(["train", "validation", "test", "train", "spare", "test"])
    values = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    made = held_out(splits, values, (0.4, 0.8))
    assert made.tolist() == ["train", "validation", "test", "test", "test", SPARE]
