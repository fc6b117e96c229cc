"""Random streams."""

import numpy as np
import pytest

from pspflow.seeds import generator
from pspflow.simulate import TEMPERS, simulate_specimens


def test_same_purpose_same_stream():
    """The same seed and purpose draw the same numbers, in every process and release."""
    assert generator(0, "a", 1).random() == generator(0, "a", 1).random()
    assert generator(0, "a", 1).integers(1 << 32) == 1782726528


@pytest.mark.parametrize("other", [(1, "a"), (0, "b"), (0, "a", "a"), (0, "a", 0)])
def test_another_purpose_another_stream(other):
    """Neither a zero nor a repeated word is lost in the key."""
    assert generator(0, "a").random() != generator(*other).random()


def test_no_micrograph_draws_the_numbers_of_its_specimen():
    """What a label is made of cannot leak into the background of an image.

    NumPy pads seeds with zeros, so that seeding by (seed, i) and by (seed, i, 0) is the same.
    """
    for specimen in simulate_specimens(5, 0):
        low, high = 3.0, 13.0
        first = (specimen.feed_rate_mm_min - low) / (high - low)
        for temper in TEMPERS:
            drawn = generator(0, "micrograph", specimen.name, temper).random(200)
            assert np.abs(drawn - first).min() > 1e-9
