"""Figures of the anisotropy parameters: over the 18 directions, and their distributions."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pspflow.mechanics.plasticity.parameters import ANGLES_DEG, COUNT, PLANES
from pspflow.report.style import COLOURS, figure_of
from pspflow.studies.texture.plasticity.references import References
from pspflow.studies.texture.plasticity.sheet_values import BANDS, sheet_values

Floats = NDArray[np.float64]
COLOUR: Final = {"pool": "0.5", "test": COLOURS[0], "validation": COLOURS[1]}
DRAWN: Final = ("range of yield stresses", "r-value at 0°", "r-value at 45°", "r-value at 90°")
LARGEST_R: Final = 6.0


def directions_figure(parameters: Mapping[str, Floats], known: References) -> Figure:
    """Show yield stress and lateral increments over the 18 directions, median and band by set.

    Parameters
    ----------
    parameters
        `n x 54` of each set by name.
    known
        Textures that are drawn beside them.
    """
    with figure_of(3, 1, 0.27) as (figure, grid):
        quantities = (
            (slice(0, COUNT), "yield stress\nover that in X"),
            (slice(COUNT, None, 2), "first lateral\nincrement"),
            (slice(COUNT + 1, None, 2), "second lateral\nincrement"),
        )
        for axes, (columns, label) in zip(grid[:, 0], quantities, strict=True):
            for name, values in parameters.items():
                low, middle, high = np.quantile(values[:, columns], BANDS, axis=0)
                _by_plane(axes, middle, COLOUR[name], name, low, high)
            _by_plane(axes, known.random[columns], "black", "random", style="--")
            _by_plane(axes, known.cube[columns], "black", "cube", style=":")
            axes.set_ylabel(label)
            axes.set_xticks(np.arange(COUNT), [f"{angle}°" for angle in ANGLES_DEG] * len(PLANES))
        for place, plane in enumerate(PLANES):
            at = place * len(ANGLES_DEG) + (len(ANGLES_DEG) - 1) / 2
            grid[0][0].text(
                at,
                1.03,
                f"plane {plane.upper()}, from {plane[0].upper()}",
                transform=grid[0][0].get_xaxis_transform(),
                ha="center",
            )
        handles, labels = grid[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return figure


def distributions_figure(parameters: Mapping[str, Floats]) -> Figure:
    """Show the shares of textures below a range of yield stresses and below an r-value, by set."""
    with figure_of(1, len(DRAWN), 0.9) as (figure, grid):
        for axes, quantity in zip(grid[0], DRAWN, strict=True):
            for name, values in parameters.items():
                found = np.sort(sheet_values(values)[quantity])
                shares = np.arange(1, len(found) + 1) / len(found)
                axes.step(found, shares, where="post", color=COLOUR[name], label=name)
            axes.set(xlabel=quantity, ylim=(0, 1.02))
            if quantity.startswith("r-value"):
                axes.set_xlim(0, LARGEST_R)
        grid[0][0].set_ylabel("share of the textures")
        grid[0][0].legend()
    return figure


def _by_plane(
    axes: Axes,
    values: Floats,
    colour: str,
    label: str,
    low: Floats | None = None,
    high: Floats | None = None,
    style: str = "-",
) -> None:
    """Draw a line for each plane, and a band where there is one."""
    step = len(ANGLES_DEG)
    for start in range(0, COUNT, step):
        part = slice(start, start + step)
        places = np.arange(start, start + step)
        named = label if not start else None
        if low is not None and high is not None:
            axes.fill_between(places, low[part], high[part], color=colour, alpha=0.1, lw=0)
            for edge in (low, high):
                axes.plot(places, edge[part], color=colour, alpha=0.6, lw=0.6)
        axes.plot(places, values[part], style, color=colour, label=named, marker=".", ms=3, lw=1)
