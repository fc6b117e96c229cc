"""Grain boundaries that are drawn by hand are measured as drawn."""

import numpy as np
import pytest

from pspflow.microstructure.boundaries import boundaries, dark_lines

EDGE, CELL = 64, 16


def grid(width=1):
    """Draw a periodic grid of square cells."""
    at = np.arange(EDGE) % CELL < width
    return at[:, None] | at


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_closed_grid_has_no_ends(width):
    """Sixteen cells, as many crossings, and every line separates two cells."""
    found = boundaries(grid(width), periodic=True)
    assert found.ends == 0
    assert found.junctions == 16
    assert len(found.cell_areas_px) == 16
    assert found.separating_px >= found.length_px - 16  # in a crossing of one pixel, all but it
    assert found.cell_areas_px.sum() + found.length_px == EDGE**2


def test_one_cut_joins_two_cells():
    """A gap in one line has two ends, and what is left of the line separates nothing."""
    cut = grid()
    cut[CELL, 5:9] = False
    found, whole = boundaries(cut, periodic=True), boundaries(grid(), periodic=True)
    assert found.ends == 2
    assert len(found.cell_areas_px) == 15
    lost = whole.separating_px - found.separating_px
    assert 11 <= lost <= 15  # the line of 15 pixels, but for its feet at crossings


def test_lines_that_leave_the_image_do_not_end():
    """Of a window that is not periodic, the edges close the cells and are no lines."""
    window = grid()[5:-3, 5:-3]
    found = boundaries(window)
    assert found.ends == 0
    assert found.junctions == 9
    assert len(found.cell_areas_px) == 16


def test_triple_junctions_of_bricks():
    """A brick wall has two triple junctions a brick."""
    wall = np.zeros((EDGE, EDGE), bool)
    wall[::CELL] = True
    for row in range(0, EDGE, CELL):
        wall[row : row + CELL, (row // CELL % 2) * 8 :: CELL] = True
    found = boundaries(wall, periodic=True)
    assert (found.ends, found.junctions, len(found.cell_areas_px)) == (0, 32, 16)
    np.testing.assert_array_equal(found.cell_areas_px, np.full(16, 15 * 15))


def test_nothing_drawn_is_one_cell():
    """An image of one grey level has no lines."""
    assert not dark_lines(np.full((2, 8, 8), 7, np.uint8)).any()
    found = boundaries(np.zeros((8, 8), bool))
    assert found[:4] == (0, 0, 0, 0)
    np.testing.assert_array_equal(found.cell_areas_px, [64])


def test_grey_lines_are_found_by_their_darkness():
    """Otsu's threshold divides blurred levels as drawn."""
    grey = np.where(grid(), 60, 190).astype(np.uint8)
    np.testing.assert_array_equal(dark_lines(grey[None])[0], grid())
