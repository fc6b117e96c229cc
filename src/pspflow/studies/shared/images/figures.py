"""Figures of images: arrays in, matplotlib figures out."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from pspflow.report.style import figure_of, show_grey


def image_grid(
    images: Mapping[str, Sequence[np.ndarray]],
    titles: Mapping[str, Sequence[str]],
    pixel_size_um: float,
) -> Figure:
    """Show images, one row per domain, with a scale bar on the first of each row.

    Parameters
    ----------
    images
        Domain name, its images, (rows, columns) uint8.
    titles
        Domain name, one title per image (may be empty).
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
