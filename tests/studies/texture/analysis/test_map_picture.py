"""Maps as pictures: each point at its place, whatever the grid and whatever is missing."""

import numpy as np
import pytest

from pspflow.studies.texture.analysis.map_picture import map_figure, map_image

ROWS, COLUMNS = 8, 12


def positions(step, *, hexagonal=False, decimals=5):
    row, column = np.mgrid[:ROWS, :COLUMNS]
    x = step * (column + (0.5 * (row % 2) if hexagonal else 0))
    y = step * row * (np.sqrt(3) / 2 if hexagonal else 1)
    return np.column_stack([x.ravel(), y.ravel()]).round(decimals)


@pytest.mark.parametrize("step", [1, 0.15, 1 / 3])
def test_square_grid(step):
    """Values stand in rows of the map, points that are left out are NaN."""
    places = positions(step, decimals=3)
    kept = np.arange(len(places)) % 7 != 3
    image, (left, right, bottom, top) = map_image(places[kept], np.arange(len(places))[kept])
    assert image.shape == (ROWS, COLUMNS)
    flat = image.ravel()
    np.testing.assert_array_equal(flat[kept], np.arange(len(places))[kept])
    assert np.isnan(flat[~kept]).all()
    assert (left, top) == pytest.approx((-step / 2, -step / 2), rel=0.01)
    assert (right, bottom) == pytest.approx(((COLUMNS - 0.5) * step, (ROWS - 0.5) * step), rel=0.01)


def test_hexagonal_grid():
    """Every second row is shifted by half a point; a point covers two columns."""
    places = positions(0.2, hexagonal=True)
    image, extent = map_image(places, np.arange(len(places)))
    assert image.shape == (ROWS, 2 * COLUMNS + 1)
    np.testing.assert_array_equal(image[0, :-1:2], np.arange(COLUMNS))
    np.testing.assert_array_equal(image[1, 1::2], COLUMNS + np.arange(COLUMNS))
    assert np.isnan(image[0, -1])
    assert extent[0] == pytest.approx(-0.1)


def test_no_grid():
    """Centres of grains, points of one line, or two at one place make no picture."""
    places = positions(1)
    scattered = places + np.random.default_rng(0).random(places.shape)
    assert map_image(scattered, np.zeros(len(places))) is None
    assert map_image(places[:COLUMNS], np.zeros(COLUMNS)) is None
    twice = np.concatenate([places, places[:1]])
    assert map_figure(twice, np.zeros(len(twice)), "value", "") is None
