"""Figures of reconstructions, samples and strips between images."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pspflow.report.mosaics import mosaic
from pspflow.report.style import figure_of, plain

SMALL = 7
EDGE = 8
"""Images beside each other: 8 reconstructions, and 64 samples in a square, as in the report."""


def rows_figure(rows: Mapping[str, np.ndarray]) -> Figure:
    """Show rows of images below each other.

    Parameters
    ----------
    rows
        Label of each row, images (n, y, x) uint8; all of one number and shape.
    """
    first = next(iter(rows.values()))
    height, width = first.shape[1:]
    across = len(first)
    aspect = height / (across * width) * 1.06
    with figure_of(len(rows), 1, cell_aspect=aspect) as (figure, grid):
        figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
        for (label, images), (axes,) in zip(rows.items(), grid, strict=True):
            _show(axes, mosaic(images, across))
            axes.set_ylabel(plain(label), fontsize=SMALL, rotation=0, ha="right", va="center")
    return figure


def sheets_figure(rows: Mapping[str, Mapping[str, np.ndarray]]) -> Figure:
    """Show square sheets of images: a row for each model, a column for each kind.

    Parameters
    ----------
    rows
        Label of the row, label of the sheet, images (n, y, x) uint8, of which at most 64 are shown.
        Rows may have fewer sheets than others.
    """
    across = max(len(row) for row in rows.values())
    images = next(iter(next(iter(rows.values())).values()))
    aspect = 1.1 * images.shape[1] / images.shape[2]
    with figure_of(len(rows), across, cell_aspect=aspect) as (figure, grid):
        figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, wspace=0, hspace=0)
        for (label, row), line in zip(rows.items(), grid, strict=True):
            for axes in line[len(row) :]:
                axes.set_axis_off()
            for (title, sheet), axes in zip(row.items(), line, strict=False):
                _show(axes, mosaic(sheet[: EDGE**2], EDGE))
                axes.set_title(plain(title), fontsize=SMALL)
            line[0].set_ylabel(plain(label), fontsize=SMALL)
    return figure


def strips_figure(rows: Mapping[str, np.ndarray]) -> Figure:
    """Show strips that lead from one image to another, below each other.

    Parameters
    ----------
    rows
        Label of each strip, images (steps, y, x) uint8; datasets may have different shapes.
    """
    widest = max(len(strip) * strip.shape[2] / strip.shape[1] for strip in rows.values())
    with figure_of(len(rows), 1, cell_aspect=1.1 / widest) as (figure, grid):
        figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
        for (label, strip), (axes,) in zip(rows.items(), grid, strict=True):
            _show(axes, mosaic(strip, len(strip)))
            axes.set_ylabel(plain(label), fontsize=SMALL, rotation=0, ha="right", va="center")
    return figure


def _show(axes: Axes, sheet: np.ndarray) -> None:
    axes.imshow(sheet, cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
