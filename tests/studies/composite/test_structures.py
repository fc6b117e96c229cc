"""Simulated sets, how they are stored, and how they are split."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.errors import InputError
from pspflow.io import arrays
from pspflow.io.arrays import add_array, get_array, new_store, open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.shards import share
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite import splits
from pspflow.studies.composite.data_options import SimulatedOptions, SplitOptions
from pspflow.studies.composite.structures import fill, plan_structures, simulate

ORIGIN = Provenance("test", {}, None, {})
SMALL = SimulatedOptions(edge_voxels=9, structures=16, sigmas_voxels=(1, 3), pair_structures=12)


def simulated(folder, name="all", seed=0, threads=1):
    """Simulate a small set, and return its structures, table and phases."""
    paths = {key: folder / key for key in ("structures", "table", "phases")}
    simulate(name=name, **paths, options=SMALL, seed=seed, threads=threads)
    store = open_store(paths["structures"])
    return read_values(store, "phase"), read_table(paths["table"]), read_table(paths["phases"])


def test_simulated_set(tmp_path):
    """Arrays and tables tell of the same structures, whose stiff phase is 1."""
    voxels, table, phases = simulated(tmp_path)
    assert (voxels.shape, voxels.dtype) == ((16, 9, 9, 9), np.uint8)
    assert list(table) == ["structure", "specimen", "morphology", "volume_fraction"]
    assert table["structure"].iloc[[0, -1]].tolist() == ["all-00000", "all-00015"]
    assert (table["specimen"] == table["structure"]).all()
    np.testing.assert_allclose(voxels.mean(axis=(1, 2, 3)), table["volume_fraction"])
    assert table["volume_fraction"].between(0.249, 0.751).all()
    assert table["morphology"].value_counts().eq(2).all()
    assert phases.to_dict("list") == {
        "phase": [0, 1],
        "young_gpa": [2.4, 120.0],
        "poisson": [0.3, 0.3],
    }


def test_simulation_is_a_function_of_the_seed(tmp_path):
    """Threads do not show; another seed, or the other set, has other structures."""
    first = simulated(tmp_path / "a")[0]
    np.testing.assert_array_equal(first, simulated(tmp_path / "b", threads=2)[0])
    assert (first != simulated(tmp_path / "c", seed=1)[0]).any()
    pair = simulated(tmp_path / "d", name="pair")[1]
    assert set(pair["morphology"]) == {"3-1-1", "1-3-3"}


def test_volume_fractions_of_every_morphology_cover_the_range():
    """However few a morphology has, one lies in each of equal parts of the range."""
    plan = plan_structures("all", SimulatedOptions(structures=10 * 64), 0)
    for _, fractions in plan.groupby("morphology")["volume_fraction"]:
        parts = np.floor((fractions - 0.25) / 0.5 * 10).astype(int)
        assert sorted(parts) == list(range(10))


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 20])
def test_fill_writes_every_row(tmp_path, monkeypatch, count):
    """Rows come whole and in order, whether they end with a shard of the array or not."""
    monkeypatch.setattr(arrays, "CHUNK_BYTES", 2 * 24)
    monkeypatch.setattr(arrays, "SHARD_BYTES", 4 * 24)
    rows = np.arange(count * 3.0).reshape(count, 3)
    with new_store(tmp_path / "a.zarr", ORIGIN) as group:
        fill(add_array(group, "a", rows.shape, rows.dtype, ("n", "m"), "1"), iter(rows))
    np.testing.assert_array_equal(get_array(open_store(tmp_path / "a.zarr"), "a")[...], rows)


@given(st.integers(0, 200), st.integers(1, 40))
def test_shares_are_consecutive_and_almost_equal(count, total):
    """Joined in order, the shares are everything once, and none is more than one larger."""
    shares = [range(count)[share(count, f"{i}-of-{total}")] for i in range(1, total + 1)]
    assert [place for one in shares for place in one] == list(range(count))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@pytest.mark.parametrize("shard", ["3", "0-of-2", "3-of-2", "a-of-b"])
def test_a_share_that_is_none_is_refused(shard):
    """A mistyped share is an error, not an empty result."""
    with pytest.raises(InputError, match="2-of-8"):
        share(9, shard)


def split(folder, rows, **options):
    """Run the stage `split` and return its table."""
    write_table(folder / "table", rows, ORIGIN)
    splits.split(
        table=folder / "table", splits=folder / "splits", options=SplitOptions(**options), seed=0
    )
    return read_table(folder / "splits")


def test_splits_are_stratified_and_independent(tmp_path):
    """Runs differ, each has its shares to the specimen and every morphology in proportion."""
    rows = plan_structures("all", SimulatedOptions(structures=20 * 8, sigmas_voxels=(1, 3)), 0)
    table = split(tmp_path, rows, runs=3)
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
    table = split(tmp_path, rows)
    assert table.groupby(specimens)["split"].nunique().eq(1).all()
    assert table["split"].value_counts().to_dict() == {"train": 18, "validation": 6, "test": 6}


def test_too_few_specimens_to_split(tmp_path):
    """Two specimens cannot train, validate and test: a sentence says so."""
    rows = pd.DataFrame({"structure": list("abcd"), "specimen": list("xxyy"), "morphology": ""})
    with pytest.raises(InputError, match="2 specimens cannot be split into 3"):
        split(tmp_path, rows)
