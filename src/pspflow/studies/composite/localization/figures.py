"""Figures of localization: examples and tables in, matplotlib figures out."""

import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from pspflow.report.style import COLOURS, figure_of, plain_log_axis
from pspflow.studies.composite.localization.examples import Examples
from pspflow.studies.composite.localization.names import LABELS, FieldName, title_of
from pspflow.studies.composite.localization.paper import LOCALIZATION_R2

FIELD_COLOURS = "viridis"


def slice_figure(examples: Examples, field: FieldName) -> Figure:
    """Show the central slices of structures, of each model's fields, and of the true fields.

    Slices are normal to z, x points right; each row has a common colour scale. Latent report,
    Figures 4-4 to 4-12.

    Parameters
    ----------
    examples
        What is shown.
    field
        Which field it is.
    """
    models = list(examples.predicted)
    shape = (len(examples.phases), 2 + len(models))
    with figure_of(*shape, cell_aspect=1.12) as (figure, grid):
        for row, axes in enumerate(grid):
            middle = examples.phases.shape[3] // 2
            fields = [examples.true[row], *(examples.predicted[name][row] for name in models)]
            slices = [each[:, :, middle].T / examples.macro_strain for each in fields]
            low, high = np.percentile(slices[0], [0.5, 99.5])
            axes[0].imshow(examples.phases[row, :, :, middle].T, cmap="gray_r", origin="lower")
            axes[0].set_ylabel(examples.titles[row])
            for one, values in zip(axes[1:], (*slices[1:], slices[0]), strict=True):
                shown = one.imshow(values, cmap=FIELD_COLOURS, vmin=low, vmax=high, origin="lower")
            bar = figure.colorbar(shown, ax=axes.tolist(), shrink=0.8, pad=0.01)
            bar.set_label(LABELS[field].replace("macroscopic strain", "macroscopic"), fontsize=6)
            for one in axes:
                one.set_xticks([])
                one.set_yticks([])
                one.spines[:].set_visible(False)
        names = ["structure", *(title_of(name) for name in models), "true"]
        for one, name in zip(grid[0], names, strict=True):
            one.set_title(name, fontsize=7)
    return figure


def parity_figure(
    examples: Examples, accuracy: pd.DataFrame, field: FieldName, *, papers_material: bool = True
) -> Figure:
    """Show predicted against true values of voxels, one panel per model.

    Latent report, Figures 4-2 and 4-3.

    Parameters
    ----------
    examples
        What is shown.
    accuracy
        Columns field, model, run, squared_pearson and the ends of its interval.
    field
        Which field it is.
    papers_material
        Whether the structures are of the report's material: only then its value is named.
    """
    known = accuracy[(accuracy["field"] == field) & (accuracy["run"] == 0)].set_index("model")
    true, predicted = examples.true_voxels, examples.predicted_voxels
    limits = np.percentile(true / examples.macro_strain, [0.05, 99.95])
    columns = min(3, len(predicted))
    rows = -(-len(predicted) // columns)
    counts = LogNorm(1, max(10, len(true) / 20))
    with figure_of(rows, columns, cell_aspect=1.0) as (figure, grid):
        for axes in grid.ravel()[len(predicted) :]:
            axes.set_axis_off()
        for axes, (name, values) in zip(grid.ravel(), predicted.items(), strict=False):
            shown = axes.hexbin(
                true / examples.macro_strain,
                values / examples.macro_strain,
                gridsize=60,
                extent=(*limits, *limits),
                norm=counts,
                cmap="Blues",
                mincnt=1,
                linewidths=0,
            )
            axes.plot(limits, limits, color="0.4", linewidth=0.6)
            row = known.loc[name]
            axes.set(xlim=limits, ylim=limits, aspect="equal")
            axes.set_title(
                f"{title_of(name)}: $r^2$ = {row['squared_pearson']:.3f}"
                f" ({row['squared_pearson_low']:.3f} to {row['squared_pearson_high']:.3f})",
                fontsize=6,
            )
        figure.colorbar(shown, ax=grid.ravel().tolist(), shrink=0.6, label="voxels")
        low, high = LOCALIZATION_R2
        named = papers_material and field == "strain"
        beside = f" (report, CPNet in cells of 51: {low:.2f} to {high:.2f})" if named else ""
        figure.supxlabel(f"true {LABELS[field]}{beside}", fontsize=8)
        figure.supylabel(f"predicted {LABELS[field]}", fontsize=8)
    return figure


def speed_figure(speed: pd.DataFrame) -> Figure:
    """Show time and size of CPNet against its gap, beside the times of the others.

    Latent report, Figure 4-1.

    Parameters
    ----------
    speed
        Columns model, gap in voxels (-1 for models without one), parameters, device, threads,
        seconds_per_structure; the rows of the most threads are shown.
    """
    speed = speed[(speed["threads"] == speed["threads"].max()) | (speed["device"] != "cpu")]
    cpnet = speed[speed["gap"] > 0].sort_values("gap")
    others = speed[speed["gap"] <= 0]
    with figure_of(1, 2, cell_aspect=0.7) as (figure, grid):
        times, sizes = grid[0]
        label = f"CPNet ({cpnet['device'].iloc[0]})"
        times.plot(cpnet["gap"], cpnet["seconds_per_structure"], "o-", label=label)
        for row, colour in zip(others.itertuples(), COLOURS[1:], strict=False):
            times.axhline(
                row.seconds_per_structure,
                color=colour,
                linewidth=1,
                linestyle="--",
                label=f"{title_of(str(row.model))} ({row.device})",
            )
        times.set_ylabel("time per structure (s)")
        handles, labels = times.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=6)
        sizes.plot(cpnet["gap"], cpnet["parameters"], "s-")
        sizes.set_ylabel("parameters of CPNet (1)")
        for axes in (times, sizes):
            plain_log_axis(axes, "y")
            axes.set_xlabel("gap (voxels)")
            axes.set_xticks(cpnet["gap"])
    return figure
