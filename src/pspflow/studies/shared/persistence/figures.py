"""Figures of persistence images: arrays in, matplotlib figures out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from pspflow.report.style import COLOURS, figure_of, show_grey
from pspflow.studies.shared.persistence.imaging import diagrams
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.topology import critical_pixels

MARKED_SHARE = 0.25
"""Share of the persistence range from which on a pair's pixel is marked: above the noise."""


@dataclass(frozen=True)
class Example:
    """A chip with its topology."""

    chip: np.ndarray
    """(rows, columns) uint8."""
    pairs: tuple[np.ndarray, np.ndarray]
    """H0 and H1, (n, 2) finite births and deaths in grey levels."""
    marks: tuple[np.ndarray, np.ndarray]
    """Rows and columns, (2, n), of the pixels that mark the long pairs of H0 and H1."""


def example_of(chip: np.ndarray, imaging: Imaging) -> Example:
    """Find a chip's (rows, columns) diagrams, and the pixels that mark its long pairs."""
    ((h0, h1),) = diagrams(chip[None], imaging)
    minima, maxima = critical_pixels(chip, imaging.convention)
    levels = chip.ravel().astype(np.int64)
    marks = []
    # a component shows by the pixel it is born at, a hole by the pixel that fills it
    for pairs, end in ((minima, 0), (maxima, 1)):
        mortal = pairs[pairs[:, 1] >= 0]
        persistences = levels[mortal[:, 1]] - levels[mortal[:, 0]]
        long = mortal[persistences >= MARKED_SHARE * imaging.persistence_range[1]]
        marks.append(np.stack(np.unravel_index(long[:, end], chip.shape)))
    return Example(chip, (h0, h1), (marks[0], marks[1]))


def persistence_figure(
    examples: Mapping[str, Example],
    means: Mapping[str, np.ndarray],
    ranges: tuple[tuple[float, float], tuple[float, float]],
    pixel_size_um: float,
) -> Figure:
    """Show, for each domain, a chip, its critical pixels and diagrams, and the mean images.

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
                    bar = figure.colorbar(shown, ax=grid[:, 3 + k], location="top", shrink=0.8)
                    bar.set_label("pixel of the image")
            axes[3].set_ylabel("persistence (grey level)")
        titles = ("chip", "critical pixels", "diagrams", "mean image, H0", "mean image, H1")
        for axes, title in zip(grid[0], titles, strict=True):
            axes.set_title(title)
        for axes in grid[-1, 2:]:
            axes.set_xlabel("birth (grey level)")
    return figure


def _diagram(axes: Axes, pairs: tuple[np.ndarray, np.ndarray]) -> None:
    for k, points in enumerate(pairs):
        axes.plot(*points.T, ".", markersize=2, alpha=0.5, color=COLOURS[k], label=f"H{k}")
    axes.plot([0, 255], [0, 255], color="0.6", linewidth=0.6)
    axes.set(xlim=(0, 255), ylim=(0, 255), ylabel="death (grey level)")
    axes.legend(loc="lower right", markerscale=3, handletextpad=0.1)
