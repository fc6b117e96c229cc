"""Figure of single specimens: rank correlations by direction, with rulers."""

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from pspflow.report.style import figure_of, plain
from pspflow.studies.temper.flows.figures import SMALL, colours, legend_below
from pspflow.studies.temper.specimens.findings import named, summary
from pspflow.studies.temper.specimens.rulers import KNOWN, MATCHED, REAL, RULERS, SOURCE
from pspflow.studies.temper.transfer.plausibility_chart import name_slots, offsets

MARKS: Final[dict[str, dict[str, Any]]] = {
    SOURCE: {"marker": "s", "color": "black", "markerfacecolor": "white"},
    MATCHED: {"marker": "D", "color": "black", "markerfacecolor": "white"},
    KNOWN: {"marker": "^", "color": "0.45"},
    REAL: {"marker": "v", "color": "0.45"},
}
"""Markers of rulers."""
SHORT: Final = {
    SOURCE: "source",
    MATCHED: "source, matched",
    KNOWN: "source's true values",
    REAL: "real target",
}
"""What the legend calls them."""


def specimens_figure(agreement: pd.DataFrame) -> Figure:
    """Show the rank correlation of each direction, one panel per quantity.

    Of the trainings of a regularisation, means of the values and of the ends of their intervals.

    Parameters
    ----------
    agreement
        As `agreement.agreement` returns it.
    """
    table = summary(agreement)
    quantities = list(dict.fromkeys(table["quantity"]))
    moved = table[table["source"] != table["target"]]
    ways = list(dict.fromkeys(zip(moved["source"], moved["target"], strict=True)))
    flows = [name for name in dict.fromkeys(table["flow"]) if name not in RULERS]
    colour_of = colours(flows)
    marks: dict[str, dict[str, Any]] = {
        **{name: {"marker": "o", "color": each} for name, each in colour_of.items()},
        **MARKS,
    }
    with figure_of(len(quantities), 1, cell_aspect=0.36) as (figure, grid):
        for axes, quantity in zip(grid[:, 0], quantities, strict=True):
            rows = table[table["quantity"] == quantity].set_index(["flow", "source", "target"])
            for (name, mark), offset in zip(marks.items(), offsets(len(marks), 0.8), strict=True):
                _points(axes, rows, name, mark, ways, offset)
            axes.axhline(0, color="0.8", linewidth=0.6, zorder=0)
            axes.set(ylim=(-1.05, 1.05), ylabel="rank correlation (1)")
            axes.set_title(named(quantity), fontsize=SMALL + 1, loc="left")
            names = [f"{a}\n→ {b}" for a, b in ways]
            name_slots(axes, names if axes is grid[-1, 0] else None, len(ways), 1)
        legend_below(
            figure,
            {
                plain(SHORT.get(name, name)): Line2D([], [], linestyle="none", **mark)
                for name, mark in marks.items()
            },
        )
    return figure


def _points(
    axes: Axes,
    rows: pd.DataFrame,
    name: str,
    mark: dict[str, Any],
    ways: list[tuple[str, str]],
    offset: float,
) -> None:
    """Draw the correlations of a flow, or of a ruler, with their intervals."""
    for place, (source, target) in enumerate(ways):
        key = (name, target if name == REAL else source, target)
        if key not in rows.index:
            continue
        row = rows.loc[key]
        axes.plot(place + offset, row["rho"], linestyle="none", markersize=4, **mark)
        if np.isfinite(row["rho_low"]):
            ends = (row["rho_low"], row["rho_high"])
            axes.vlines(place + offset, *ends, color=mark["color"], linewidth=0.7)
