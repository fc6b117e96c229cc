"""Figure of the trainings: learning curves by dataset."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pspflow.report.style import COLOURS, figure_of, plain, plain_log_axis

COLUMNS: Final = 3
"""Datasets side by side."""
LEGEND_SHARE: Final = 0.5
"""Height of the names of losses over that of the losses."""
LOSSES: Final = "_loss"
"""End of the names of losses in the history of a network that encodes nothing."""


def training_figure(histories: Mapping[str, pd.DataFrame]) -> Figure:
    """Show the error of validation images over their variance, by epoch from 1 and by dataset.

    Adversarial networks, which encode no image, are shown by the losses of their history.

    Parameters
    ----------
    histories
        History of each network, by DATASET/MODEL.
    """
    datasets = list(dict.fromkeys(name.split("/")[0] for name in histories))
    down = -(-len(datasets) // COLUMNS)
    across = min(COLUMNS, len(datasets))
    models = list(dict.fromkeys(name.split("/")[1] for name, h in histories.items() if "r2" in h))
    colour = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(models)}
    style = {name: "--" if i >= len(COLOURS) else "-" for i, name in enumerate(models)}
    with figure_of(down, across, cell_aspect=0.85 if across > 1 else 0.5) as (figure, grid):
        for axes in grid.flat[len(datasets) :]:
            axes.set_axis_off()
        for axes, dataset in zip(grid.flat, datasets, strict=False):
            mine = {
                name.split("/")[1]: history
                for name, history in histories.items()
                if name.split("/")[0] == dataset
            }
            for model, history in mine.items():
                if "r2" in history:
                    drawn = {"color": colour[model], "linestyle": style[model]}
                    _curve(axes, history, 1 - history["r2"], model, drawn)
                else:
                    _losses(axes, history, model, mine)
            axes.set_title(plain(dataset))
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
            if any("r2" in history for history in mine.values()):
                axes.set_ylabel("squared error / variance (1)")
                plain_log_axis(axes, "y")
            else:
                axes.set_ylabel("loss (1)")
                low, high = axes.get_ylim()  # above the lines, their names
                axes.set_ylim(low, high + LEGEND_SHARE * (high - low))
            axes.legend(fontsize=6)
    return figure


def _curve(
    axes: Axes,
    history: pd.DataFrame,
    values: "pd.Series[float]",
    label: str,
    style: Mapping[str, Any],
) -> None:
    epochs = history["epoch"] + 1
    marker = "." if len(values) == 1 else ""  # one epoch makes no line
    axes.plot(epochs, values, marker=marker, label=plain(label), **style)
    kept = history["kept"].to_numpy(bool)
    axes.plot(epochs[kept], values[kept], "o", color=style["color"], mec="white")


def _losses(axes: Axes, history: pd.DataFrame, model: str, all_of: Mapping[str, object]) -> None:
    """Draw every loss of an adversarial network: a colour each, a line style a network."""
    style = ("-", "--", ":")[list(all_of).index(model) % 3]
    names = [name for name in history if str(name).endswith(LOSSES)]
    for place, name in enumerate(names):
        drawn = {"color": COLOURS[place % len(COLOURS)], "linestyle": style}
        label = f"{model}, {str(name).removesuffix(LOSSES).replace('_', ' ')}"
        _curve(axes, history, history[name], label, drawn)
