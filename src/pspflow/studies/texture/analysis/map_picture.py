"""Values of a map's points, as a picture in the coordinates of the file."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks
from pspflow.report.style import figure_of

Floats = NDArray[np.float64]
MOST_PIXELS = 30_000_000
NEAR = 0.25
"""How far, in steps of the grid, a point may be from its place."""
COLOURS = "viridis"
NO_POINT = "0.85"


@refuses_masks
def map_image(
    positions: Floats, values: Floats
) -> tuple[Floats, tuple[float, float, float, float]] | None:
    """Lay values out as an image; rows of a hexagonal grid are shifted by half a point.

    Parameters
    ----------
    positions
        x and y of each point, shape ``(n, 2)``, from a map with points left out or not.
    values
        Shape ``(n,)``.

    Returns
    -------
    The image, NaN where there is no point, the first row of smallest y; and its extent as imshow
    takes it. None if the points are on no grid.
    """
    places, steps = [], []
    for along in np.asarray(positions, np.float64).T:
        there = np.unique(along)
        gaps = np.diff(there)
        if not gaps.size:
            return None
        # files round positions, so that the mean of equal steps is better than any of them
        step = float(gaps[gaps < 1.5 * np.median(gaps)].mean())
        place = (along - there[0]) / step
        if np.abs(place - np.rint(place)).max() > NEAR:
            step = float(gaps.min())
            place = (along - there[0]) / step
        if np.abs(place - np.rint(place)).max() > NEAR:
            return None
        places.append(np.rint(place).astype(np.int64))
        steps.append(step)
    columns, rows = places
    width = _width(columns, rows)
    shape = int(rows.max()) + 1, int(columns.max()) + width
    if shape[0] * shape[1] > MOST_PIXELS:
        return None
    if len(np.unique(rows * shape[1] + columns)) < len(values):
        return None
    image = np.full(shape, np.nan)
    for shift in range(width):
        image[rows, columns + shift] = values
    left = float(positions[:, 0].min()) - steps[0] * width / 2
    top = float(positions[:, 1].min()) - steps[1] / 2
    return image, (left, left + shape[1] * steps[0], top + shape[0] * steps[1], top)


def _width(columns: NDArray[np.int64], rows: NDArray[np.int64]) -> int:
    """Return how many columns a point covers: 2 where every second row is shifted by half."""
    order = np.lexsort((columns, rows))
    gaps = np.diff(columns[order])[np.diff(rows[order]) == 0]
    return 2 if gaps.size and gaps.min() == 2 else 1


@refuses_masks
def map_figure(positions: Floats, values: Floats, label: str, unit: str) -> Figure | None:
    """Show values over a map: x to the right, y down, as programs show maps; grey is no point.

    Parameters
    ----------
    positions, values
        As in `map_image`.
    label
        What the values are.
    unit
        Unit of the positions, for the axes; empty if the file does not say.

    Returns
    -------
    The figure, or None if the points lie on no grid.
    """
    found = map_image(positions, values)
    if found is None:
        return None
    image, extent = found
    wide, high = extent[1] - extent[0], extent[2] - extent[3]
    aspect = min(1.2, max(0.25, high / wide * 0.85))
    with figure_of(1, 1, aspect) as (figure, grid):
        axes: Axes = grid[0, 0]
        axes.set_facecolor(NO_POINT)
        low, top = np.nanpercentile(image, [1, 99])
        shown = axes.imshow(
            image, COLOURS, extent=extent, vmin=low, vmax=top, interpolation="none", origin="upper"
        )
        inside = f" ({unit})" if unit else ""
        axes.set(xlabel=f"x{inside}", ylabel=f"y{inside}")
        axes.spines[:].set_visible(True)
        bar = figure.colorbar(shown, ax=axes, shrink=0.85, aspect=30, extend="both")
        bar.set_label(label)
    return figure
