"""Figures of the temper study: arrays and tables in, matplotlib figures out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from pspflow.report.style import COLOURS, figure_of, show_grey
from pspflow.studies.temper.evaluate import CHANCE

PAPER_BEST = 0.70
"""Best accuracy on experimental chips, temper paper section 4.2: around 70 %."""


def image_grid(
    images: Mapping[str, Sequence[np.ndarray]],
    titles: Mapping[str, Sequence[str]],
    pixel_size_um: float,
) -> Figure:
    """Show images in rows, one domain a row, with a scale bar on each row's first.

    Parameters
    ----------
    images
        Domain name, its images, (rows, columns) uint8.
    titles
        Domain name, one title an image (may be empty).
    pixel_size_um
        Common pixel size, or NaN.
    """
    columns = max(len(row) for row in images.values())
    tallest = max(pixels.shape[0] / pixels.shape[1] for row in images.values() for pixels in row)
    with figure_of(len(images), columns, cell_aspect=tallest + 0.1) as (figure, grid):
        for axes_row, (domain, row) in zip(grid, images.items(), strict=True):
            for axes in axes_row[len(row) :]:
                axes.set_axis_off()
            for i, (axes, pixels) in enumerate(zip(axes_row, row, strict=False)):
                show_grey(axes, pixels, pixel_size_um if i == 0 else np.nan)
                axes.set_title(titles[domain][i], fontsize=6)
            axes_row[0].set_ylabel(domain)
    return figure


@dataclass(frozen=True)
class Example:
    """A chip with its topology."""

    chip: np.ndarray
    """(rows, columns) uint8."""
    pairs: tuple[np.ndarray, np.ndarray]
    """H0 and H1, (n, 2) finite births and deaths in grey levels."""
    marks: tuple[np.ndarray, np.ndarray]
    """Rows and columns, (2, n), of the pixels that bear the long pairs of H0 and H1."""


def persistence_figure(
    examples: Mapping[str, Example],
    means: Mapping[str, np.ndarray],
    ranges: tuple[tuple[float, float], tuple[float, float]],
    pixel_size_um: float,
) -> Figure:
    """Show, per domain, a chip, its critical pixels and diagrams, and the mean images.

    Parameters
    ----------
    examples
        Domain name, one chip with its topology.
    means
        Domain name, (2, resolution, resolution) mean persistence images.
    ranges
        Birth and persistence range in grey levels.
    pixel_size_um
        Common pixel size, or NaN.
    """
    stack = np.stack(list(means.values()))
    norms = [PowerNorm(0.5, vmin=0, vmax=stack[:, k].max()) for k in (0, 1)]
    with figure_of(len(examples), 5, cell_aspect=1.0) as (figure, grid):
        for i, (axes, (domain, example)) in enumerate(zip(grid, examples.items(), strict=True)):
            show_grey(axes[0], example.chip, pixel_size_um)
            axes[0].set_ylabel(domain)
            show_grey(axes[1], example.chip)
            for k, (rows, columns) in enumerate(example.marks):
                axes[1].plot(columns, rows, ".", markersize=2, color=COLOURS[k])
            _diagram(axes[2], example.pairs)
            for k in (0, 1):
                shown = axes[3 + k].imshow(
                    means[domain][k].T,
                    origin="lower",
                    extent=(*ranges[0], *ranges[1]),
                    aspect="auto",
                    norm=norms[k],
                )
                if i == 0:  # the scale is common to the domains
                    figure.colorbar(shown, ax=grid[:, 3 + k], location="top", shrink=0.8)
            axes[3].set_ylabel("persistence")
        titles = ("chip", "critical pixels", "diagrams", "mean image, H0", "mean image, H1")
        for axes, title in zip(grid[0], titles, strict=True):
            axes.set_title(title)
        for axes in grid[-1, 2:]:
            axes.set_xlabel("birth")
    return figure


def _diagram(axes: Axes, pairs: tuple[np.ndarray, np.ndarray]) -> None:
    for k, points in enumerate(pairs):
        axes.plot(*points.T, ".", markersize=2, alpha=0.5, color=COLOURS[k], label=f"H{k}")
    axes.plot([0, 255], [0, 255], color="0.6", linewidth=0.6)
    axes.set(xlim=(0, 255), ylim=(0, 255), ylabel="death")
    axes.legend(loc="lower right", markerscale=3, handletextpad=0.1)


def label_figure(accuracy: pd.DataFrame, labels: Mapping[str, str], *, simulated: bool) -> Figure:
    """Show how well chips tell their label: balanced accuracy with intervals.

    Parameters
    ----------
    accuracy
        See `pspflow.studies.temper.evaluate.label_accuracy`.
    labels
        Domain name and the column that labels it.
    simulated
        Whether to draw the paper's value, which means nothing for another material.
    """
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
        axes.axhline(CHANCE, color="0.3", linewidth=0.8, linestyle="--", label="chance")
        if simulated:
            label = "paper, best accuracy on real chips"
            axes.axhline(PAPER_BEST, color="0.3", linewidth=0.8, label=label)
        domains = list(dict.fromkeys(accuracy["domain"]))
        names = [f"{domain}\n{labels[domain]}" for domain in domains]
        axes.set_xticks(np.arange(len(domains)), names)
        axes.set(ylim=(0, 1), ylabel="balanced accuracy, held-out specimens")
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def parity_figure(pairs: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """Show predicted against exact pixels of persistence images, a row a model.

    Parameters
    ----------
    pairs
        Name of the model, exact and predicted images, (n, 2, resolution, resolution).
    """
    with figure_of(len(pairs), 2, cell_aspect=0.75) as (figure, grid):
        for axes_row, (name, (exact, predicted)) in zip(grid, pairs.items(), strict=True):
            for k, axes in enumerate(axes_row):
                x, y = exact[:, k].ravel(), predicted[:, k].ravel()
                top = max(float(x.max()), float(y.max()), 1e-12)
                shown = axes.hexbin(x, y, gridsize=60, bins="log", mincnt=1, linewidths=0)
                axes.plot([0, top], [0, top], color="0.4", linewidth=0.6)
                axes.set(title=f"{name}, H{k}", xlabel="exact", ylabel="predicted")
                figure.colorbar(shown, ax=axes, label="pixels")
    return figure
