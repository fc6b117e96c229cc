"""Figure of the loops: likelihood and criterion over observations."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from pspflow.report.style import COLOURS, figure_of
from pspflow.studies.texture.loop.arms import LABELS
from pspflow.studies.texture.loop.findings import Tables, arm_of, criterion
from pspflow.studies.texture.loop.options import ARM_NAMES, LoopOptions

COLOUR_OF: Final[dict[str, str]] = dict(zip(ARM_NAMES, COLOURS, strict=False))
PER_ROW: Final = 3
"""Names of a row of the legend; more are wider than the figure."""


def likelihood_figure(histories: Tables, options: LoopOptions) -> Figure:
    """Show the validation likelihood over the observations, and how much it still changes.

    Parameters
    ----------
    histories
        Tables of the iterations by loop, ARM/startN.
    options
        Options of the chapter.
    """
    with figure_of(1, 2, cell_aspect=0.8) as (figure, grid):
        left, right = grid[0]
        for name, history in histories.items():
            if len(history) == 1:
                value = float(history["validation_per_point"].iloc[0])
                left.axhline(value, color=_colour(name), linewidth=0.8, linestyle="--")
                continue
            _line(left, name, history, history["validation_per_point"].to_numpy())
            _line(right, name, history, criterion(history, options.window))
        right.axhline(options.tolerance, color="0.4", linewidth=0.8, linestyle=":")
        right.set_yscale("log")
        left.set_ylabel("log-likelihood per texture (nats)")
        right.set_ylabel(f"mean change, {options.window} iterations (nats)")
        seen = pd.concat([each["observations"] for each in histories.values() if len(each) > 1])
        for axes in (left, right):
            axes.set_xscale("log")
            axes.set_xlim(0.9 * seen.min(), 1.1 * seen.max())
            axes.set_xlabel("observations")
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
            axes.xaxis.set_minor_formatter(NullFormatter())
        arms = list(dict.fromkeys(map(arm_of, histories)))
        for arm in arms:
            style = "--" if arm == "full" else "-"
            left.plot([], [], style, color=_colour(arm), label=LABELS[arm])
        right.plot([], [], ":", color="0.4", label=f"φ = {options.tolerance:g}")
        figure.legend(loc="outside upper center", ncols=PER_ROW, fontsize=8)
    return figure


def _line(axes: Axes, name: str, history: pd.DataFrame, values: np.ndarray) -> None:
    shown = np.isfinite(values)
    if not shown.any():
        return
    axes.plot(
        history["observations"][shown],
        values[shown],
        ".-",
        color=_colour(name),
        linewidth=0.8,
        markersize=3,
    )


def _colour(name: str) -> str:
    return COLOUR_OF[arm_of(name)]
