"""Figures of PI-Net: arrays in, matplotlib figures out."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from pspflow.report.style import figure_of


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
                axes.set(title=f"{name}, H{k}", xlabel="exact pixel", ylabel="predicted pixel")
                figure.colorbar(shown, ax=axes, label="pixels")
    return figure
