"""Figures of labels: tables in, matplotlib figures out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pspflow.report.style import COLOURS, figure_of
from pspflow.studies.temper.labels.classification import with_controls
from pspflow.studies.temper.labels.paper import BEST_ACCURACY

CHANCE = ("permuted_low", "permuted_labels", "permuted_high")
CONTROL: Mapping[str, Any] = {
    "color": "black",
    "marker": "D",
    "markersize": 3,
    "markerfacecolor": "white",
    "markeredgewidth": 0.7,
    "linestyle": "none",
}
"""Style of the accuracies of permuted labels."""


def accuracy_figure(
    accuracy: pd.DataFrame, labels: Mapping[str, str], *, simulated: bool
) -> Figure:
    """Show how well chips predict their label: balanced accuracy with intervals.

    Chance stands at every bar: the mean accuracy of permuted labels, and the range of 95 % of them.

    Parameters
    ----------
    accuracy
        See `pspflow.studies.temper.labels.classification.label_accuracy`.
    labels
        Domain name and the column that labels it.
    simulated
        Whether to draw the paper's value, which means nothing for another material.
    """
    accuracy = with_controls(accuracy)
    kinds = list(dict.fromkeys(accuracy["features"]))
    with figure_of(1, 1, cell_aspect=0.42) as (figure, grid):
        axes = grid[0, 0]
        width = 0.8 / len(kinds)
        for i, kind in enumerate(kinds):
            rows = accuracy[accuracy["features"] == kind]
            x = np.arange(len(rows)) + (i - (len(kinds) - 1) / 2) * width
            value = rows["balanced_accuracy"].to_numpy()
            errors = np.abs(rows[["low", "high"]].to_numpy().T - value)
            axes.bar(x, value, width * 0.9, yerr=errors, capsize=2, label=kind, color=COLOURS[i])
            low, mean, high = (rows[name].to_numpy() for name in CHANCE)
            at = x + 0.3 * width
            axes.vlines(at, low, high, color="black", linewidth=0.8)
            label = "chance: permuted labels" if not i else None
            axes.plot(at, mean, label=label, **CONTROL)
        if simulated:
            label = "paper, best accuracy on real chips"
            axes.axhline(BEST_ACCURACY, color="0.3", linewidth=0.8, label=label)
        domains = list(dict.fromkeys(accuracy["domain"]))
        names = [f"{domain}\n{labels[domain]}" for domain in domains]
        axes.set_xticks(np.arange(len(domains)), names)
        axes.set(ylim=(0, 1), ylabel="balanced accuracy (1), held-out specimens")
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure
