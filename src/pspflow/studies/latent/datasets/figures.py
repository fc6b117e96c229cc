"""Figures of the simulated datasets: galleries, and the autocovariance of Gaussian images."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pspflow.report.mosaics import mosaic
from pspflow.report.sheets import sized, titled
from pspflow.report.style import COLOURS, figure_of
from pspflow.studies.latent.datasets.measured import Autocovariance

EDGE: Final = 3
"""Images along each edge of a gallery."""
SHOWN: Final = EDGE**2
IMAGE_PX, ACROSS, BETWEEN = 128, 3, 190
"""Width of an image at most, datasets beside each other, and the grey level between images."""


def gallery_picture(images: Mapping[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Show nine images of each dataset, pixel for pixel: (y, x).

    Parameters
    ----------
    images
        By dataset, (9, y, x), or more or fewer.
    """
    return titled(
        {
            name.replace("_", " "): mosaic(sized(each[:SHOWN], IMAGE_PX), EDGE, BETWEEN)
            for name, each in images.items()
        },
        ACROSS,
    )


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
