"""Figures of the textures: the sets in their first coefficients, and how far they are apart."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from pspflow.mechanics.texture import texture_index
from pspflow.report.style import COLOURS, figure_of
from pspflow.studies.texture.textures.coverage import Neighbours

Floats = NDArray[np.float64]
STYLES: Final = {
    "pool": {"color": "0.72", "ms": 1.6, "zorder": 1},
    "test": {"color": COLOURS[0], "ms": 1.8, "zorder": 2},
    "validation": {"color": COLOURS[1], "ms": 3.0, "zorder": 3},
}
MOST: Final = 4_000
"""Points of a set that are drawn, spread over it."""
BINS: Final = 30


def sets_figure(coefficients: Mapping[str, Floats], crystals: Floats) -> Figure:
    """Show the sets in the plane of two coefficients, the hull of all textures, and their indices.

    Parameters
    ----------
    coefficients
        `n x 36` of each set by name.
    crystals
        Those of single crystals, whose hull no texture leaves.
    """
    with figure_of(1, 3, 0.95) as (figure, grid):
        for axes, other, label in zip(grid[0], (1, 2), ("21", "31"), strict=False):
            _hull(axes, crystals[:, [0, other]])
            for name, style in STYLES.items():
                every = coefficients[name]
                rows = every[np.unique(np.linspace(0, len(every) - 1, MOST).astype(np.int64))]
                axes.plot(rows[:, 0], rows[:, other], ".", **style)
            axes.set(xlabel="$C_4^{11}$", ylabel=f"$C_4^{{{label}}}$")
        _indices(grid[0][2], coefficients)
        grid[0][2].legend(loc="upper right")
    return figure


def neighbours_figure(apart: Neighbours) -> Figure:
    """Show the share of textures by their distance to the nearest candidate."""
    with figure_of(1, 1, 0.4) as (figure, grid):
        axes = grid[0][0]
        labels = {"pool": "pool, to the nearest other", "validation": "validation", "test": "test"}
        for name, label in labels.items():
            values = np.sort(getattr(apart, name))
            shares = np.arange(1, len(values) + 1) / len(values)
            colour = "0.5" if name == "pool" else STYLES[name]["color"]
            axes.step(values, shares, where="post", color=colour, label=label)
        axes.set(
            xlabel="distance to the nearest candidate (multiples of random)",
            ylabel="share of textures (1)",
            ylim=(0, 1.02),
        )
        axes.set_xlim(left=0)
        axes.legend(loc="lower right")
    return figure


def _hull(axes: Axes, points: Floats) -> None:
    corners = points[ConvexHull(points).vertices]
    axes.fill(*corners.T, fill=False, edgecolor="black", lw=0.7)


def _indices(axes: Axes, coefficients: Mapping[str, Floats]) -> None:
    """Draw the distribution of the texture index of each set, on a logarithmic axis."""
    indices = {name: texture_index(coefficients[name]) for name in STYLES}
    largest = max(float(each.max()) for each in indices.values())
    edges = np.geomspace(1, largest * 1.001, BINS)
    for name, values in indices.items():
        shares = np.full(len(values), 1 / len(values))
        colour = "0.5" if name == "pool" else str(STYLES[name]["color"])
        axes.hist(values, edges.tolist(), weights=shares, histtype="step", color=colour, label=name)
    axes.set(xscale="log", xlabel="texture index (1)", ylabel="share of textures (1)")
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100) if tick <= largest]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
