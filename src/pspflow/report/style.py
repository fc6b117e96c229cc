"""The style of all figures: width of a journal page, colours that the colour-blind distinguish."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from pspflow.arrays import refuses_masks

# Okabe and Ito's palette without yellow, which is hard to see on white
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
PAGE_INCHES = 7.0
SHORT, LONG = 5, 100
"""Ratios of limits below which a logarithmic axis has ticks as a linear one, and at 1, 2 and 5."""
MOST_POINTS = 5_000
"""Points of an artist that an SVG still draws one by one; more are a picture in it."""
RC = {
    "savefig.dpi": 300,
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=COLOURS),
    "legend.frameon": False,
}


@contextmanager
def figure_of(
    rows: int, columns: int, cell_aspect: float, widths: Sequence[float] | None = None
) -> Iterator[tuple[Figure, np.ndarray]]:
    """Open a page-wide figure of rows x columns axes; draw on it inside the block.

    Parameters
    ----------
    rows, columns
        Number of axes.
    cell_aspect
        Height of one cell over its width.
    widths
        Width of each column over that of a cell; None: all columns have the width of a cell.

    Yields
    ------
    figure, axes
        The figure, and (rows, columns) axes.
    """
    with mpl.rc_context(RC):  # no pyplot: no state is left after the block
        height = PAGE_INCHES / sum(widths or [1] * columns) * cell_aspect * rows
        figure = Figure(figsize=(PAGE_INCHES, height), layout="constrained")
        yield figure, figure.subplots(rows, columns, squeeze=False, width_ratios=widths)


@refuses_masks
def show_grey(
    axes: Axes,
    pixels: np.ndarray,
    pixel_size_um: float = np.nan,
    vmin: float = 0,
    vmax: float = 255,
) -> None:
    """Show a grey image at its true levels, with a scale bar where the pixel size is known.

    Parameters
    ----------
    axes
        Where to draw.
    pixels
        (rows, columns) uint8.
    pixel_size_um
        Edge of a pixel, or NaN.
    vmin, vmax
        Grey levels shown as black and as white.
    """
    axes.imshow(pixels, cmap="gray", vmin=vmin, vmax=vmax, interpolation="none")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    if np.isfinite(pixel_size_um):
        length_um = nice_length(pixels.shape[1] * pixel_size_um / 4)
        _scale_bar(axes, pixels.shape, length_um, length_um / pixel_size_um)


def plain_log_axis(axes: Axes, which: str) -> None:
    """Make an axis logarithmic and write its numbers as they are, enough of them to read it.

    Parameters
    ----------
    axes
        With everything drawn, since ticks follow from the limits.
    which
        x or y.
    """
    getattr(axes, f"set_{which}scale")("log")
    axis = axes.xaxis if which == "x" else axes.yaxis
    low, high = sorted(getattr(axes, f"get_{which}lim")())
    if high < SHORT * low:
        axis.set_major_locator(MaxNLocator(5))
        axis.set_minor_locator(NullLocator())
    elif high < LONG * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


def lighten(figure: Figure) -> None:
    """Set artists of very many points to be rasterised, so that an SVG of the figure stays small.

    The layout stays as it was drawn last.
    """
    figure.set_layout_engine("none")
    for artist in figure.findobj(_has_many_points):
        artist.set_rasterized(True)


def _has_many_points(artist: Artist) -> bool:
    if isinstance(artist, Line2D):
        return np.size(artist.get_xdata(orig=False)) > MOST_POINTS
    if isinstance(artist, Collection):
        copies = len(np.asarray(artist.get_offsets()))
        vertices = sum(len(np.asarray(path.vertices)) for path in artist.get_paths())
        # of one marker there are many copies; of many shapes each stands once
        return max(copies, vertices) > MOST_POINTS
    return False


def plain(name: str) -> str:
    """Keep a name that a user gave from being read as a formula, or as a label to hide."""
    hair_space = "\u200a"
    return (hair_space if name.startswith("_") else "") + name.replace("$", r"\$")


def nice_length(most: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is at most `most`."""
    power = 10.0 ** np.floor(np.log10(most))
    return float(power * max(step for step in (1, 2, 5) if step * power <= most * (1 + 1e-9)))


def _scale_bar(axes: Axes, shape: tuple[int, ...], length_um: float, length_px: float) -> None:
    top, left = 0.05 * shape[0], 0.05 * shape[1]
    for colour, width in (("black", 4), ("white", 2)):
        ends = [left, left + length_px]
        axes.plot(ends, [top, top], color=colour, linewidth=width, solid_capstyle="butt")
    box = {"facecolor": "black", "alpha": 0.6, "edgecolor": "none", "pad": 1}
    axes.text(left, top * 1.8, f"{length_um:g} µm", color="white", va="top", fontsize=6, bbox=box)
