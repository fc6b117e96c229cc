"""Synthetic chips are stored with the chips that they were made from."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.temper.transfer.synthetic import Synthetic, put_synthetic

ORIGIN = Provenance("test", {}, None, {})


def test_synthetic_chips_are_read_as_they_were_stored(tmp_path):
    """Each direction apart, of any domain name; with another chip table they are refused."""
    rng = np.random.default_rng(0)
    drawn = {"a": np.array([3, 5]), "over aged": np.array([1, 4, 7])}
    made = {
        way: rng.integers(0, 256, (len(drawn[way[0]]), 4, 4), dtype=np.uint8)
        for way in permutations(drawn, 2)
    }
    samples = {name: rng.integers(0, 256, (2, 4, 4), dtype=np.uint8) for name in drawn}
    chips = tmp_path / "chips.parquet"
    write_table(chips, pd.DataFrame({"split": ["test"] * 36}), ORIGIN)
    put_synthetic(tmp_path / "s.zarr", chips, drawn, made, samples, ORIGIN)
    stored = Synthetic(tmp_path / "s.zarr", chips)
    for name, at in drawn.items():
        np.testing.assert_array_equal(stored.sources(name), at)
        np.testing.assert_array_equal(stored.samples(name), samples[name])
    for way, images in made.items():
        np.testing.assert_array_equal(stored.transferred(*way), images)
        assert stored.transferred(*way).dtype == np.uint8
    write_table(chips, pd.DataFrame({"split": ["train"] * 36}), ORIGIN)
    with pytest.raises(InputError, match=r"made from other chips .*; delete it and rerun\.$"):
        Synthetic(tmp_path / "s.zarr", chips)
