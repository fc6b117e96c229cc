"""Two phases of chips: Otsu's, and those of chips that have one phase alone."""

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from pspflow.microstructure.phases import light_phase


def test_every_chip_has_its_own_threshold():
    """A brighter micrograph has the same phases."""
    chip = np.random.default_rng(0).integers(0, 200, (12, 15)).astype(np.uint8)
    found = light_phase(np.stack([chip, chip + 55]), level=0.0)
    np.testing.assert_array_equal(found[0], chip > threshold_otsu(chip))
    np.testing.assert_array_equal(found[1], found[0])


def test_chips_of_one_grey_level_are_of_one_phase():
    """Which one, the level decides: a network may make such chips, and they count."""
    chips = np.stack([np.full((8, 8), grey, np.uint8) for grey in (20, 200)])
    found = light_phase(chips, level=100.0)
    assert not found[0].any()
    assert found[1].all()


def test_other_arrays_are_refused():
    """Floats have no scale."""
    with pytest.raises(ValueError, match="uint8"):
        light_phase(np.zeros((1, 8, 8)), 0.5)
