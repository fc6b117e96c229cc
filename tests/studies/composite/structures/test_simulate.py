"""Simulated sets."""

import re

import numpy as np
import pytest

from pspflow.io.arrays import open_store, provenance_of, read_values
from pspflow.io.tables import read_table
from pspflow.seeds import generator
from pspflow.simulate import families
from pspflow.studies.composite.structures.options import FAMILIES, SimulatedOptions
from pspflow.studies.composite.structures.sets import plan_structures
from pspflow.studies.composite.structures.stages.simulate import simulate

SMALL = SimulatedOptions(
    edge_voxels=9,
    structures=16,
    sigmas_voxels=(1, 3),
    pair_structures=12,
    families={"names": FAMILIES, "structures": 16},
)


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


@pytest.mark.parametrize("name", FAMILIES)
def test_families_are_simulated_like_smoothed_noise(tmp_path, name):
    """Each has its morphologies in turn, under the moduli and in the range of the fractions."""
    kinds = list(families.FAMILIES[name])
    voxels, table, phases = simulated(tmp_path, name)
    assert voxels.shape == (16, 9, 9, 9)
    assert table["morphology"].tolist() == [kinds[place % len(kinds)] for place in range(16)]
    assert table["volume_fraction"].between(0.249, 0.751).all()
    np.testing.assert_allclose(voxels.mean(axis=(1, 2, 3)), table["volume_fraction"])
    assert phases["young_gpa"].tolist() == [2.4, 120.0]
    rng = generator(0, "composite structure", name, 3)
    wanted = plan_structures(name, kinds, SMALL, 0)["volume_fraction"][3]
    alone = families.FAMILIES[name][kinds[3]](9, volume_fraction=wanted, rng=rng)
    np.testing.assert_array_equal(voxels[3], alone)


def test_families_have_every_symmetry():
    """Morphologies come along x, y and z alike: with axes exchanged, a family is what it was."""
    assert set(families.FAMILIES) == set(FAMILIES)
    for name, kinds in families.FAMILIES.items():
        found = [re.fullmatch(r"(.*)-([xyz])(-.*)?", kind) for kind in kinds]
        by_axis = {
            axis: {(match[1], match[3]) for match in found if match and match[2] == axis}
            for axis in "xyz"
        }
        assert by_axis["x"] == by_axis["y"] == by_axis["z"], name
        voxels = {
            kind: kinds[kind](15, volume_fraction=0.4, rng=np.random.default_rng(0))
            for kind in kinds
        }
        for kind in (match[0] for match in found if match):
            steps = [np.mean(voxels[kind] != np.roll(voxels[kind], 1, axis)) for axis in range(3)]
            other = "xyz".index(re.search(r"-([xyz])", kind)[1])
            apart = np.argmax(steps) if "oblate" in kind else np.argmin(steps)
            assert apart == other, kind
