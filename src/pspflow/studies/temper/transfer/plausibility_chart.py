"""Chart of the plausibility of synthetic chips, and what charts of directions share."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

from pspflow.report.style import PAGE_INCHES, figure_of, plain
from pspflow.studies.temper.flows.figures import (
    LETTER_INCHES,
    SMALL,
    colours,
    legend_below,
    markers,
)
from pspflow.studies.temper.transfer.plausibility import FLOOR, OTHERS, RULERS, SOURCE

RULER_LINES: Mapping[str, Mapping[str, Any]] = {
    SOURCE: {"color": "black", "linestyle": "-"},
    OTHERS: {"color": "0.55", "linestyle": "-"},
    FLOOR: {"color": "0.55", "linestyle": (0, (1, 1))},
}
MOST_DIVIDED = 2
"""Decades up to which a symmetrical scale has ticks within them."""
MOST_BESIDE = 6
"""Directions up to which two panels stand side by side."""


def plausibility_figure(table: pd.DataFrame, regularisations: Sequence[str]) -> Figure:
    """Show distances to real chips of the target by direction, one panel for each measure.

    A marker is the mean over the trainings of a regularisation. Its bar reaches from the mean of
    their lower to the mean of their upper limits: the effect of resampled specimens on one
    training. The effect of the seed is shown by small dots, one for each training, where there are
    several.

    Parameters
    ----------
    table
        See `pspflow.studies.temper.transfer.plausibility.tabulate`; of all measures.
    regularisations
        In the order to draw; flows are named VARIANT/seedN.
    """
    ways = list(dict.fromkeys(zip(table["source"], table["target"], strict=True)))
    across = 2 if len(ways) <= MOST_BESIDE else 1
    every = list(dict.fromkeys(table["measure"]))
    down = -(-len(every) // across)
    with figure_of(down, across, cell_aspect=0.5 if across > 1 else 0.25) as (figure, grid):
        panels = grid.ravel()
        for axes, name in zip(panels, every, strict=False):
            rows = table[table["measure"] == name]
            _distances(axes, rows, ways, colours(regularisations))
            unit = plain(rows["unit"].iloc[0]).replace("^2", "²")
            axes.set_title(plain(name) + (f", {unit}" if unit != "1" else ""), fontsize=SMALL)
        for axes in panels[len(every) :]:
            axes.set_axis_off()
        for i, axes in enumerate(panels[: len(every)]):
            lowest = i + across >= len(every)
            names = [f"{source}\n→ {target}" for source, target in ways]
            name_slots(axes, names if lowest else None, len(ways), across)
        style: dict[str, Any] = {"linestyle": "none", "markersize": 4}
        marks = markers(regularisations)
        keys = {
            name: Line2D([], [], color=c, marker=marks[name], **style)
            for name, c in colours(regularisations).items()
        }
        keys |= {name: Line2D([], [], **line) for name, line in RULER_LINES.items()}
        legend_below(figure, keys)
    return figure


def _distances(
    axes: Axes,
    rows: pd.DataFrame,
    ways: Sequence[tuple[str, str]],
    colour_of: Mapping[str, str],
) -> None:
    """Draw one measure: rulers as ticks, regularisations side by side."""
    at = {way: i for i, way in enumerate(ways)}
    x = np.array([at[way] for way in zip(rows["source"], rows["target"], strict=True)], dtype=float)
    flows = rows["flow"].to_numpy()
    for name, line in RULER_LINES.items():
        here = flows == name
        axes.hlines(rows["value"][here], x[here] - 0.4, x[here] + 0.4, linewidth=1.2, **line)
    kinds = np.array([flow.split("/")[0] for flow in flows])
    marks = markers(list(colour_of))
    for name, offset in zip(colour_of, offsets(len(colour_of), 0.6), strict=True):
        here = (kinds == name) & ~np.isin(flows, RULERS)
        means = rows[here].groupby(x[here] + offset)[["value", "low", "high"]].mean()
        colour = colour_of[name]
        axes.vlines(means.index, means["low"], means["high"], color=colour, linewidth=1)
        axes.plot(means.index, means["value"], marks[name], color=colour, markersize=3.5)
        if len(set(flows[here])) > 1:
            beside = x[here] + offset + 0.08
            axes.plot(beside, rows["value"][here], ".", color=colour, markersize=2.5)
    limits = rows.loc[~np.isin(flows, RULERS), ["low", "high"]]
    drawn = np.concatenate([rows["value"], limits.to_numpy(dtype=np.float64).ravel()])
    _scale(axes, drawn[np.isfinite(drawn)])


def _scale(axes: Axes, values: np.ndarray) -> None:
    """Choose a scale: logarithmic for a wide range, but linear near 0 where values reach it.

    The axis says which, unless it is linear.
    """
    axes.tick_params(labelsize=SMALL)
    sizes, positive = np.abs(values), bool((values > 0).all())
    wide = len(values) and sizes.max() > 5 * np.median(sizes)
    if wide and positive:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_ylabel("logarithmic", fontsize=SMALL)
    elif wide:
        linear = float(10.0 ** np.ceil(np.log10(max(np.quantile(sizes, 0.3), 1e-12))))
        axes.set_yscale("symlog", linthresh=linear)
        axes.yaxis.set_major_locator(FixedLocator(_ticks(values, linear).tolist()))
        axes.set_ylabel(f"linear to ±{linear:g},\nthen logarithmic", fontsize=SMALL)
    if not positive:
        axes.axhline(0, color="0.8", linewidth=0.6, zorder=0)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _ticks(values: np.ndarray, linear: float) -> np.ndarray:
    """Place ticks on a scale that is linear up to a value and logarithmic beyond.

    At 0 and, in both directions up to the first beyond the values, half of the linear range, its
    end, and 1, 2 and 5 times powers of ten, or these powers alone where they are many.
    """
    decades = int(np.ceil(np.log10(max(np.abs(values).max() / linear, 1)))) + 1
    steps = (1, 2, 5) if decades <= MOST_DIVIDED else (1,)
    beyond = [linear * step * 10.0**power for power in range(decades) for step in steps]
    sizes = np.array([linear / 2, *beyond])

    def reached(most: float) -> np.ndarray:
        return sizes[: int(np.searchsorted(sizes, most)) + 1] if most > 0 else sizes[:0]

    return np.concatenate([-reached(-values.min())[::-1], [0.0], reached(values.max())])


def offsets(count: int, width: float) -> np.ndarray:
    """Place things side by side within a slot: (count,) distances from its middle."""
    return (np.arange(count) - (count - 1) / 2) * width / max(count, 1)


def slot_inches(count: int, across: int) -> float:
    """Inches for each of so many places on the x axis."""
    return 0.87 * PAGE_INCHES / across / count


def name_slots(axes: Axes, names: Sequence[str] | None, count: int, across: int) -> None:
    """Name the places on the x axis, aslant where there is too little room; None: no names."""
    axes.set_xlim(-0.5, count - 0.5)
    shown = [plain(name) for name in names or [""] * count]
    longest = max(len(line) for name in shown for line in name.split("\n"))
    axes.set_xticks(range(count), shown, fontsize=SMALL)
    if longest * LETTER_INCHES > slot_inches(count, across):
        aslant = [name.replace("\n", " ") for name in shown]
        style: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
        axes.set_xticklabels(aslant, **style)
