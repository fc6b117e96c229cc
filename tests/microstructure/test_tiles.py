"""Measures of a whole image, and intervals from its tiles."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.microstructure import ferrite_fraction, mean_free_path
from pspflow.microstructure.tiles import tiled_morphology


def blobs(images, size, rng, correlation_px=3):
    """Draw two-phase structures of about 65 % ferrite, parts of larger ones."""
    fields = rng.normal(size=(images, size + 40, size + 40))
    fields = gaussian_filter(fields, (0, correlation_px, correlation_px))[:, 20:-20, 20:-20]
    return fields / fields.std() > -0.4


@pytest.mark.parametrize("tile_px", [8, 16, 25, 1000])
def test_the_values_are_those_of_the_whole_image(tile_px):
    """However it is divided: no border of a tile cuts a chord."""
    (ferrite,) = blobs(1, 90, np.random.default_rng(0))
    ferrite = ferrite[:70]
    found = tiled_morphology(ferrite, tile_px)
    assert found.tiles == max(1, 70 // tile_px) * max(1, 90 // tile_px)
    assert found.ferrite_fraction.value == pytest.approx(ferrite_fraction(ferrite))
    assert found.mean_free_path_px.value == pytest.approx(mean_free_path(ferrite))
    for estimate in (found.ferrite_fraction, found.mean_free_path_px):
        if found.tiles == 1:
            assert np.isnan(estimate[1:]).all()
        else:
            assert 0 <= estimate.low < estimate.value < estimate.high


def test_equal_tiles_leave_no_doubt():
    """Each tile left out changes nothing."""
    ferrite = np.tile(np.indices((16, 16)).sum(axis=0) % 4 < 2, (4, 4))
    found = tiled_morphology(ferrite, 16)
    assert found.ferrite_fraction == pytest.approx((0.5, 0.5, 0.5))


def test_an_interval_of_fractions_is_students():
    """Of tiles of one size it is that of the mean of their fractions."""
    (ferrite,) = blobs(1, 96, np.random.default_rng(1))
    fractions = ferrite.reshape(3, 32, 3, 32).mean(axis=(1, 3)).ravel()
    half = 2.306 * fractions.std(ddof=1) / 3
    expected = (fractions.mean(), fractions.mean() - half, fractions.mean() + half)
    assert tiled_morphology(ferrite, 32).ferrite_fraction == pytest.approx(expected, rel=1e-3)


def test_intervals_hold_the_structures_value():
    """Nine of ten or more, where tiles are two paths wide; the value is that of many images."""
    images = blobs(60, 128, np.random.default_rng(2), correlation_px=2)
    found = [tiled_morphology(ferrite, 32) for ferrite in images]
    for name in ("ferrite_fraction", "mean_free_path_px"):
        estimates = np.array([getattr(each, name) for each in found])
        truth = estimates[:, 0].mean()
        held = (estimates[:, 1] <= truth) & (truth <= estimates[:, 2])
        assert held.mean() > 0.88


def test_the_border_shortens_paths_as_said():
    """1/d of an image of edge L is 1/L larger than without a border, less 1/(d L) of pixels."""
    images = blobs(20, 192, np.random.default_rng(3))
    lengths = {}
    for edge in (32, 64, 192):
        parts = images.reshape(20, 192 // edge, edge, 192 // edge, edge).swapaxes(2, 3)
        parts = parts.reshape(-1, edge, edge)
        area = parts.sum()
        starts = [parts[:, :, 0].sum() + (parts[:, :, 1:] & ~parts[:, :, :-1]).sum()]
        starts.append(parts[:, 0].sum() + (parts[:, 1:] & ~parts[:, :-1]).sum())
        lengths[edge] = np.mean([area / each for each in starts])
    for edge in (32, 64):
        without = (1 / lengths[192] - 1 / 192) / (1 - 1 / 192)
        expected = 1 / (without * (1 - 1 / edge) + 1 / edge)
        assert lengths[edge] == pytest.approx(expected, rel=0.005)


def test_no_interval_where_one_tile_has_all():
    """Without it there is no chord to measure; the fraction still has one."""
    ferrite = np.zeros((32, 32), bool)
    ferrite[3:9, 3:9] = True
    found = tiled_morphology(ferrite, 16)
    assert found.mean_free_path_px.value == 6
    assert np.isnan(found.mean_free_path_px[1:]).all()
    assert found.ferrite_fraction.low == 0


@pytest.mark.parametrize(
    ("ferrite", "tile_px", "sentence"),
    [
        (np.zeros((4, 4), bool), 2, "with ferrite in it"),
        (np.ones((4, 4)), 2, "must be"),
        (np.ones((4, 4), bool), 0, "tile_px must be 1 or more, got 0"),
    ],
)
def test_what_cannot_be_measured_is_refused(ferrite, tile_px, sentence):
    """One sentence says what is wrong."""
    with pytest.raises(ValueError, match=sentence):
        tiled_morphology(ferrite, tile_px)
