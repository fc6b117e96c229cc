"""Pictures of flows: how their training went, and the chips they make beside real ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from pspflow.report.style import COLOURS, PAGE_INCHES, figure_of, show_grey

REGULARISATIONS = ("none", "pinet", "exact")
"""They keep their colours whichever of them were trained."""
SEED_STYLES = ("-", "--", ":", "-.")
RATIOS = {
    "snr_db": "signal-to-noise ratio, dB",
    "snr_gap_db": "its gap to real chips, dB",
}
CLIPPED_PERCENT = 0.5
"""Share of the pixels shown black, and of those shown white, at the common grey window."""
GAP = 0.15
"""Width of the gap between groups of chips, over a chip's."""
BAR_INCHES = 0.55
"""Height of the bar of grey levels with its label."""
SMALL = 7
"""Size of letters where there is little room."""
LETTER_INCHES = 0.056
"""Mean width of such a letter."""


def plain(name: str) -> str:
    """Keep a name from being read as a formula, or as a label to hide."""
    hair_space = "\u200a"
    return (hair_space if name.startswith("_") else "") + name.replace("$", r"\$")


def colours(regularisations: Sequence[str]) -> dict[str, str]:
    """Give every regularisation its colour."""
    known = dict.fromkeys([*REGULARISATIONS, *regularisations])
    wheel = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(known)}
    return {name: wheel[name] for name in regularisations}


def training_figure(histories: Mapping[str, pd.DataFrame]) -> Figure:
    """Show losses and signal-to-noise ratios over the epochs, counted from 1.

    Colours tell regularisations, line styles seeds (the fifth seed has the first's style again). A
    line begins where its loss does: at first, the likelihood may train alone.

    Parameters
    ----------
    histories
        Name of a training, REGULARISATION/SEED, its history; see `training.alternating.play`.
    """
    longest_first = sorted(histories.values(), key=lambda each: -each.shape[1])
    columns = dict.fromkeys(name for each in longest_first for name in each.columns)
    losses = [name for name in columns if name not in {"epoch", "kept", *RATIOS}]
    titles = {**{name: plain(name) for name in losses}, **RATIOS}
    split = {name: name.partition("/")[::2] for name in histories}
    colour_of = colours(list(dict.fromkeys(kind for kind, _ in split.values())))
    seeds = list(dict.fromkeys(seed for _, seed in split.values()))
    style_of = {seed: SEED_STYLES[i % len(SEED_STYLES)] for i, seed in enumerate(seeds)}
    seeds_of = {
        style: seeds[i :: len(SEED_STYLES)] for i, style in enumerate(SEED_STYLES[: len(seeds)])
    }
    across = (len(titles) + 2) // 2  # leaves at least one cell for the legend
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
        keys = [Line2D([], [], color=colour) for colour in colour_of.values()]
        keys += [Line2D([], [], color="0.3", linestyle=style) for style in seeds_of]
        keys.append(Line2D([], [], color="0.3", marker="o", linestyle="none", markersize=5))
        labels = [plain(name) for name in (*colour_of, *map(", ".join, seeds_of.values()))]
        panels[-1].legend(keys, [*labels, "epoch kept"], loc="center", fontsize=SMALL)
    return figure


def _curve(axes: Axes, history: pd.DataFrame, column: str, colour: str, style: str) -> None:
    """Draw one measure of one training, and where its weights come from."""
    epochs, values = history["epoch"] + 1, history[column]
    marker = "." if values.count() == 1 else ""  # one epoch makes no line
    axes.plot(epochs, values, style, color=colour, linewidth=0.8, marker=marker)
    if column in RATIOS:
        kept = history["kept"].to_numpy(dtype=bool)
        axes.plot(epochs[kept], values[kept], "o", color=colour, markersize=5, mec="white")


@dataclass(frozen=True)
class Transfer:
    """A chip, what each regularisation's flow makes of it, and a real chip of the target."""

    source: np.ndarray
    """(rows, columns) uint8."""
    made: Mapping[str, np.ndarray]
    """Regularisation, (rows, columns) uint8."""
    real: np.ndarray
    """(rows, columns) uint8."""


