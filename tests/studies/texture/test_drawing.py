"""Pictures of textures: their scales, their axes, and what they do with negative densities."""

import warnings
from io import BytesIO

import numpy as np
import pytest

from pspflow.mechanics.texture import (
    coefficients,
    component_orientation,
    pole_figure_of_coefficients,
    random_orientations,
    symmetrise,
)
from pspflow.studies.texture.drawing import (
    ALL_DEG,
    NEGATIVE,
    USUAL_DEG,
    density_levels,
    in_plane_figure,
    odf_figure,
    orthorhombic,
    pole_figures_figure,
    pole_points,
    poles_of,
    poles_of_coefficients,
)

S = component_orientation("S")[None]


def saved(figure):
    """Save a figure; a layout that does not fit warns, which is an error here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(BytesIO(), dpi=50)
    return figure


@pytest.mark.parametrize("largest", [0.2, 1, 2.9, 3, 7.99, 8, 8.1, 30, 64, 500])
def test_scales_reach_the_largest_density(largest):
    """They start at 0, hold 1 mrd, reach 3 at least, and have few steps."""
    levels = density_levels(largest)
    assert levels[0] == 0
    assert np.isclose(levels, 1).any()
    assert levels[-1] >= max(largest, 3) - 1e-9
    assert levels[-2] < max(largest, 3)
    assert len(levels) <= 14
    assert (np.diff(levels) > 0).all()


def test_points_of_pole_figures_are_directions():
    """The first ring is the normal direction, the last the plane of the sheet, from RD to TD."""
    places = pole_points()
    np.testing.assert_allclose(np.linalg.norm(places, axis=-1), 1)
    np.testing.assert_allclose(places[0], np.broadcast_to([0, 0, 1], places[0].shape))
    np.testing.assert_allclose(places[-1, 0], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(places[-1, places.shape[1] // 4], [0, 1, 0], atol=1e-12)


def test_figures_of_one_scale():
    """All panels of a figure have the colours of one scale; cube has its poles at RD, TD and ND."""
    cube = poles_of(np.zeros((1, 3)))
    hundred = cube[1]
    assert hundred[0, 0] == pytest.approx(hundred.max())
    assert hundred[-1, 0] == pytest.approx(hundred.max(), rel=1e-6)
    figure = saved(pole_figures_figure({"cube": cube, "$S_": poles_of(S)}))
    scales = {
        tuple(each.levels)
        for axes in figure.axes
        for each in axes.collections
        if len(getattr(each, "levels", ())) > 2
    }
    assert len(scales) == 1
    assert max(scales.pop()) >= max(hundred.max(), cube[0].max())


def test_series_of_coefficients():
    """Figures from coefficients are those of the shared layer."""
    known = coefficients(S)
    one = poles_of_coefficients(known)[2]
    np.testing.assert_allclose(
        one, pole_figure_of_coefficients(known, (1, 1, 0), pole_points()), rtol=1e-12
    )


@pytest.mark.parametrize(("angles", "panels"), [(USUAL_DEG, 3), (ALL_DEG, 18)])
def test_negative_densities_are_shown(angles, panels):
    """A sharp texture has them: they have their own colour, and the smallest is written."""
    figure = saved(odf_figure(coefficients(S), angles))
    sections = [axes for axes in figure.axes if axes.get_title().startswith("φ2")]
    assert len(sections) == panels
    for axes in sections:
        assert axes.collections[0].get_cmap().get_under()[:3] == pytest.approx(
            tuple(int(NEGATIVE[k : k + 2], 16) / 255 for k in (1, 3, 5))
        )
    assert "−" in figure.get_supxlabel()


def test_components_are_marked_where_they_lie():
    """S lies in the section of 65°, near φ1 = 59° and Φ = 37°."""
    figure = odf_figure(coefficients(S), [65.0])
    names = {each.get_text(): each.xy for each in figure.axes[0].texts}
    assert set(names) == {"S"}
    np.testing.assert_allclose(names["S"], (58.98, 36.70), atol=0.1)


def test_sheets_over_the_angle():
    """Each sheet is one line in both panels, drawn at its values."""
    angles = np.arange(0, 91, 15)
    sheet = (np.linspace(2.9, 3.0, 7), np.linspace(0.8, 1.2, 7))
    figure = saved(in_plane_figure(angles, {"as it is": sheet, "other": sheet}))
    for axes, values in zip(figure.axes, sheet, strict=True):
        lines = [line for line in axes.lines if len(line.get_xdata()) == 7]
        assert len(lines) == 2
        np.testing.assert_allclose(lines[0].get_ydata(), values)
    low, high = figure.axes[0].get_ylim()
    assert high - low >= 0.28


def test_infinite_r_values_do_not_hide_the_others():
    """The axis ends at 10, and says so."""
    angles = np.arange(0, 91, 15)
    ratios = np.array([0.8, 1.0, 1.2, 2.0, 30.0, 1e3, np.inf])
    figure = saved(in_plane_figure(angles, {"Goss": (np.ones(7), ratios)}))
    assert figure.axes[1].get_ylim() == (0, 10)
    assert "ends at 10" in figure.axes[1].get_ylabel()


def test_symmetrised_figures():
    """The mean over half turns of a figure is the figure of the symmetrised texture."""
    some = random_orientations(3, np.random.default_rng(0))
    for one, both in zip(poles_of(some), poles_of(*symmetrise(some)), strict=True):
        np.testing.assert_allclose(orthorhombic(one), both, atol=5e-3 * both.max())
