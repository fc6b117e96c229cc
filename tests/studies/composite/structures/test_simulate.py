"""Simulated sets."""

import numpy as np

from pspflow.io.arrays import open_store, provenance_of, read_values
from pspflow.io.tables import read_table
from pspflow.studies.composite.structures.options import SimulatedOptions
from pspflow.studies.composite.structures.stages.simulate import simulate

SMALL = SimulatedOptions(edge_voxels=9, structures=16, sigmas_voxels=(1, 3), pair_structures=12)


def simulated(folder, name="all", seed=0, threads=1):
    """Simulate a small set, and return its structures, table and phases."""
    paths = {key: folder / key for key in ("structures", "table", "phases")}
    simulate(name=name, **paths, options=SMALL, seed=seed, threads=threads)
    store = open_store(paths["structures"])
    return read_values(store, "phase"), read_table(paths["table"]), read_table(paths["phases"])


def test_simulated_set(tmp_path):
    """Arrays and tables describe the same structures, whose stiff phase is 1."""
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
    record = provenance_of(open_store(tmp_path / "d/structures"))
    assert (record["stage"], record["seed"]) == ("composite structures simulate", 0)
    assert record["options"]["name"] == "pair"
    assert set(pair["morphology"]) == {"3-1-1", "1-3-3"}


def test_every_structure_is_drawn_by_itself(tmp_path):
    """Two of one morphology are not the same noise cut at two volume fractions."""
    voxels, table, _ = simulated(tmp_path)
    for _, same in table.groupby("morphology"):
        first, second = (voxels[place].astype(bool) for place in same.index[:2])
        assert (first & ~second).any()
        assert (second & ~first).any()
