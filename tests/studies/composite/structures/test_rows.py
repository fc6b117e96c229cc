"""What is chosen of the rows of a set."""

from pspflow.studies.composite.structures.rows import evenly_spread


def test_many_are_thinned_evenly():
    """The first and the last stay."""
    assert evenly_spread(4, 10).tolist() == [0, 1, 2, 3]
    assert evenly_spread(21, 5).tolist() == [0, 5, 10, 15, 20]
