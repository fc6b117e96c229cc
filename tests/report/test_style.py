"""The shared look of figures."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from skimage.color import rgb2lab

import pspflow
from pspflow.io.pages import save_drawing, save_figure
from pspflow.report.style import (
    COLOURS,
    MOST_POINTS,
    figure_of,
    lighten,
    nice_length,
    plain,
    show_grey,
)

# what people without red or green cones see of linear RGB: Machado, Oliveira and Fernandes,
# IEEE Trans. Vis. Comput. Graph. 15, 1291 (2009), severity 1
MACHADO = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
SAFE_MAPS = {"viridis", "magma_r", "Blues", "RdBu_r", "gray", "gray_r"}
"""Colour maps whose order is that of lightness, or of lightness on either side of white."""


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


def seen(colour, matrix):
    """Return a colour in CIELAB as someone sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(matrix) @ linear, 0, 1)
    return rgb2lab(
        np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    )


@pytest.mark.parametrize("kind", MACHADO)
def test_colours_are_told_apart_without_red_or_green_cones(kind):
    """Any two of them differ by several times what is just noticeable (about 2)."""
    for one, other in combinations(COLOURS, 2):
        distance = np.linalg.norm(seen(one, MACHADO[kind]) - seen(other, MACHADO[kind]))
        assert distance > 10, (one, other, distance)


def test_other_colours_are_grey():
    """No figure names a colour of its own: the palette and these maps are all there is."""
    named = re.compile(r"""(?:colou?r|cmap|facecolor|edgecolor)=["']([^"']+)["']""")
    mapped = re.compile(r"""colormaps\[["'](\w+)["']\]""")
    for path in Path(pspflow.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for name in named.findall(text) + mapped.findall(text):
            grey = name in {"black", "white", "none"} or re.fullmatch(r"0\.\d+", name)
            assert grey or name in SAFE_MAPS, f"{path}: {name}"


def drawn(points):
    """Return a figure of a line and of markers, each of so many points."""
    with figure_of(1, 2, 1.0) as (figure, grid):
        values = np.random.default_rng(0).normal(size=(2, points))
        grid[0, 0].plot(*values, ".")
        grid[0, 1].scatter(*values)
        grid[0, 0].set(xlabel="strain (%)", ylabel="stress (MPa)")
    return figure


def test_drawings_are_the_same_bytes_again(tmp_path, provenance):
    """An SVG holds no time, no random name; it says where it comes from, and needs no font."""
    for name in "ab":
        figure = drawn(50)
        save_figure(tmp_path / f"{name}.png", figure, provenance)
        lighten(figure)
        save_drawing(tmp_path / f"{name}.svg", figure, provenance)
    first, second = ((tmp_path / f"{name}.svg").read_text() for name in "ab")
    assert first == second
    assert provenance.stage in first
    assert "<text" not in first
    assert "<image" not in first
    pngs = [(tmp_path / f"{name}.png").read_bytes() for name in "ab"]
    assert pngs[0] == pngs[1]


def test_drawings_of_many_points_stay_small(tmp_path, provenance):
    """They are a picture inside the drawing, whose labels stay outlines."""
    figure = drawn(4 * MOST_POINTS)
    lighten(figure)
    save_drawing(tmp_path / "many.svg", figure, provenance)
    text = (tmp_path / "many.svg").read_text()
    assert text.count("<image") == 2
    assert len(text) < 2_000_000