def chips_figure(
    rows: Mapping[tuple[str, str], Sequence[Transfer]], pixel_size_um: float
) -> Figure:
    """Show sources, what every regularisation makes of them, and real chips (Figure 4).

    All chips share one grey window, see `grey_window`; the bar below shows it.

    Parameters
    ----------
    rows
        Source and target, some transfers; of all directions equally many, by the same
        regularisations.
    pixel_size_um
        Common pixel size, or NaN.
    """
    first = next(iter(rows.values()))
    titles = [["source", *each.made, "real target"] for each in first]
    images = {
        f"{source}\n→ {target}": [[each.source, *each.made.values(), each.real] for each in shown]
        for (source, target), shown in rows.items()
    }
    return _sheet(images, titles, pixel_size_um)


def samples_figure(
    samples: Mapping[str, Mapping[str, np.ndarray]],
    real: Mapping[str, np.ndarray],
    pixel_size_um: float,
) -> Figure:
    """Show chips that flows draw from noise below real ones, at one grey window.

    Parameters
    ----------
    samples
        Name of a training, domain name, its chips (n, rows, columns) uint8; all are shown.
    real
        Domain name, real chips, as many.
    pixel_size_um
        Common pixel size, or NaN.
    """
    images = {"real": [list(real[domain]) for domain in real]}
    for name, drawn in samples.items():
        images[name.replace("/", "\n")] = [list(drawn[domain]) for domain in real]
    titles = [[domain] for domain in real]
    return _sheet(images, titles, pixel_size_um)


def grey_window(images: Sequence[np.ndarray]) -> tuple[float, float]:
    """Find the grey levels to show black and white: all but the few darkest and lightest pixels.

    Precipitates are faint on the whole scale of 8 bits.
    """
    levels = np.concatenate([image.ravel() for image in images])
    low, high = np.percentile(levels, [CLIPPED_PERCENT, 100 - CLIPPED_PERCENT])
    return float(low), float(max(high, low + 1))


def _sheet(
    rows: Mapping[str, Sequence[Sequence[np.ndarray]]],
    titles: Sequence[Sequence[str]],
    pixel_size_um: float,
) -> Figure:
    """Show images in rows of groups at one grey window.

    Parameters
    ----------
    rows
        Label, groups of images, each (rows, columns) uint8.
    titles
        Groups of titles, one a column, or one a group.
    pixel_size_um
        Common pixel size, or NaN.
    """
    low, high = grey_window([image for row in rows.values() for group in row for image in group])
    first = next(iter(rows.values()))
    widths: list[float] = []
    for group in first:
        widths += [*([GAP] if widths else []), *[1.0] * len(group)]
    at = [i for i, width in enumerate(widths) if width == 1]
    chip_inches = PAGE_INCHES / (sum(widths) + GAP)  # beside the labels
    shape = first[0][0].shape
    aspect = shape[0] / shape[1] + BAR_INCHES / (chip_inches * len(rows))
    with figure_of(len(rows), len(widths), aspect, widths) as (figure, grid):
        figure.set_layout_engine("compressed", w_pad=0.015, h_pad=0.015, wspace=0, hspace=0)
        for gap in set(range(len(widths))) - set(at):
            for axes in grid[:, gap]:
                axes.set_axis_off()
        longest = max(len(part) for label in rows for part in label.split("\n"))
        size = min(SMALL, 0.9 * SMALL * chip_inches / (longest * LETTER_INCHES))
        scale = pixel_size_um  # of the first image alone
        for line, (label, groups) in zip(grid, rows.items(), strict=True):
            flat = [image for group in groups for image in group]
            for i, image in zip(at, flat, strict=True):
                show_grey(line[i], image, scale, low, high)
                scale = np.nan
            line[0].set_ylabel(plain(label), fontsize=size)
        start = 0
        for group, names in zip(first, titles, strict=True):
            each = len(group) // len(names)  # images under one title
            for i, name in enumerate(names):
                # the middle image bears it, or the left one of the middle two at its edge
                axes = grid[0, at[start + i * each + (each - 1) // 2]]
                axes.set_title(plain(name), fontsize=SMALL, pad=3, x=0.5 if each % 2 else 1.0)
            start += len(group)
        bar = figure.colorbar(
            grid[0, 0].images[0],
            ax=grid,
            location="bottom",
            shrink=0.3,
            aspect=30,
            pad=0.02,
            extend="both",
        )
        bar.set_label("grey level, common to all chips", fontsize=SMALL)
        bar.ax.tick_params(labelsize=SMALL)
    return figure
