"""Figures of the trials: tables in, matplotlib figures out."""

import pandas as pd
from matplotlib.figure import Figure

from pspflow.report.style import COLOURS, figure_of, plain_log_axis
from pspflow.studies.composite.forward import paper
from pspflow.studies.composite.networks.recipes import label_of
from pspflow.studies.composite.structures import paper as papers_structures
from pspflow.studies.composite.trials.sweeps import SWEEPS
from pspflow.studies.composite.trials.tables import averaged, sweep_of


def curve_figure(table: pd.DataFrame, *, papers_material: bool) -> Figure:
    """Show MAPE over training structures, both logarithmic.

    Parameters
    ----------
    table
        The result of `tables.curve`.
    papers_material
        Whether the structures are of the paper's material: only then its values are marked.
    """
    with figure_of(1, 1, cell_aspect=0.5) as (figure, grid):
        axes = grid[0, 0]
        for place, (network, rows) in enumerate(table.groupby("network", sort=False)):
            colour, name = COLOURS[place % len(COLOURS)], str(network)
            axes.errorbar(
                rows["training_structures"],
                rows["mape"],
                yerr=rows["mape_sd"],
                fmt="o-",
                markersize=4,
                capsize=2,
                color=colour,
                label=label_of(name),
            )
            reported = paper.FORWARD["c11"].get(name, {}).get("c11_gpa")
            if papers_material and reported is not None:
                axes.errorbar(
                    papers_structures.TRAINING_STRUCTURES,
                    reported.mape,
                    yerr=reported.mape_sd,
                    fmt="D",
                    markersize=5,
                    markerfacecolor="none",
                    capsize=2,
                    color=colour,
                    label=f"{label_of(name)}, paper",
                )
        axes.set(xlabel="training structures", ylabel="MAPE of C11, test structures (%)")
        plain_log_axis(axes, "x")
        plain_log_axis(axes, "y")
        figure.legend(loc="outside lower center", ncols=3)
    return figure


def sweep_figure(trials: pd.DataFrame, varied: str) -> Figure:
    """Show measures of validation structures over what varies, a line per network.

    Parameters
    ----------
    trials
        One row per trial and split.
    varied
        One of `SWEEPS`; the Gaussian prior counts as one component.
    """
    rows = trials[(trials["varied"] == varied) & (trials["split"] == "validation")]
    sweep = SWEEPS[varied]
    panels, column = sweep.panels, sweep.column
    with figure_of(1, len(panels), cell_aspect=0.8) as (figure, grid):
        for axes, (measure, label) in zip(grid[0], panels.items(), strict=True):
            for network, mine in rows.groupby(sweep_of(rows), sort=False):
                table = averaged(mine, [column], [measure]).sort_values(column)
                axes.plot(table[column], table[measure], "o-", label=label_of(str(network)))
            axes.set(xlabel=sweep.axis, ylabel=label)
            plain_log_axis(axes, "x")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper right", ncols=len(labels))
    return figure
