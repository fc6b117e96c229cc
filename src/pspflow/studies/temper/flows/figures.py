"""Figure of the trainings of flows, and the colours of the regularisations."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from pspflow.report.style import COLOURS, PAGE_INCHES, figure_of, plain
from pspflow.studies.temper.flows.options import BASELINE, REGULARISATIONS
from pspflow.studies.temper.flows.score import GAP, NEGATIVE

SEED_STYLES = ("-", "--", ":", "-.")
RATIOS = {
    "snr_db": "signal-to-noise ratio, dB",
    GAP: "its gap to real chips, dB",
}
SMALL = 7
"""Size of letters where there is little room."""

LETTER_INCHES = 0.056
"""Mean width of a letter of size `SMALL`."""
KEY_INCHES = 0.5
"""Width of a key of a legend beside its name."""
MARKERS = ("o", "s", "^", "D")
"""Of the kinds that have each colour first, of those that have it next, and so on."""


def colours(regularisations: Sequence[str]) -> dict[str, str]:
    """Give every regularisation its colour, whichever are trained, and the variants other ones."""
    return {name: COLOURS[i % len(COLOURS)] for name, i in _places(regularisations).items()}


def markers(regularisations: Sequence[str]) -> dict[str, str]:
    """Give those that share a colour different markers."""
    turns = {name: i // len(COLOURS) for name, i in _places(regularisations).items()}
    return {name: MARKERS[turn % len(MARKERS)] for name, turn in turns.items()}


def _places(regularisations: Sequence[str]) -> dict[str, int]:
    known = list(dict.fromkeys([*REGULARISATIONS, BASELINE, *regularisations]))
    return {name: known.index(name) for name in regularisations}


def training_figure(histories: Mapping[str, pd.DataFrame]) -> Figure:
    """Show losses and signal-to-noise ratios over the epochs, counted from 1.

    Each regularisation has a colour and each seed a line style (the fifth seed has the first's
    style again). A line begins where its loss does: at first, the likelihood may train alone.

    Parameters
    ----------
    histories
        Name of a training, VARIANT/seedN, its history; see `training.loop.train`.
    """
    longest_first = sorted(histories.values(), key=lambda each: -each.shape[1])
    columns = dict.fromkeys(name for each in longest_first for name in each.columns)
    losses = [name for name in columns if name not in {"epoch", "kept", NEGATIVE, *RATIOS}]
    titles = {**{name: plain(name) for name in losses}, **RATIOS}
    split = {name: name.partition("/")[::2] for name in histories}
    colour_of = colours(list(dict.fromkeys(kind for kind, _ in split.values())))
    seeds = list(dict.fromkeys(seed for _, seed in split.values()))
    style_of = {seed: SEED_STYLES[i % len(SEED_STYLES)] for i, seed in enumerate(seeds)}
    seeds_of = {
        style: seeds[i :: len(SEED_STYLES)] for i, style in enumerate(SEED_STYLES[: len(seeds)])
    }
    across = (len(titles) + 1) // 2
    with figure_of(2, across, cell_aspect=0.9) as (figure, grid):
        panels = grid.ravel()
        epochs = max(len(history) for history in histories.values())
        for i, (axes, (column, title)) in enumerate(zip(panels, titles.items(), strict=False)):
            for name, history in histories.items():
                kind, seed = split[name]
                if column in history:
                    _curve(axes, history, column, colour_of[kind], style_of[seed])
            axes.set_title(title, fontsize=SMALL)
            axes.tick_params(labelsize=SMALL)
            axes.set_xlim(0, epochs + 1)  # alike, though some losses begin later
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
            if i + across >= len(titles):
                axes.set_xlabel("epoch", fontsize=SMALL)
        for axes in panels[len(titles) :]:
            axes.set_axis_off()
        keys = {name: Line2D([], [], color=colour) for name, colour in colour_of.items()}
        for style, alike in seeds_of.items():
            keys[", ".join(alike)] = Line2D([], [], color="0.3", linestyle=style)
        keys["epoch kept"] = Line2D([], [], color="0.3", marker="o", linestyle="none", markersize=5)
        legend_below(figure, keys)
    return figure


def _curve(axes: Axes, history: pd.DataFrame, column: str, colour: str, style: str) -> None:
    """Draw one measure of one training, and where its weights come from."""
    epochs, values = history["epoch"] + 1, history[column]
    marker = "." if values.count() == 1 else ""  # one epoch makes no line
    axes.plot(epochs, values, style, color=colour, linewidth=0.8, marker=marker)
    if column in RATIOS:
        kept = history["kept"].to_numpy(dtype=bool)
        axes.plot(epochs[kept], values[kept], "o", color=colour, markersize=5, mec="white")


def legend_below(figure: Figure, keys: Mapping[str, Artist]) -> None:
    """Explain artists by name below the figure, as many in a line as find room."""
    style: dict[str, Any] = {"fontsize": SMALL, "handlelength": 1.6, "columnspacing": 1.4}
    labels = [plain(name) for name in keys]
    widest = max(map(len, labels)) * LETTER_INCHES + KEY_INCHES
    columns = min(len(keys), max(1, int(PAGE_INCHES / widest)))
    place: dict[str, Any] = {"loc": "outside lower center", "ncols": columns}
    figure.legend(list(keys.values()), labels, **place, **style)
