"""Figures of models of codes: their trainings, reconstructions, latent space and codebook."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from pspflow.arrays import refuses_masks
from pspflow.report.style import COLOURS, figure_of, plain, plain_log_axis, show_grey
from pspflow.studies.steel.codes.axes import code_colours, principal_axes

SMALL: Final = 7
"""Size of letters where there is little room."""
CURVES: Final = {
    "validation_loss": "validation loss",
    "perplexity": "perplexity of validation chips",
    "dead_codes": "codes that no validation chip has",
}
STYLES: Final = {"all": "-", "held_out": "--"}
APART: Final = 1 / 13
"""Least distance of two thumbnails, over the edge of the figure's panel."""


class Shown(NamedTuple):
    """What a model makes of example chips."""

    reconstruction: np.ndarray
    """(n, rows, columns) uint8."""
    codes: np.ndarray
    """(n, h, w) integers."""
    codebook: np.ndarray
    """(codes, dim), by which codes are coloured."""


def training_figure(histories: Mapping[str, pd.DataFrame]) -> Figure:
    """Show validation loss and use of the codebook over the epochs, counted from 1.

    Parameters
    ----------
    histories
        MODEL/TRAINED_ON, the training's history; see `training.loop.train`.
    """
    models = list(dict.fromkeys(name.split("/")[0] for name in histories))
    colour = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(models)}
    with figure_of(1, len(CURVES), cell_aspect=0.9) as (figure, grid):
        for axes, (column, title) in zip(grid[0], CURVES.items(), strict=True):
            for name, history in histories.items():
                model, trained_on = name.split("/")
                epochs, values = history["epoch"] + 1, history[column]
                marker = "." if len(values) == 1 else ""  # one epoch makes no line
                style = STYLES[trained_on]
                label = plain(model + (", without a domain" if trained_on == "held_out" else ""))
                axes.plot(epochs, values, style, color=colour[model], marker=marker, label=label)
                kept = history["kept"].to_numpy(bool)
                axes.plot(epochs[kept], values[kept], "o", color=colour[model], mec="white")
            axes.set_title(title)
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        plain_log_axis(grid[0, 0], "y")
        for axes in grid[0, 1:]:
            axes.set_ylim(bottom=0)
        lines, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(lines, labels, loc="outside lower center", ncols=3)
    return figure


@refuses_masks
def reconstruction_figure(
    originals: np.ndarray,
    domains: Sequence[str],
    models: Mapping[str, Shown],
) -> Figure:
    """Show chips above what each model makes of them, and their codes (the paper's Figure 6).

    Parameters
    ----------
    originals
        (n, rows, columns) uint8.
    domains
        Domain of each.
    models
        What each model makes of them.
    """
    down, across = 1 + 2 * len(models), len(originals)
    with figure_of(down, across, cell_aspect=1.0) as (figure, grid):
        for axes, chip, domain in zip(grid[0], originals, domains, strict=True):
            show_grey(axes, chip)
            axes.set_title(plain(domain), fontsize=SMALL)
        for k, shown in enumerate(models.values()):
            colours = code_colours(shown.codebook)
            for axes, chip in zip(grid[1 + 2 * k], shown.reconstruction, strict=True):
                show_grey(axes, chip)
            for axes, each in zip(grid[2 + 2 * k], shown.codes, strict=True):
                axes.imshow(colours[each], interpolation="none")
                axes.set_axis_off()
        labels = ["original", *[text for name in models for text in (name, f"{name}, codes")]]
        for axes, label in zip(grid[:, 0], labels, strict=True):
            style = {"rotation": 90, "fontsize": SMALL, "ha": "right", "va": "center"}
            axes.text(-0.08, 0.5, plain(label), transform=axes.transAxes, **style)
    return figure


