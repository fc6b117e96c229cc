"""Figures of designed structures and their errors: arrays and tables in, matplotlib figures out."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from pspflow.report.cubes import show_cube
from pspflow.report.style import figure_of
from pspflow.studies.composite.design.comparisons import RETRIEVAL
from pspflow.studies.composite.networks.captions import wrapped_label
from pspflow.studies.composite.structures.options import HELD_OUT
from pspflow.studies.composite.structures.properties import Target

ACROSS: Final = 4
MOST_SHOWN: Final = 12
PANELS: Final = 2
"""Panels of errors side by side."""
STEPS: Final = {
    "drawn_error_percent": "network alone",
    "best_error_percent": "best by the solver",
    "refined_error_percent": "solver in the loop",
}
SHIFT: Final = 0.2
"""Distance of the steps of a network along the axis."""
LOWEST_PERCENT: Final = 0.01
"""Smallest error drawn, since the axis is logarithmic; smaller ones are drawn here."""


def designs_figure(phases: np.ndarray, table: pd.DataFrame, properties: Sequence[str]) -> Figure:
    """Draw designs as cubes with rank and error, and C11 where that alone is wanted.

    Of refined designs, these are those after refinement.

    Parameters
    ----------
    phases, table
        See `pspflow.studies.composite.design.designs.Design`; the first 12 are drawn.
    properties
        Properties that were wanted.
    """
    after = "refined_" if "refined_error_percent" in table else ""
    shown = min(len(phases), MOST_SHOWN)
    down = -(-shown // ACROSS)
    with figure_of(down, ACROSS, cell_aspect=1.15) as (figure, grid):
        figure.set_layout_engine("constrained", w_pad=0.1)  # room for the letters of axes
        for axes in grid.ravel()[shown:]:
            axes.set_axis_off()
        for place, axes in enumerate(grid.ravel()[:shown]):
            row = table.iloc[place]
            show_cube(axes, phases[place], arrows=place == 0)
            lines = [f"{place + 1}: error {row[f'{after}error_percent']:.2g} %"]
            if len(properties) == 1:
                lines.append(
                    f"{row[after + properties[0]]:.1f} of {row[f'wanted_{properties[0]}']:g} GPa"
                )
            axes.set_title("\n".join(lines))
    return figure


def errors_figure(points: Mapping[tuple[str, Target], pd.DataFrame]) -> Figure:
    """Show the errors of every target and run, by network, before and after refinement.

    Parameters
    ----------
    points
        Set and target, and what `by_target` says of its designs; one panel each.
    """
    names: dict[Target, str] = {"c11": "$C_{11}$", "normal": "six components"}
    across = min(len(points), PANELS)
    with figure_of(-(-len(points) // across), across, cell_aspect=0.8) as (figure, grid):
        for axes in grid.ravel()[len(points) :]:
            axes.set_axis_off()
        panels = zip(grid.ravel(), points.items(), strict=False)
        for axes, ((name, target), rows) in panels:
            networks = list(dict.fromkeys(rows["network"]))
            for place, (column, label) in enumerate(STEPS.items()):
                at = rows["network"].map(networks.index) + SHIFT * (place - 1)
                errors = rows[column].clip(lower=LOWEST_PERCENT)
                drawn = (rows["network"] != RETRIEVAL) | (place > 0)
                axes.plot(at[drawn], errors[drawn], "o", ms=3, alpha=0.6, label=label)
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.set_xticks(range(len(networks)), [wrapped_label(each) for each in networks])
            axes.tick_params(axis="x", labelrotation=45)
            axes.set_title(names[target] + (", held out" if name == HELD_OUT else ""))
            axes.set_ylabel("error (%)")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(STEPS))
    return figure
