"""Figures of chips: sources, what flows make of them, and real chips of the target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pspflow.report.style import PAGE_INCHES, figure_of, plain, show_grey
from pspflow.studies.temper.flows.figures import LETTER_INCHES, SMALL

CLIPPED_PERCENT = 0.5
"""Share of the pixels shown black, and of those shown white, at the common grey window."""
GAP = 0.15
"""Width of the gap between groups of chips, over a chip's."""
BAR_INCHES = 0.55
"""Height of the bar of grey levels with its label."""


@dataclass(frozen=True)
class Transfer:
    """A chip, its transfers by each regularisation, and a real chip of the target."""

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
        Source and target, some transfers; equally many for all directions, by the same
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

    Images may have any shape. Precipitates are faint on the whole scale of 8 bits.
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
        Groups of titles, one per column, or one per group.
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
        _name_groups([grid[0, i] for i in at], first, titles, chip_inches)
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


def _name_groups(
    top: Sequence[Axes],
    groups: Sequence[Sequence[np.ndarray]],
    titles: Sequence[Sequence[str]],
    chip_inches: float,
) -> None:
    """Write titles above the images of the first row, aslant where one is wider than its place."""
    each = len(groups[0]) // len(titles[0])  # images under one title
    longest = max(len(name) for names in titles for name in names)
    aslant: dict[str, Any] = {}
    if longest * LETTER_INCHES > each * chip_inches:
        aslant = {"rotation": 40, "ha": "left", "rotation_mode": "anchor"}
    start = 0
    for group, names in zip(groups, titles, strict=True):
        each = len(group) // len(names)
        for i, name in enumerate(names):
            # the middle image bears it, or the left one of the middle two at its edge
            axes = top[start + i * each + (each - 1) // 2]
            middle = 0.5 if each % 2 else 1.0
            axes.set_title(plain(name), fontsize=SMALL, pad=3, x=middle, **aslant)
        start += len(group)
