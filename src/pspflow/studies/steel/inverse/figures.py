"""Figures of the inverse: wanted and reached morphology, posteriors, and their coverage."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import binom

from pspflow.report.style import COLOURS, figure_of, plain, plain_log_axis
from pspflow.studies.steel.inverse.inference import CORRECTED, GENERATED, REAL
from pspflow.studies.steel.inverse.scales import FRACTION, PATH
from pspflow.studies.steel.inverse.tested import coverage_curves
from pspflow.studies.steel.inverse.wishes import NEAREST, PROCESS, PROPERTIES

SHOWN: Final = {
    PROPERTIES: ("o", COLOURS[0], "conditioned on the wish"),
    PROCESS: ("s", COLOURS[1], "best process condition"),
    NEAREST: ("x", COLOURS[6], "nearest training chip"),
}
CALLED: Final = {
    GENERATED: "generated chips",
    CORRECTED: "generated, path corrected",
    REAL: "real training micrographs",
}
LINES: Final = dict(zip(CALLED, (COLOURS[1], COLOURS[0], COLOURS[2]), strict=True))
MOST_POSTERIORS: Final = 6
ASIDE: Final = 0.006
"""By which two sources of chips are drawn aside of each other, over the span of what is wanted."""


def wishes_figure(wishes: pd.DataFrame) -> Figure:
    """Show wanted and reached morphology: mean and standard deviation of the chips of each wish.

    Parameters
    ----------
    wishes
        As of the stage `wish`, of all models of codes, with column `code_model`.
    """
    models = list(dict.fromkeys(wishes["code_model"]))
    known = wishes[wishes["failure"] == ""]
    size = float(wishes["pixel_size_um"].iloc[0])
    scale, unit = (size, "µm") if np.isfinite(size) else (1.0, "pixels")
    with figure_of(len(models), 2, 0.72) as (figure, grid):
        for line, model in zip(grid, models, strict=True):
            part = known[known["code_model"] == model]
            for axes, name, factor in zip(line, (FRACTION, PATH), (100, scale), strict=True):
                _wanted_and_reached(axes, part, name, factor)
            line[0].set_title(f"codes: {model}", loc="left")
            line[0].set(xlabel="wanted ferrite fraction (%)", ylabel="reached (%)")
            line[1].set(xlabel=f"wanted mean free path ({unit})", ylabel=f"reached ({unit})")
        grid[0, 0].legend(fontsize=6.5)
    return figure


def _wanted_and_reached(axes: Axes, part: pd.DataFrame, name: str, factor: float) -> None:
    wanted = factor * part[f"wanted_{name}"]
    span = float(np.ptp(wanted)) or 1.0
    for place, (source, (marker, colour, label)) in enumerate(SHOWN.items(), -1):
        groups = part[part["source"] == source].groupby("wish")
        across = factor * groups[f"wanted_{name}"].first()
        up = groups[name].agg(["mean", "std"]) * factor
        axes.errorbar(
            across + place * ASIDE * span,
            up["mean"],
            None if source == NEAREST else up["std"].fillna(0),
            fmt=marker,
            color=colour,
            markersize=4,
            linewidth=0.8,
            capsize=2,
            label=label,
        )
    ends = [wanted.min() - 0.05 * span, wanted.max() + 0.05 * span]
    axes.plot(ends, ends, color="0.6", linewidth=0.8, zorder=0)


def posteriors_figure(
    densities: pd.DataFrame, tested: pd.DataFrame, logs: dict[str, bool]
) -> Figure:
    """Show posteriors of a few micrographs, the true value as a line.

    Parameters
    ----------
    densities, tested
        As of the stage `coverage`, of one model of codes.
    logs
        Condition, and whether it is a logarithm; the first one is drawn.
    """
    condition, log = next(iter(logs.items()))
    rows = tested[tested["condition"] == condition]
    truths = rows.groupby("micrograph", sort=False)["truth"].first().sort_values(kind="stable")
    places = np.unique(np.linspace(0, len(truths) - 1, min(MOST_POSTERIORS, len(truths))).round())
    names = list(truths.index[places.astype(int)])
    columns = min(3, len(names))
    with figure_of(-(-len(names) // columns), columns, 0.72) as (figure, grid):
        for axes, name in zip(grid.ravel(), names, strict=False):
            here = (densities["micrograph"] == name) & (densities["condition"] == condition)
            for likelihood, label in CALLED.items():
                part = densities[here & (densities["likelihood"] == likelihood)]
                axes.plot(
                    part["value"], part["density"], color=LINES[likelihood], label=label, lw=1
                )
            axes.axvline(truths[name], color="black", linewidth=0.8, linestyle="--", label="truth")
            axes.set_title(plain(str(name)), loc="left")
            axes.set_ylim(bottom=0)
            if log:
                plain_log_axis(axes, "x")
        for axes in grid.ravel()[len(names) :]:
            axes.set_axis_off()
        # the lowest of each column: the last row may be shorter
        for axes in grid.ravel()[: len(names)][-columns:]:
            axes.set_xlabel(plain(condition))
        for axes in grid[:, 0]:
            axes.set_ylabel(f"density{' over its logarithm' if log else ''}")
        grid[0, 0].legend(fontsize=6)
    return figure


def coverage_figure(tested: pd.DataFrame, logs: dict[str, bool]) -> Figure:
    """Show true and inferred conditions, and nominal and reached coverage.

    Parameters
    ----------
    tested
        As of the stage `coverage`, of one model of codes.
    logs
        Conditions, and whether each is a logarithm: a row of axes each.
    """
    curves = coverage_curves(tested)
    with figure_of(len(logs), 3, 1.0) as (figure, grid):
        for line, (condition, log) in zip(grid, logs.items(), strict=True):
            rows = tested[tested["condition"] == condition]
            for axes, likelihood in zip(line, (GENERATED, CORRECTED), strict=False):
                _inferred(axes, rows[rows["likelihood"] == likelihood], likelihood, log=log)
                axes.set_xlabel(f"true {plain(condition)}")
            line[0].set_ylabel("median and 90 % interval")
            _reached(
                line[2], curves[curves["condition"] == condition], rows["micrograph"].nunique()
            )
        grid[0, 2].legend(fontsize=5.5)
    return figure


def _inferred(axes: Axes, rows: pd.DataFrame, likelihood: str, *, log: bool) -> None:
    below, above = rows["median"] - rows["low"], rows["high"] - rows["median"]
    axes.errorbar(
        rows["truth"],
        rows["median"],
        [below, above],
        fmt="o",
        markersize=3,
        linewidth=0.7,
        color=LINES[likelihood],
    )
    ends = [rows["truth"].min(), rows["truth"].max()]
    axes.plot(ends, ends, color="0.6", linewidth=0.8, zorder=0)
    axes.set_title(CALLED[likelihood], loc="left")
    if log:
        plain_log_axis(axes, "x")
        plain_log_axis(axes, "y")


def _reached(axes: Axes, curves: pd.DataFrame, micrographs: int) -> None:
    levels = np.linspace(0.005, 0.995, 100)
    low, high = binom.ppf([[0.025], [0.975]], micrographs, levels) / micrographs
    axes.fill_between(
        100 * levels, 100 * low, 100 * high, color="0.9", label="95 % of right ones", step="mid"
    )
    axes.plot([0, 100], [0, 100], color="0.6", linewidth=0.8)
    for likelihood, label in CALLED.items():
        part = curves[curves["likelihood"] == likelihood]
        axes.plot(
            100 * part["nominal"],
            100 * part["reached"],
            "o-",
            markersize=3,
            linewidth=1,
            color=LINES[likelihood],
            label=label,
        )
    axes.set(xlabel="nominal coverage (%)", ylabel="reached coverage (%)")
