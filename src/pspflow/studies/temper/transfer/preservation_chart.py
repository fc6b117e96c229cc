"""Chart of the preservation of labels by the transfer."""

from collections.abc import Mapping
from itertools import groupby
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from pspflow.report.style import figure_of, plain
from pspflow.studies.temper.flows.figures import LETTER_INCHES, SMALL, colours, legend_below
from pspflow.studies.temper.labels.classification import with_controls
from pspflow.studies.temper.labels.figures import CHANCE, CONTROL
from pspflow.studies.temper.transfer.plausibility_chart import (
    name_slots,
    offsets,
    slot_inches,
)
from pspflow.studies.temper.transfer.preservation import REAL, UNTRANSFERRED

NARROWEST = 12
"""Letters per line below which a text is set upright."""


def preservation_figure(table: pd.DataFrame) -> Figure:
    """Show accuracies of labels of transferred chips, one panel for each feature (Figure 5).

    A bar is the mean over the trainings of a regularisation, its interval reaches from the mean of
    their lower to the mean of their upper limits. Real chips of a target come first. Diamonds are
    chance: the mean accuracy of permuted labels on the same chips, with the range of 95 % of them.

    Parameters
    ----------
    table
        Accuracies by `target`, `label`, `features`, `flow` and `source`, with their intervals; see
        `pspflow.studies.temper.transfer.preservation.preserved`. What is absent is NaN with a note.
    """
    table = with_controls(table)
    kinds = [name for name in dict.fromkeys(table["features"]) if name]
    slots = _slots(table)
    flows = [flow.split("/")[0] for flow in table["flow"] if flow not in {"", REAL, UNTRANSFERRED}]
    colour_of = colours(list(dict.fromkeys(flows)))
    with figure_of(len(kinds), 1, cell_aspect=0.33) as (figure, grid):
        for axes, kind in zip(grid[:, 0], kinds, strict=True):
            # a domain without a label is in the table once, under no feature
            rows = table[table["features"].isin([kind, ""])]
            _accuracies(axes, rows, slots, colour_of)
            _absences(axes, rows, slots)
            axes.set(ylim=(0, 1), ylabel="balanced accuracy (1)")
            axes.set_title(kind, fontsize=8, loc="left", pad=14)
            _mark_targets(axes, rows, slots)
            names = ["real\nchips" if a == b else f"from\n{a}" for a, b in slots]
            name_slots(axes, names if axes is grid[-1, 0] else None, len(slots), 1)
        keys: dict[str, Artist] = {REAL: Patch(color="0.75")}
        keys |= {name: Patch(color=colour) for name, colour in colour_of.items()}
        keys[UNTRANSFERRED] = Line2D([], [], color="black", linewidth=1.2)
        keys["chance: permuted labels"] = Line2D([], [], **CONTROL)
        legend_below(figure, keys)
    return figure


def _slots(table: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Place real chips and directions, target by target: source and target, place from left."""
    order = dict.fromkeys(zip(table["source"], table["target"], strict=True))
    targets = list(dict.fromkeys(table["target"]))
    ordered = sorted(order, key=lambda way: (targets.index(way[1]), way[0] != way[1]))
    return {way: i for i, way in enumerate(ordered)}


def _accuracies(
    axes: Axes,
    rows: pd.DataFrame,
    slots: Mapping[tuple[str, str], int],
    colour_of: Mapping[str, str],
) -> None:
    """Draw bars of flows and of real chips, and the controls."""
    kinds = rows["flow"].str.split("/").str[0]
    x = pd.Series(
        [slots[way] for way in zip(rows["source"], rows["target"], strict=True)], rows.index
    )
    offset_of = dict(zip(colour_of, offsets(len(colour_of), 0.8), strict=True))
    width = 0.8 / max(len(colour_of), 1)
    columns = ["balanced_accuracy", "low", "high", *CHANCE]
    for name, colour in {REAL: "0.75", **colour_of}.items():
        here = kinds == name
        means = rows[here].groupby(x[here] + offset_of.get(name, 0.0))[columns].mean()
        axes.bar(means.index, means["balanced_accuracy"], width * 0.92, color=colour)
        axes.vlines(means.index, means["low"], means["high"], color="black", linewidth=0.8)
        beside = means.index + 0.25 * width
        axes.vlines(beside, means[CHANCE[0]], means[CHANCE[2]], color="0.35", linewidth=0.8)
        axes.plot(beside, means[CHANCE[1]], **CONTROL)
    here = kinds == UNTRANSFERRED
    axes.hlines(
        rows["balanced_accuracy"][here],
        x[here] - 0.44,
        x[here] + 0.44,
        color="black",
        linewidth=1.2,
    )


def _absences(axes: Axes, rows: pd.DataFrame, slots: Mapping[tuple[str, str], int]) -> None:
    """State why bars are missing, once for neighbours with the same reason."""
    why = {
        (row.source, row.target): str(row.note) if row.label else "no label"
        for row in rows[rows["balanced_accuracy"].isna()].itertuples()
    }
    placed = sorted(why, key=slots.__getitem__)
    for (_, reason), group in groupby(placed, key=lambda way: (way[1], why[way])):
        at = [slots[way] for way in group]
        letters = int(slot_inches(len(slots), 1) * len(at) / LETTER_INCHES)
        upright = letters < NARROWEST
        text = plain(fill(f"absent: {reason}", 24 if upright else letters))
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        style: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 6, "bbox": box}
        axes.text(float(np.mean(at)), 0.06, text, rotation=90 if upright else 0, **style)


def _mark_targets(axes: Axes, rows: pd.DataFrame, slots: Mapping[tuple[str, str], int]) -> None:
    """Separate targets, and name above each the label that its classifier predicts."""
    labels = rows.groupby("target")["label"].first()
    for target in dict.fromkeys(target for _, target in slots):
        at = [i for (_, other), i in slots.items() if other == target]
        if at[0]:
            axes.axvline(at[0] - 0.5, color="0.8", linewidth=0.6)
        text = plain(f"{target} ({labels[target]})" if labels[target] else target)
        style: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": SMALL}
        axes.text(float(np.mean(at)), 1.02, text, **style)
