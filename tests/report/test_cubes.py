"""Pictures of structures."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from pspflow.report.cubes import HALF_WIDTH, Cube, cube_image, cubes_figure, show_cube

EDGE, PIXELS = 5, 100


def pixel(x, y, z):
    """Project a point of the unit cube to a row and a column, from the definition."""
    across, up = (x + y) * HALF_WIDTH, (y - x) / 2 + z
    return int((1.5 - up) * PIXELS), int(across * PIXELS)


@pytest.fixture(scope="module")
def phases():
    """Return a structure of noise."""
    return np.random.default_rng(0).integers(2, size=(EDGE,) * 3, dtype=np.uint8)


@pytest.mark.parametrize("face", ["y = 0", "x = 1", "z = 1"])
def test_every_visible_voxel_is_where_its_place_projects_to(phases, face):
    """Seen from large x and z and small y: each face shows its voxels, not mirrored."""
    image = cube_image(phases, PIXELS)
    fixed, axis, layer = {"y = 0": (0, 1, 0), "x = 1": (1, 0, -1), "z = 1": (1, 2, -1)}[face]
    centres = (np.arange(EDGE) + 0.5) / EDGE
    shown = np.empty((EDGE, EDGE), np.uint8)
    for i, one in enumerate(centres):
        for j, two in enumerate(centres):
            level, opacity = image[pixel(*np.insert([one, two], axis, fixed))]
            assert opacity == 255
            shown[i, j] = level < 128
    np.testing.assert_array_equal(shown, phases.take(layer, axis=axis))


def test_the_cube_fills_its_hexagon_alone(phases):
    """Three quarters of the picture are opaque, and the rest is transparent."""
    opacity = cube_image(phases, PIXELS)[..., 1]
    assert set(np.unique(opacity)) == {0, 255}
    assert (opacity > 0).mean() == pytest.approx(0.75, abs=0.01)


def test_axes_are_named_where_asked_for(phases):
    """Arrows label the axes."""
    one, two = Figure().subplots(1, 2)
    show_cube(one, phases)
    show_cube(two, phases, arrows=True)
    assert {text.get_text() for text in one.texts} == set()
    assert {text.get_text() for text in two.texts} - {""} == {"x", "y", "z"}


def test_tables_have_gaps_where_there_is_no_structure(phases):
    """Each cube keeps its column, and its caption; a missing one leaves the others in place."""
    rows = [("first", [None, Cube(phases, "b")]), ("second", [Cube(phases, "c"), None])]
    figure = cubes_figure(rows, ["one", "two"])
    shown = [axes for axes in figure.axes if axes.get_images()]
    assert [axes.get_xlabel() for axes in shown] == ["b", "c"]
    right, left = (axes.get_subplotspec().colspan.start for axes in shown)
    assert right == left + 1
    assert figure.get_figwidth() == 7
