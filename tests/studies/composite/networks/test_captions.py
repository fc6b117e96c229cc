"""Captions of cubes."""

from pspflow.studies.composite.networks.captions import evenly_spread


def test_many_targets_are_thinned_evenly():
    """The first and the last stay."""
    assert evenly_spread(range(4), 10) == [0, 1, 2, 3]
    assert evenly_spread(range(21), 5) == [0, 5, 10, 15, 20]
