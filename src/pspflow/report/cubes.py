"""Pictures of structures: three faces of a cube in isometric projection, and tables of such cubes.

The cube is seen from where x and z are large and y is small, so that its origin is the corner at
the left: x runs from there to the bottom corner, y from the bottom corner to the right, z up.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pspflow.arrays import refuses_masks
from pspflow.report.style import PAGE_INCHES, figure_of

PIXELS: Final = 200
"""Pixels along an edge of the picture; figures show fewer, antialiased."""
HALF_WIDTH: Final = np.sqrt(3) / 2
"""Half of the width of the projection, over the length of an edge."""
CORNERS: Final = {
    "left": ((0, 0), (HALF_WIDTH, -0.5), (HALF_WIDTH, 0.5), (0, 1)),
    "right": ((HALF_WIDTH, -0.5), (2 * HALF_WIDTH, 0), (2 * HALF_WIDTH, 1), (HALF_WIDTH, 0.5)),
    "top": ((0, 1), (HALF_WIDTH, 0.5), (2 * HALF_WIDTH, 1), (HALF_WIDTH, 1.5)),
}
"""Corners of each face, over the length of an edge; the origin of the cell is at (0, 0)."""
SHADES: Final = {"left": (235, 25), "right": (212, 0), "top": (255, 50)}
"""Grey levels of phase 0 and phase 1 on each face."""
ARROWS: Final = {
    "x": ((0.05, -0.12), (0.39, -0.316), (0.14, -0.34)),
    "y": ((1.34, -0.316), (1.68, -0.12), (1.6, -0.34)),
    "z": ((-0.09, 0.04), (-0.09, 0.43), (-0.22, 0.24)),
}
"""Start and tip of the arrow along each axis, and position of its letter."""
MARGIN: Final = 0.03
MOST_COLUMNS: Final = 10
"""Most cubes side by side; more are too small to read."""
LABEL: Final = 1.15
"""Width of the row labels, over that of a cube."""
NARROWEST: Final = 5
"""Least number of columns for the size of the cubes; with fewer, space is left free."""
CAPTION_INCHES: Final = 0.22
TITLE_INCHES: Final = 0.13
"""Heights of two lines under a cube, and of one above a column."""
SMALL: Final = 5.5


class Cube(NamedTuple):
    """A structure and its caption."""

    phases: np.ndarray
    """Phase ids 0 and 1, shape ``(n, n, n)``."""
    caption: str = ""
    """At most two short lines."""


@refuses_masks
def cube_image(phases: np.ndarray, pixels: int = PIXELS) -> np.ndarray:
    """Project the three visible faces of a cube.

    Parameters
    ----------
    phases
        Phase ids 0 and 1, (nx, ny, nz); every box is shown as a cube.
    pixels
        Length of an edge.

    Returns
    -------
    Grey levels and opacity, uint8, shape ``(2 pixels, sqrt(3) pixels, 2)``, top row first: phase 1
    is dark, and outside of the cube nothing is opaque.
    """
    faces = _faces(pixels)
    image = np.zeros((*next(iter(faces.values())).inside.shape, 2), np.uint8)
    image[..., 0] = 255
    for name, face in faces.items():
        voxels = tuple(
            np.minimum((place * edge).astype(np.intp), edge - 1)
            for place, edge in zip(face.places, phases.shape, strict=True)
        )
        image[face.inside, 0] = np.array(SHADES[name], np.uint8)[phases[voxels]]
        image[face.inside, 1] = 255
    return image


class _Face(NamedTuple):
    """A face in the picture of a cube."""

    inside: np.ndarray
    """Pixels that show it, bool of the picture's shape."""
    places: tuple[np.ndarray, ...]
    """Where in the cube these are, over the length of its edges: x, y and z."""


