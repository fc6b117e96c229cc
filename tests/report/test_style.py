"""The shared look of figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pspflow.report.style import figure_of, nice_length, plain, show_grey


@given(st.floats(1e-6, 1e6))
def test_scale_bars_have_round_lengths(most):
    """A bar is 1, 2 or 5 times a power of ten, and the longest such that fits."""
    length = nice_length(most)
    digit = f"{length:.3e}"[0]
    assert digit in "125"
    assert length <= most * (1 + 1e-9)
    assert length * 2.5 > most * (1 - 1e-9)


@pytest.mark.parametrize(("pixel_size_um", "bars"), [(0.05, 2), (np.nan, 0)])
def test_a_scale_bar_is_drawn_only_where_the_scale_is_known(pixel_size_um, bars):
    """Without a pixel size there is no bar; with one its length is true to the pixels."""
    with figure_of(1, 1, 1.0) as (_, grid):
        show_grey(grid[0, 0], np.zeros((128, 128), np.uint8), pixel_size_um)
    lines = grid[0, 0].get_lines()
    assert len(lines) == bars
    for line in lines:
        (start, stop), _ = line.get_data()
        length_um = float(grid[0, 0].texts[0].get_text().split()[0])
        assert (stop - start) * pixel_size_um == pytest.approx(length_um)


def test_grey_levels_are_shown_as_they_are():
    """No image is stretched: T6 looks as dark as it is."""
    with figure_of(1, 1, 1.0) as (_, grid):
        show_grey(grid[0, 0], np.full((8, 8), 100, np.uint8))
    assert grid[0, 0].get_images()[0].get_clim() == (0, 255)


@pytest.mark.parametrize("name", ["$x$", "_hidden", "_$a$_", "t5_x"])
def test_names_are_drawn_as_the_user_wrote_them(name):
    """No name is read as a formula, and none that begins with an underscore is hidden."""
    with figure_of(1, 1, 1.0) as (figure, grid):
        grid[0, 0].plot([0, 1], label=plain(name))
        (text,) = grid[0, 0].legend().get_texts()
    figure.draw_without_rendering()
    drawn, formula = text._preprocess_math(text.get_text())
    assert (drawn.strip("\u200a"), bool(formula)) == (name, False)
