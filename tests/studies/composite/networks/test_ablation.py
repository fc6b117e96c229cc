"""The slice ablation."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.networks.ablation import (
    autocorrelations,
    longest,
    mismatches,
)
from pspflow.studies.composite.networks.options import AblationOptions
from pspflow.studies.composite.networks.stages.ablate import ablate
from pspflow.studies.composite.structures.sets import write_structures

EDGE = 11
ORIGIN = Provenance.of("test", {})


@pytest.fixture(scope="module")
def structures():
    """Return six structures; the third and the last are long along x."""
    rng = np.random.default_rng(0)
    widths = [(1, 5, 1), (1, 1, 1), (5, 1, 1), (1, 1, 5), (1, 5, 5), (5, 1, 1)]
    return np.stack([simulate_composite(EDGE, width, 0.5, rng) for width in widths])


def test_autocorrelation_of_layers_is_known():
    """Layers two voxels thick: along their normal 1 and -1 in turn, with 0 between; else 1."""
    layers = np.zeros((1, 8, 8, 8), np.uint8)
    layers[:, [0, 1, 4, 5]] = 1
    x, y, z = autocorrelations(layers)[0]
    np.testing.assert_allclose(x, [0, -1, 0, 1], atol=1e-12)
    np.testing.assert_allclose((y, z), 1, atol=1e-12)


def test_the_longest_along_x_are_chosen(structures):
    """Plates and grains long along other axes are not."""
    assert set(longest(structures, 2)) == {2, 5}
    assert len(longest(structures, 64)) == len(structures)


def test_a_structure_matches_itself(structures):
    """And a moved one, since statistics are periodic."""
    moved = np.roll(structures, (1, 2, 3), (1, 2, 3))
    made = {"observed": structures, "x": structures, "xyz": moved}
    errors = mismatches(made, np.array(list("abcdef")))
    assert errors["error"].max() < 1e-12
    assert errors["volume_fraction_error"].abs().max() == 0
    assert len(errors) == 6 * 2 * 3


def test_slices_along_one_axis_lose_what_lies_along_it(structures, tmp_path):
    """The paper's appendix A: grains long along x take slices along y and z to match."""
    names = [f"s{i}" for i in range(len(structures))]
    write_structures(tmp_path / "structures.zarr", structures, len(structures), EDGE, ORIGIN)
    write_table(tmp_path / "structures.parquet", pd.DataFrame({"structure": names}), ORIGIN)
    ablate(
        structures=tmp_path / "structures.zarr",
        table=tmp_path / "structures.parquet",
        rebuilt=tmp_path / "rebuilt.zarr",
        mismatch=tmp_path / "mismatch.parquet",
        options=AblationOptions(steps=40, structures=2),
    )
    rows = read_table(tmp_path / "mismatch.parquet")
    assert set(rows["structure"]) == {"s2", "s5"}
    errors = rows.groupby(["slices", "axis"])["error"].mean()
    assert errors["xyz", "x"] < 0.7 * errors["x", "x"]
    assert errors["x", "x"] > 2 * errors["x", "y"]
    kept = read_values(open_store(tmp_path / "rebuilt.zarr"), "phase")
    assert kept.shape == (3, 2, EDGE, EDGE, EDGE)
    np.testing.assert_array_equal(kept[0], structures[longest(structures, 2)])
