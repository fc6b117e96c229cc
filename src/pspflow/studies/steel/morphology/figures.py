"""Figures of morphology: arrays and tables in, matplotlib figures out."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pspflow.arrays import refuses_masks
from pspflow.report.style import COLOURS, figure_of, plain, show_grey
from pspflow.studies.steel.images.paper import Moments
from pspflow.studies.steel.morphology.moments import quantities_of

MOST_COLUMNS = 6
"""Chips beside each other in a figure."""


def measures_figure(
    measures: pd.DataFrame, paper: Mapping[str, Mapping[str, Moments]] | None
) -> Figure:
    """Show the measures of chips by domain as box plots (figures 10a and 12a).

    Parameters
    ----------
    measures
        Table of the stage `measure`.
    paper
        By quantity and domain the paper's values; None: none to compare with.
    """
    domains = list(dict.fromkeys(measures["domain"]))
    with figure_of(1, 2, cell_aspect=0.75) as (figure, grid):
        for axes, quantity in zip(grid[0], quantities_of(measures), strict=True):
            values = quantity.of(measures)
            known = np.isfinite(values)
            groups = [values[known & (measures["domain"] == each)] for each in domains]
            _boxes(axes, groups)
            if paper is not None:
                means = [paper[quantity.name][each].mean for each in domains]
                at = np.arange(len(domains)) + 0.38  # beside the box, which would hide it
                style = {"color": COLOURS[1], "linestyle": "none", "markersize": 5}
                axes.plot(at, means, "D", label="paper's mean", zorder=3, **style)
            axes.set_xticks(range(len(domains)), [plain(str(each)) for each in domains])
            if len(domains) > MOST_COLUMNS:
                axes.tick_params(axis="x", rotation=45)
            axes.set_ylabel(f"{quantity.name} ({quantity.unit})")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return figure


def _boxes(axes: Axes, groups: Sequence[np.ndarray]) -> None:
    drawn = axes.boxplot(
        groups,
        positions=range(len(groups)),
        widths=0.55,
        showmeans=True,
        medianprops={"color": "black"},
        meanprops={
            "marker": "^",
            "markerfacecolor": COLOURS[2],
            "markeredgecolor": COLOURS[2],
            "markersize": 5,
        },
        flierprops={"marker": ".", "markersize": 2, "markerfacecolor": "0.5", "alpha": 0.5},
    )
    drawn["medians"][0].set_label("median")
    drawn["means"][0].set_label("mean")


@refuses_masks
def division_figure(
    chips: Sequence[np.ndarray],
    ferrite: Sequence[np.ndarray],
    titles: Sequence[str],
    pixel_size_um: float,
) -> Figure:
    """Show chips, and below them what Otsu's threshold takes for ferrite, in white.

    Parameters
    ----------
    chips, ferrite
        (rows, columns) uint8, and bool; as many of each.
    titles
        One per chip.
    pixel_size_um
        Edge of a pixel, or NaN.
    """
    columns = min(len(chips), MOST_COLUMNS)
    rows = -(-len(chips) // columns)
    tall = chips[0].shape[0] / chips[0].shape[1]
    with figure_of(2 * rows, columns, cell_aspect=tall + 0.1) as (figure, grid):
        for axes in grid.ravel():
            axes.set_axis_off()
        for place, (chip, phases, title) in enumerate(zip(chips, ferrite, titles, strict=True)):
            row, column = divmod(place, columns)
            show_grey(grid[2 * row, column], chip, pixel_size_um if not place else np.nan)
            show_grey(grid[2 * row + 1, column], 255 * phases.astype(np.uint8))
            grid[2 * row, column].set_title(plain(title), fontsize=7)
    return figure
