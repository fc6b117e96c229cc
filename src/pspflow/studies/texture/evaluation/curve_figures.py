"""Figures of likelihoods and errors by observations, and of what active learning saves."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pspflow.report.style import figure_of, plain_log_axis
from pspflow.studies.texture.evaluation.arms import COLOUR_OF, FULL, in_order, label_of
from pspflow.studies.texture.evaluation.comparisons import LOGARITHMIC, value_at
from pspflow.studies.texture.evaluation.curves import JUDGED, OWN, judges, of_arm
from pspflow.studies.texture.evaluation.efficiency import (
    AT_STOP,
    AT_THRESHOLD,
    MEAN,
    MEASURES,
    MOST,
)

ERRORS = {MEAN: "mean round-trip error", MOST: "error of 95 % of the textures"}
BY = {OWN: "by each arm's own forward model", JUDGED: "by the judge"}


def likelihood_figure(curves: pd.DataFrame) -> Figure:
    """Show the likelihood of the test textures against observations (paper, Figure 2).

    Left the log-likelihood of coefficients as they are, right the loss of equation 7, which the
    paper's figure seems to show, both per dimension.

    Parameters
    ----------
    curves
        Of all loops, as of `curves.curve`.
    """
    shown = {
        "test_per_dimension": "test log-likelihood per dimension",
        "test_loss_per_dimension": "test loss per dimension (eq. 7)",
    }
    with figure_of(1, 2, cell_aspect=0.75) as (figure, grid):
        for axes, (name, label) in zip(grid[0], shown.items(), strict=True):
            _draw(axes, curves, name)
            axes.set_ylabel(label)
        grid[0, 0].legend(fontsize=7)
    return figure


def error_figure(curves: pd.DataFrame, baseline_percent: float) -> Figure:
    """Show the mean round-trip error against observations (paper, Figure C.6).

    Parameters
    ----------
    curves
        Of all loops.
    baseline_percent
        Mean error of predicting the mean.
    """
    names = judges(curves)
    with figure_of(1, 2, cell_aspect=0.75) as (figure, grid):
        panels = [f"{names[0]}_error_mean", f"{names[-1]}_error_mean"]
        if len(names) == 1:
            panels[1] = f"{names[0]}_error_95"
        for axes, name in zip(grid[0], panels, strict=True):
            _draw(axes, curves, name)
            kind = "mean error" if name.endswith("mean") else "error of 95 %"
            axes.set_ylabel(f"{kind} (%)")
            axes.set_title(BY[name.partition("_")[0]])
            if name.endswith("mean"):
                axes.axhline(baseline_percent, color="0.5", linestyle=":", label="predict the mean")
            plain_log_axis(axes, "y")
        grid[0, 0].legend(fontsize=7)
    return figure


def factor_figure(efficiency: pd.DataFrame, floors: Mapping[str, float]) -> Figure:
    """Show the factor between random and active observations over the error that is wanted.

    Triangles are lower bounds: random observations do not reach the error within what was observed.

    Parameters
    ----------
    efficiency
        As of `efficiency.efficiency`.
    floors
        Error of arm full by judge, drawn as a line.
    """
    names = list(dict.fromkeys(efficiency["judge"]))
    panels = list(product(MEASURES, names))
    aspect = 0.75 if len(names) > 1 else 0.45
    with figure_of(len(MEASURES), len(names), cell_aspect=aspect) as (figure, grid):
        for axes, (measure, judge) in zip(np.ravel(grid), panels, strict=True):
            mine = efficiency[(efficiency["judge"] == judge) & (efficiency["measure"] == measure)]
            for arm in in_order(mine["arm"]):
                _factors(axes, mine[mine["arm"] == arm], arm)
            axes.axhline(1, color="0.5", linewidth=0.8)
            if judge in floors and measure == MEAN:
                axes.axvline(floors[judge], color=COLOUR_OF[FULL], linestyle="--", linewidth=1)
            axes.invert_xaxis()
            plain_log_axis(axes, "x")
            plain_log_axis(axes, "y")
            axes.set_title(BY[judge])
            axes.set_xlabel(f"{ERRORS[measure]} (%)")
            axes.set_ylabel("random over active observations")
            axes.legend(fontsize=7)
    return figure


def _factors(axes: Axes, rows: pd.DataFrame, arm: str) -> None:
    colour = COLOUR_OF[arm]
    most = rows["most_random"] / rows["observations"]
    known = np.isfinite(rows["factor"])
    line = rows[rows["at"] == AT_THRESHOLD]
    shown = line["factor"].where(np.isfinite(line["factor"]), most)
    axes.plot(line["error_percent"], shown, color=colour, linewidth=1, label=label_of(arm))
    low = line["factor_low"].where(np.isfinite(line["factor_low"]), most)
    high = line["factor_high"].where(np.isfinite(line["factor_high"]), most)
    if line["factor_low"].notna().any():
        axes.fill_between(line["error_percent"], low, high, color=colour, alpha=0.2, linewidth=0)
    for place, marker in ((known, "o"), (~known, "^")):
        part = rows[place & (rows["at"] == AT_THRESHOLD)]
        values = part["factor"].where(np.isfinite(part["factor"]), most)
        axes.plot(part["error_percent"], values, marker, color=colour, ms=3)
    stop = rows[rows["at"] == AT_STOP].iloc[0]
    value = stop["factor"] if np.isfinite(stop["factor"]) else most.loc[stop.name]
    marker = "*" if np.isfinite(stop["factor"]) else "^"
    axes.plot(stop["error_percent"], value, marker, color=colour, ms=8, mec="black", mew=0.5)


def _draw(axes: Axes, curves: pd.DataFrame, name: str) -> None:
    """Draw a column of the curves: the mean over starts, and their range; full as a line."""
    logarithmic = name in LOGARITHMIC
    for arm in in_order(curves["arm"]):
        starts, colour = list(of_arm(curves, arm).values()), COLOUR_OF[arm]
        if arm == FULL:
            level = float(np.mean([rows[name].iloc[-1] for rows in starts]))
            count = int(starts[0]["observations"].iloc[-1])
            label = f"{label_of(arm)} ({count:,})"
            axes.axhline(level, color=colour, linestyle="--", linewidth=1, label=label)
            continue
        grid = np.unique(np.concatenate([rows["observations"] for rows in starts]))
        values = np.stack([value_at(rows, name, grid) for rows in starts])
        everywhere = np.isfinite(values).all(axis=0)
        grid, values = grid[everywhere], values[:, everywhere]
        mean, low, high = values.mean(axis=0), values.min(axis=0), values.max(axis=0)
        if logarithmic:
            mean, low, high = np.exp(mean), np.exp(low), np.exp(high)
        axes.plot(grid, mean, color=colour, label=label_of(arm), linewidth=1)
        if len(starts) > 1:
            axes.fill_between(grid, low, high, color=colour, alpha=0.2, linewidth=0)
    plain_log_axis(axes, "x")
    axes.set_xlabel("observations")
