"""Simulated spheroidite: carbides keep their size in micrometres, whatever the magnification."""

import numpy as np
import pytest

from pspflow.seeds import generator
from pspflow.simulate.spheroidite import BAR_GREY, simulate_carbides, simulate_spheroidite


def test_the_annotation_bar_lies_below():
    """Rows of one grey level with a white mark, and none of them where there is no bar."""
    carbides = simulate_carbides(generator(0, "carbides"))
    image = simulate_spheroidite(carbides, (60, 80), 1964, 12, generator(0, "image"))
    assert image.shape == (72, 80)
    assert set(np.unique(image[60:])) == {BAR_GREY, 255}
    same = simulate_spheroidite(carbides, (60, 80), 1964, 0, generator(0, "image"))
    np.testing.assert_array_equal(same, image[:60])


def test_carbides_cover_as_much_at_every_magnification():
    """The share of bright pixels is that of the sample; their number falls with the field."""
    carbides = simulate_carbides(generator(1, "carbides"))
    shares = []
    for magnification in (982, 3928):
        stream = generator(1, "image", magnification)
        image = simulate_spheroidite(carbides, (400, 400), magnification, 0, stream)
        shares.append((image > 85 + 0.15 * 255).mean())
    assert shares[0] == pytest.approx(carbides.area_fraction, rel=0.35)
    assert shares[1] == pytest.approx(shares[0], rel=0.5)