@refuses_masks
def latent_figure(
    models: Mapping[str, Mapping[str, np.ndarray]],
    conditions: Mapping[str, np.ndarray],
    name: str,
    *,
    log: bool,
) -> Figure:
    """Show training chips on the principal axes of their latents (the paper's Figure 15).

    Parameters
    ----------
    models
        By model: `coordinates` (n, 2), `explained` (2,) and `thumbnail` (n, y, x) uint8.
    conditions
        By model, (n,) the chips' condition, which colours them.
    name
        What the condition is called.
    log
        Whether its colours are logarithmic.
    """
    with figure_of(len(models), 2, cell_aspect=0.85) as (figure, grid):
        for (left, right), (model, drawn) in zip(grid, models.items(), strict=True):
            x, y = drawn["coordinates"].T
            for axes in (left, right):
                for label, which, share in zip(
                    ("first", "second"), "xy", drawn["explained"], strict=True
                ):
                    text = f"{label} axis, {100 * share:.0f} % of the variance"
                    getattr(axes, f"set_{which}label")(text, fontsize=SMALL)
                axes.set_xticks([])
                axes.set_yticks([])
            _thumbnails(left, drawn["coordinates"], drawn["thumbnail"])
            left.set_title(plain(f"{model}: chips"))
            values = conditions[model]
            scale = (LogNorm if log else Normalize)(values.min(), values.max())
            shown = right.scatter(x, y, c=values, s=5, norm=scale, cmap="viridis", linewidths=0)
            right.set_title(plain(f"{model}: {name}"))
            bar = figure.colorbar(shown, ax=right, shrink=0.8, ticks=_ticks(values))
            bar.set_label(plain(name), fontsize=SMALL)
            bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            bar.ax.yaxis.set_minor_formatter(NullFormatter())
    return figure


def codebook_figure(models: Mapping[str, Shown]) -> Figure:
    """Show the vectors of each model's codebook on their principal axes (the paper's Figure 16)."""
    aspect = 0.85 if len(models) > 1 else 0.5
    with figure_of(1, len(models), aspect) as (figure, grid):
        for axes, (name, shown) in zip(grid[0], models.items(), strict=True):
            codebook = shown.codebook
            projection = principal_axes(codebook)
            x, y = projection.coordinates.T
            counts = np.bincount(shown.codes.ravel(), minlength=len(codebook))
            size = 8 + 80 * counts / counts.max()
            axes.scatter(x, y, s=size, c=code_colours(codebook) / 255, edgecolors="0.3", lw=0.3)
            for label, which, share in zip(
                ("first", "second"), "xy", projection.explained, strict=True
            ):
                text = f"{label} axis, {100 * share:.0f} % of the variance"
                getattr(axes, f"set_{which}label")(text)
            axes.set_title(plain(f"{name}: {len(codebook)} codes"))
    return figure


def _thumbnails(axes: Axes, coordinates: np.ndarray, thumbnails: np.ndarray) -> None:
    """Lay thumbnails at their places, leaving out those that would cover others."""
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    places = (coordinates - low) / np.where(high > low, high - low, 1)
    free = np.ones(len(places), dtype=bool)
    for at in range(len(places)):
        if free[at]:
            free[at + 1 :] &= np.abs(places[at + 1 :] - places[at]).max(axis=1) > APART
    edge = thumbnails.shape[1]
    for place, image in zip(coordinates[free], thumbnails[free], strict=True):
        picture = OffsetImage(image, zoom=14 / edge, cmap="gray", norm=Normalize(0, 255))
        axes.add_artist(AnnotationBbox(picture, tuple(place), frameon=False, pad=0))
    margin = 0.05 * (high - low)
    axes.set_xlim(low[0] - margin[0], high[0] + margin[0])
    axes.set_ylim(low[1] - margin[1], high[1] + margin[1])


def _ticks(values: np.ndarray) -> np.ndarray | None:
    """Return the values as ticks where there are few."""
    distinct = np.unique(values)
    return distinct if len(distinct) <= 8 else None
