"""Figures of forward predictions: tables in, matplotlib figures out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.decomposition import PCA

from pspflow.report.style import COLOURS, figure_of
from pspflow.studies.composite.forward.models import LABELS

ACROSS = 4
SMALL = 6


def parity_figure(points: pd.DataFrame, column: str = "c11_gpa") -> Figure:
    """Show predicted against solved stiffness of test structures, one panel per model.

    Parameters
    ----------
    points
        Columns model, and in GPa COLUMN (predicted) and COLUMN_solved, of one run or several.
    column
        Name of the property.
    """
    models = list(dict.fromkeys(points["model"]))
    down = -(-len(models) // ACROSS)
    top = 1.03 * float(points[f"{column}_solved"].max())
    with figure_of(down, min(ACROSS, len(models)), cell_aspect=1.0) as (figure, grid):
        for axes in grid.ravel()[len(models) :]:
            axes.set_axis_off()
        for i, (axes, model) in enumerate(zip(grid.ravel(), models, strict=False)):
            part = points[points["model"] == model]
            solved, predicted = part[f"{column}_solved"], part[column]
            axes.plot(solved, predicted, ".", markersize=2, alpha=0.5, color=COLOURS[0])
            axes.plot([0, top], [0, top], color="0.4", linewidth=0.6)
            outside = int(((predicted < 0) | (predicted > top)).sum())
            if outside:
                axes.text(0.03, 0.97, f"{outside} outside", va="top", transform=axes.transAxes)
            axes.set(xlim=(0, top), ylim=(0, top), aspect="equal")
            axes.set_title(LABELS.get(model, model), fontsize=SMALL)
            if i % ACROSS == 0:
                axes.set_ylabel("predicted (GPa)")
            if i + ACROSS >= len(models):
                axes.set_xlabel("solved (GPa)")
    return figure


def accuracy_figure(summary: pd.DataFrame, *, papers_material: bool) -> Figure:
    """Show the MAPE of the models, one panel per property, with standard deviations over the runs.

    Parameters
    ----------
    summary
        One row per property and model, from `pspflow.studies.composite.forward.accuracy.summary`.
    papers_material
        Whether the structures are of the paper's material: only then its values are marked.
    """
    columns = list(dict.fromkeys(summary["property"]))
    models = list(dict.fromkeys(summary["model"]))
    across = min(3, len(columns))
    down = -(-len(columns) // across)
    aspect = 0.07 * len(models) * across / 2 + 0.1
    with figure_of(down, across, cell_aspect=aspect) as (figure, grid):
        for axes in grid.ravel()[len(columns) :]:
            axes.set_axis_off()
        for i, (axes, column) in enumerate(zip(grid.ravel(), columns, strict=False)):
            rows = summary[summary["property"] == column].set_index("model").reindex(models)
            _bars(axes, rows, papers_material=papers_material)
            axes.set_title(_symbol(column))
            names = [LABELS.get(model, model) for model in models]
            axes.set_yticks(np.arange(len(models)), names if i % across == 0 else [])
            if i + across >= len(columns):
                axes.set_xlabel("MAPE on test structures (%)")
        handles, labels = grid[0, 0].get_legend_handles_labels()
        if labels:
            figure.legend(handles, labels, loc="outside lower right")
    return figure


def _bars(axes: Axes, rows: pd.DataFrame, *, papers_material: bool) -> None:
    """Draw one bar per model, from the top down."""
    at = np.arange(len(rows))
    # NaN, of one run alone, draws no error bar
    errors = rows["mape_sd"].to_numpy(np.float64)
    axes.barh(at, rows["mape"], xerr=errors, capsize=2, color=COLOURS[0], height=0.7)
    if papers_material and rows["paper_mape"].notna().any():
        style: dict[str, Any] = {"fmt": "D", "markersize": 3, "capsize": 2, "label": "paper"}
        spread = rows["paper_mape_sd"].to_numpy(np.float64)
        axes.errorbar(rows["paper_mape"], at, xerr=spread, color=COLOURS[1], **style)
    axes.set_xlim(left=0)
    axes.invert_yaxis()


def latent_figure(
    latents: Mapping[str, tuple[np.ndarray, np.ndarray]], column: str = "c11_gpa"
) -> Figure:
    """Show latent spaces in their first two principal components, by stiffness, in rows.

    As Figure 7 of the composite paper; all panels share one colour scale.

    Parameters
    ----------
    latents
        Latents (n, k) of test structures and their stiffness (n,) in GPa, by model.
    column
        Name of the property that colours the points.
    """
    values = np.concatenate([each for _, each in latents.values()])
    across = min(ACROSS, len(latents))
    with figure_of(-(-len(latents) // across), across, cell_aspect=1.0) as (figure, grid):
        for axes in grid.ravel()[len(latents) :]:
            axes.set_axis_off()
        for axes, (model, (codes, stiffness)) in zip(grid.ravel(), latents.items(), strict=False):
            pca = PCA(2, svd_solver="full").fit(codes)
            shown = axes.scatter(
                *pca.transform(codes).T,
                c=stiffness,
                s=4,
                linewidths=0,
                vmin=values.min(),
                vmax=values.max(),
            )
            first, second = 100 * pca.explained_variance_ratio_
            axes.set_title(LABELS.get(model, model))
            axes.set_xlabel(f"component 1 ({first:.0f} %)")
            axes.set_ylabel(f"component 2 ({second:.0f} %)")
        figure.colorbar(shown, ax=grid, label=f"{_symbol(column)} (GPa)", shrink=0.8)
    return figure


def _symbol(column: str) -> str:
    """Write a column such as c11_gpa as its symbol."""
    return f"$C_{{{column.removeprefix('c').removesuffix('_gpa')}}}$"
