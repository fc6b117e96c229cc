"""Pictures of textures: pole figures, sections through the ODF, and sheets over the angle.

Densities are in multiples of a random distribution (mrd), on one scale for all panels of a figure.
Colours go from light to dark in steps; the line of 1 mrd is drawn. A series that is cut at l = 12
has negative densities: they have a colour of their own, hatched, and the smallest is written.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Final, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture import (
    COMPONENTS,
    component_orientation,
    equivalent_orientations,
    odf_sections,
    pole_figure,
    pole_figure_of_coefficients,
    section_angles,
)
from pspflow.mechanics.texture.pole_figures import FAMILIES, HALF_WIDTH_RAD
from pspflow.report.style import figure_of, plain

Floats = NDArray[np.float64]
RINGS, SPOKES = 37, 121
"""Points along a radius of a pole figure, and around it, the first one twice."""
HALF = SPOKES // 2
NEGATIVE: Final = "#9ecae1"
HATCH: Final = "//////"
LEAST_SCALE: Final = 3.0
"""Every scale reaches this density, so that what is nearly random looks so."""
MOST_LINEAR: Final = 8.0
"""Densities beyond which the steps grow by a factor instead of being equal."""
STEPS: Final = (0.25, 0.5, 1.0)
MOST_LEVELS: Final = 12
NOTHING: Final = 5e-3
"""Densities below this are written as 0."""
LARGEST_R: Final = 10.0
"""End of the axis of r-values; single crystals have infinite ones."""
GRID_STEPS: Final = 36
MOST_ACROSS: Final = 6
NEAR_DEG: Final = 2.5
"""A component is marked in a section no farther from its φ2 than this."""
USUAL_DEG: Final = (0.0, 45.0, 65.0)
"""φ2 of the sections that rolling textures are judged by."""
ALL_DEG: Final = tuple(float(angle) for angle in range(0, 90, 5))
LINES: Final = ("o-", "s--", "^:", "D-.")
SMALL: Final = 6.5


def pole_points() -> Floats:
    """Return the directions at which pole figures are drawn: (rings, spokes, 3), ND first."""
    radius = np.linspace(0, 1, RINGS)[:, None]
    turn = np.linspace(0, 2 * np.pi, SPOKES)
    flat = radius * np.sqrt(2 - radius**2)  # equal-area projection
    z = np.broadcast_to(1 - radius**2, (RINGS, SPOKES))
    return np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=-1)


@refuses_masks
def poles_of(
    orientations: ArrayLike,
    weights: ArrayLike | None = None,
    half_width_rad: float = HALF_WIDTH_RAD,
) -> list[Floats]:
    """Compute the figures {111}, {100} and {110} of orientations as they are.

    Parameters
    ----------
    orientations, weights, half_width_rad
        As in `pole_figure`.

    Returns
    -------
    For each family, multiples of random at `pole_points`.
    """
    places = pole_points()
    return [
        pole_figure(orientations, family, places, weights, half_width_rad) for family in FAMILIES
    ]


@refuses_masks
def orthorhombic(density: ArrayLike) -> Floats:
    """Symmetrise densities at `pole_points`: those of the texture that `symmetrise` makes."""
    given = np.asarray(density, np.float64)
    # the poles are axes: half turns about Y and Z reverse the spokes and turn them by half
    turned = np.concatenate([given[:, HALF:-1], given[:, : HALF + 1]], axis=1)
    return (given + turned + given[:, ::-1] + turned[:, ::-1]) / 4


@refuses_masks
def poles_of_coefficients(coefficients: ArrayLike) -> list[Floats]:
    """Compute the same from coefficients (36,), by the series that is cut at l = 12."""
    places = pole_points()
    return [pole_figure_of_coefficients(coefficients, family, places) for family in FAMILIES]


def density_levels(largest: float) -> Floats:
    """Choose the steps (n,) of a colour scale from 0 to the largest density, at least 3 mrd.

    Equal steps up to 8 mrd; beyond, factors of √2 from 1/2, or of 2 where these are too many.
    """
    largest = max(largest, LEAST_SCALE)
    if largest <= MOST_LINEAR:
        step = next((s for s in STEPS if largest / s <= MOST_LEVELS), STEPS[-1])
        return step * np.arange(max(2, np.ceil(largest / step - 1e-9)) + 1)
    factor = np.sqrt(2) if largest < 0.5 * 2 ** (MOST_LEVELS / 2) else 2.0
    count = int(np.ceil(np.log(largest / 0.5) / np.log(factor) - 1e-9))
    return np.concatenate([[0], 0.5 * factor ** np.arange(count + 1)])


@refuses_masks
def show_density(
    axes: Axes, x: Floats, y: Floats, density: Floats, levels: Floats
) -> QuadContourSet:
    """Fill the steps (n,) of a density over a grid of points, all (rows, columns)."""
    colours = mpl.colormaps["magma_r"](np.linspace(0.02, 0.92, len(levels) - 1))
    norm = BoundaryNorm(levels, len(levels) - 1)
    shown = ListedColormap(colours).with_extremes(under=NEGATIVE)
    filled = axes.contourf(x, y, density, levels, cmap=shown, norm=norm, extend="min")
    if density.min() < 0:
        with mpl.rc_context({"hatch.linewidth": 0.3, "hatch.color": "white"}):
            axes.contourf(x, y, density, [-np.inf, 0], colors="none", hatches=[HATCH])
    if density.min() < 1 < density.max():
        axes.contour(x, y, density, [1], colors="black", linewidths=0.4)
    return filled


def pole_figures_figure(
    rows: Mapping[str, Sequence[Floats]], families: Sequence[tuple[int, int, int]] = FAMILIES
) -> Figure:
    """Show pole figures, one row per texture, on one colour scale.

    The upper hemisphere is seen from the normal direction in equal-area projection: the rolling
    direction is to the right, the transverse direction up.

    Parameters
    ----------
    rows
        Name of each texture, and densities at `pole_points` for every family.
    families
        Miller indices of each column.
    """
    largest = max(float(density.max()) for row in rows.values() for density in row)
    levels = density_levels(largest)
    with figure_of(len(rows), len(families), 0.86) as (figure, grid):
        for line, (name, row) in zip(grid, rows.items(), strict=True):
            for axes, family, density in zip(line, families, row, strict=True):
                filled = show_pole_figure(axes, family, density, levels)
            name_row(line[0], name)
        density_bar(figure, filled, grid, levels)
    return figure


@refuses_masks
def show_pole_figure(
    axes: Axes, family: tuple[int, int, int], density: Floats, levels: Floats
) -> QuadContourSet:
    """Show a pole figure as `pole_figures_figure` does, with its indices and least and most mrd.

    Parameters
    ----------
    axes
        Where to draw.
    family
        Miller indices.
    density
        Multiples of random at `pole_points`.
    levels
        Steps of the colour scale, as of `density_levels`.
    """
    places = pole_points()
    x, y = (places[..., k] / np.sqrt(1 + places[..., 2]) for k in (0, 1))
    ring = np.linspace(0, 2 * np.pi, 181)
    filled = show_density(axes, x, y, density, levels)
    axes.plot(np.cos(ring), np.sin(ring), color="black", linewidth=0.7)
    axes.plot(0, 0, "+", color="black", markersize=3, markeredgewidth=0.4)
    axes.text(1.04, 0, "RD", va="center", fontsize=SMALL)
    axes.text(0, 1.03, "TD", ha="center", va="bottom", fontsize=SMALL)
    indices = "".join(f"{index:d}" for index in family)
    axes.text(-1.06, 1.06, f"{{{indices}}}", fontsize=8, va="center")
    axes.text(0, -1.05, _range(density), fontsize=SMALL, ha="center", va="top")
    axes.set(xlim=(-1.06, 1.26), ylim=(-1.2, 1.18), aspect="equal")
    axes.set_axis_off()
    return filled


def name_row(axes: Axes, name: str) -> None:
    """Write a name beside the pole figure that begins a row."""
    axes.text(-1.1, 0, plain(name), rotation=90, ha="right", va="center", fontsize=8)


@refuses_masks
def odf_figure(coefficients: ArrayLike, phi2_deg: Sequence[float] = USUAL_DEG) -> Figure:
    """Show sections through an ODF at constant φ2: φ1 to the right, Φ down, both from 0 to 90°.

    In up to three sections, the standard components are marked where they lie; more are shown six
    in a row.

    Parameters
    ----------
    coefficients
        Those of the texture, shape ``(36,)``.
    phi2_deg
        φ2 of every section in degrees.
    """
    sections = odf_sections(coefficients, np.deg2rad(phi2_deg), steps=GRID_STEPS)
    levels = density_levels(float(sections.max()))
    degrees = np.rad2deg(section_angles(GRID_STEPS))
    few = len(sections) <= len(USUAL_DEG)
    across = len(sections) if few else MOST_ACROSS
    down = -(-len(sections) // across)
    with figure_of(down, across, 1.12 if few else 1.02) as (figure, grid):
        for axes in grid.ravel()[len(sections) :]:
            axes.set_axis_off()
        for axes, phi2, density in zip(grid.ravel(), phi2_deg, sections, strict=False):
            filled = show_density(axes, *np.meshgrid(degrees, degrees), density, levels)
            axes.set(xlim=(0, 90), ylim=(90, 0), aspect="equal")
            axes.set_title(f"φ2 = {phi2:g}°", pad=4)
            ticks = (0, 30, 60, 90) if few else (0, 45, 90)
            axes.set(xticks=ticks, yticks=ticks, xlabel="φ1 (°)", ylabel="Φ (°)")
            axes.tick_params(labelsize=SMALL, length=2, pad=1.5)
            axes.spines[:].set_visible(True)
            axes.label_outer()
            if few:
                _mark_components(axes, phi2)
        figure.supxlabel(f"{_range(sections)}; series up to l = 12", fontsize=SMALL)
        density_bar(figure, filled, grid, levels)
    return figure


def in_plane_figure(angles_deg: ArrayLike, sheets: Mapping[str, tuple[Floats, Floats]]) -> Figure:
    """Show yield stress and r-value of sheets over the angle to the rolling direction.

    The axes span at least a tenth of the stress and .5 of the r-value, and end at an r-value of 10.

    Parameters
    ----------
    angles_deg
        Angles in degrees, shape ``(k,)``.
    sheets
        Name of each sheet, its yield stresses in units of the critical resolved shear stress and
        its r-values, as of `yield_stress_and_r_value`.
    """
    labels = ("yield stress / critical shear stress", "r-value")
    with figure_of(1, 2, 0.72) as (figure, grid):
        for part, (axes, label) in enumerate(zip(grid[0], labels, strict=True)):
            for (name, sheet), style in zip(sheets.items(), cycle(LINES), strict=False):
                axes.plot(
                    angles_deg, sheet[part], style, markersize=3, linewidth=1, label=plain(name)
                )
            axes.set(xlim=(-2, 92), xticks=range(0, 91, 15), ylabel=label)
            axes.set_xlabel("angle to the rolling direction (°)")
            low, high = axes.get_ylim()
            spare = max(0, (0.1 * high, 0.5)[part] - (high - low)) / 2
            axes.set_ylim(low - spare, high + spare)
            if part and high > LARGEST_R:
                axes.set_ylim(0, LARGEST_R)
                axes.set_ylabel(f"r-value (axis ends at {LARGEST_R:g})")
        grid[0, 1].axhline(1, color="0.6", linewidth=0.6, zorder=0)
        if len(sheets) > 1:
            grid[0, 0].legend(fontsize=SMALL)
    return figure


def density_bar(
    figure: Figure,
    filled: QuadContourSet,
    grid: np.ndarray,
    levels: Floats,
    where: Literal["right", "bottom"] = "right",
) -> None:
    """Draw the colour scale of densities, steps (n,), beside or below axes (rows, columns)."""
    bar = figure.colorbar(
        filled, ax=grid, location=where, shrink=0.8, pad=0.02, aspect=25, spacing="uniform"
    )
    bar.set_ticks(levels.tolist(), labels=[f"{level:.3g}" for level in levels])
    bar.ax.tick_params(labelsize=SMALL, length=2)
    bar.ax.minorticks_off()
    bar.set_label("multiples of random (mrd)")


def _range(density: Floats) -> str:
    low, high = (
        float(each) if abs(each) >= NOTHING else 0.0 for each in (density.min(), density.max())
    )
    return f"{low:.2g} … {high:.2g} mrd".replace("-", "−")


def _mark_components(axes: Axes, phi2_deg: float) -> None:
    halo = [withStroke(linewidth=1.5, foreground="white")]
    for name in COMPONENTS:
        every = np.rad2deg(equivalent_orientations(component_orientation(name)[None])[0])
        near = (np.abs(every[:, 2] - phi2_deg) < NEAR_DEG) & (every <= 90 + 1e-6).all(axis=1)
        for phi1, phi, _ in np.unique(every[near].round(3), axis=0):
            axes.scatter(
                phi1, phi, 12, "white", edgecolors="black", linewidths=0.6, clip_on=False, zorder=5
            )
            right, low = phi1 < 60, phi > 75  # so that names stay inside
            axes.annotate(
                name,
                (phi1, phi),
                (4 if right else -4, 4 if low else -4),
                textcoords="offset points",
                ha="left" if right else "right",
                va="bottom" if low else "top",
                fontsize=SMALL,
                path_effects=halo,
                zorder=6,
            )
