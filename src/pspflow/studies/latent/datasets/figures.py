"""Figures of the simulated datasets: galleries, and the autocovariance of Gaussian images."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks
from pspflow.report.style import COLOURS, figure_of, show_grey
from pspflow.studies.latent.datasets.measured import Autocovariance

EDGE: Final = 3
"""Images along each edge of a gallery."""
SHOWN: Final = EDGE**2


def gallery_figure(images: Mapping[str, NDArray[np.uint8]]) -> Figure:
    """Show nine images of each dataset.

    Parameters
    ----------
    images
        By dataset, (9, y, x), or fewer.
    """
    rows = -(-len(images) // 2)
    tallest = max(each.shape[1] / each.shape[2] for each in images.values())
    with figure_of(rows, min(len(images), 2), cell_aspect=min(tallest, 1) + 0.06) as (figure, grid):
        for axes in grid.flat[len(images) :]:
            axes.set_axis_off()
        for axes, (name, shown) in zip(grid.flat, images.items(), strict=False):
            show_grey(axes, mosaic(shown))
            axes.set_title(name.replace("_", " "))
    return figure


@refuses_masks
def mosaic(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay up to nine images (n, y, x) in rows of three, with grey gaps between."""
    count, rows, columns = images[:SHOWN].shape
    gap = max(2, columns // 24)
    sheet = np.full((EDGE * (rows + gap) - gap, EDGE * (columns + gap) - gap), 190, np.uint8)
    for place in range(count):
        top, left = (rows + gap) * (place // EDGE), (columns + gap) * (place % EDGE)
        sheet[top : top + rows, left : left + columns] = images[place]
    return sheet


def autocovariance_figure(found: Autocovariance) -> Figure:
    """Show measured and analytic autocovariance along rows, columns and diagonal, and all of it.

    Parameters
    ----------
    found
        See `measured.autocovariance_of`.
    """
    reach = len(found.analytic)
    lags = np.arange(reach)
    lines = {
        "down": (lags, 0 * lags),
        "to the right": (0 * lags, lags),
        "along the diagonal": (lags, lags),
    }
    with figure_of(1, 2, cell_aspect=0.75) as (figure, grid):
        left, right = grid[0]
        for (name, at), colour in zip(lines.items(), COLOURS, strict=False):
            distance = np.hypot(*at)
            left.plot(distance, found.analytic[at], color=colour, lw=1, label=f"{name}, analytic")
            left.errorbar(
                distance,
                found.mean[at],
                1.96 * found.error[at],
                fmt=".",
                ms=3,
                lw=0.6,
                color=colour,
                label=f"{name}, measured",
            )
        left.set_xlabel("displacement (pixels)")
        left.set_ylabel("autocovariance (variance of the fields 1)")
        left.legend(fontsize=7)
        shown = right.imshow(found.deviation, cmap="RdBu_r", vmin=-4, vmax=4)
        right.set_xlabel("displacement to the right (pixels)")
        right.set_ylabel("displacement down (pixels)")
        bar = figure.colorbar(shown, ax=right, shrink=0.9)
        bar.set_label("measured less analytic (standard errors)")
    return figure