@cache
def _faces(pixels: int) -> dict[str, _Face]:
    """Return what a picture of so many pixels along an edge shows, the same for every cube."""
    rows, columns = 2 * pixels, round(2 * HALF_WIDTH * pixels)
    # centres of the pixels: across from 0 to 2, up from -0.5 to 1.5
    across = (np.arange(columns) + 0.5) / columns * 2
    up = 1.5 - (np.arange(rows)[:, None] + 0.5) / pixels
    x, y = np.broadcast_arrays((across - 2 * (up - 1)) / 2, (across + 2 * (up - 1)) / 2)[:2]
    one = np.ones_like(x)
    points = {
        "left": (across * one, 0 * one, up + across / 2),
        "right": (one, (across - 1) * one, up + 1 - across / 2),
        "top": (x, y, one),
    }
    found = {}
    for name, where in points.items():
        inside = np.logical_and.reduce([(place >= 0) & (place <= 1) for place in where])
        found[name] = _Face(inside, tuple(place[inside] for place in where))
    return found


@refuses_masks
def show_cube(axes: Axes, phases: np.ndarray, *, arrows: bool = False) -> None:
    """Show a structure as a cube: phase 1, the stiff one, is black, and phase 0 white.

    Parameters
    ----------
    axes
        Where to draw.
    phases
        Phase ids 0 and 1, shape ``(n, n, n)``, axes x, y and z.
    arrows
        Whether to label the axes with arrows.
    """
    image = cube_image(phases)
    axes.imshow(
        np.concatenate([image[..., :1].repeat(3, axis=2), image[..., 1:]], axis=2),
        extent=(0, 2 * HALF_WIDTH, -0.5, 1.5),
        interpolation="antialiased",
    )
    for corners in CORNERS.values():
        axes.fill(*zip(*corners, strict=True), fill=False, edgecolor="0.25", linewidth=0.4)
    for name, (start, tip, letter) in ARROWS.items() if arrows else ():
        head = {"arrowstyle": "-|>,head_length=0.2,head_width=0.1", "linewidth": 0.5}
        style = {**head, "color": "black", "shrinkA": 0, "shrinkB": 0}
        marks = [
            axes.annotate("", tip, start, arrowprops=style, annotation_clip=False),
            axes.text(*letter, name, ha="center", va="center", fontsize=SMALL),
        ]
        for mark in marks:
            mark.set_in_layout(False)  # they fit into the gap between cubes
    axes.set_xlim(-MARGIN, 2 * HALF_WIDTH + MARGIN)
    axes.set_ylim(-0.5 - MARGIN, 1.5 + MARGIN)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.patch.set_visible(False)  # otherwise it covers the letters of its neighbour


@refuses_masks
def cubes_figure(
    rows: Sequence[tuple[str, Sequence[Cube | None]]], titles: Sequence[str]
) -> Figure:
    """Show a table of structures.

    Parameters
    ----------
    rows
        Label and structures, one per column; None leaves a gap.
    titles
        Titles of the columns, at most `MOST_COLUMNS`.
    """
    columns = len(titles)
    spare = max(0, NARROWEST - columns)
    widths = [LABEL, *[1.0] * columns, *([spare] if spare else [])]
    inches = PAGE_INCHES / sum(widths)
    lines = 1 + max(title.count("\n") for title in titles)
    high = inches / HALF_WIDTH + CAPTION_INCHES + TITLE_INCHES * lines / len(rows)
    with figure_of(len(rows), len(widths), high / inches, widths) as (figure, grid):
        figure.set_layout_engine("constrained", w_pad=0.01, h_pad=0.035, wspace=0, hspace=0)
        for axes in grid[:, [0, *range(columns + 1, len(widths))]].ravel():
            axes.set_axis_off()
        pointed = False
        for line, (label, cubes) in zip(grid, rows, strict=True):
            line[0].text(0, 0.5, label, va="center", fontsize=6.5, transform=line[0].transAxes)
            for axes, cube in zip(line[1:], cubes, strict=False):
                if cube is None:
                    axes.set_axis_off()
                    continue
                show_cube(axes, cube.phases, arrows=not pointed)
                pointed = True
                axes.set_xlabel(cube.caption, fontsize=SMALL, labelpad=1)
        for axes, title in zip(grid[0, 1:], titles, strict=False):
            axes.set_title(title, fontsize=6.5, pad=3)
    return figure
