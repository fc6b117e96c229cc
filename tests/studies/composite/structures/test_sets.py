"""Sets of structures: how they are planned and stored."""

import numpy as np
import pytest

from pspflow.io import arrays
from pspflow.io.arrays import add_array, get_array, new_store, open_store
from pspflow.io.artefacts import Provenance
from pspflow.studies.composite.structures.options import SimulatedOptions
from pspflow.studies.composite.structures.sets import fill, plan_structures

ORIGIN = Provenance("test", {}, None, {})


def test_volume_fractions_of_every_morphology_cover_the_range():
    """However few a morphology has, one lies in each of equal parts of the range."""
    plan = plan_structures("all", list("abc"), SimulatedOptions(structures=30), 0)
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
