"""Shares of work: every job gets its part, and all of them the whole."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.shards import open_shares, share


@given(st.integers(0, 200), st.integers(1, 40))
def test_shares_cover_everything_once_and_in_order(count, total):
    """Joined in order, the shares are all of it, and none is more than one larger."""
    things = list(range(count))
    shares = [things[share(count, f"{i}-of-{total}")] for i in range(1, total + 1)]
    assert [thing for part in shares for thing in part] == things
    sizes = [len(part) for part in shares]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("shard", ["3", "0-of-2", "3-of-2"])
def test_a_share_that_is_none_is_refused(shard):
    """A mistyped share is an error, not an empty result."""
    with pytest.raises(InputError, match="2-of-8"):
        share(1, shard)


def made(folder, shard, options, device=None):
    """Write a share as a stage does, and return its path."""
    path = folder / f"{shard}.zarr"
    record = Provenance("x compute", {**options, "shard": shard}, 3, {"chips": "0" * 32})
    record = replace(record, device=device)
    with new_store(path, record) as group:
        put_array(group, "values", np.zeros(2), ("chip",), "1")
    return path


def test_the_whole_is_recorded_as_its_shares_are(tmp_path):
    """Which share it was is forgotten; the content of all of them is an input."""
    paths = [made(tmp_path, shard, {"sigma": 1.0}) for shard in ("1-of-2", "2-of-2")]
    stores, origin = open_shares(paths, tmp_path / "images.zarr", "x merge")
    assert len(stores) == 2
    assert origin.options == {"sigma": 1.0}
    assert origin.seed == 3
    assert origin.inputs == {"chips": "0" * 32, "shards": fingerprint(*paths)}


def test_shares_may_be_made_on_different_devices(tmp_path):
    """Each job gets what is free; the whole names them all."""
    for devices, named in (
        ((None, None), None),
        (("cpu", "cpu"), "cpu"),
        (("cuda, Card", "cpu"), "cpu and cuda, Card"),
        ((None, "cpu"), "cpu"),  # one that was made before devices were recorded
    ):
        paths = [made(tmp_path, f"{i + 1}-of-2", {}, device) for i, device in enumerate(devices)]
        _, origin = open_shares(paths, tmp_path / "images.zarr", "x merge")
        assert origin.device == named


def test_shares_of_other_options_are_refused(tmp_path):
    """A share that an earlier run left does not slip into another one's whole."""
    paths = [made(tmp_path, f"{i + 1}-of-2", {"sigma": float(i)}) for i in range(2)]
    with pytest.raises(InputError, match=r"images\.zarr: its shares differ"):
        open_shares(paths, tmp_path / "images.zarr", "x merge")
