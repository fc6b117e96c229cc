"""Figures of round trips: parity by the density of points, and distributions of the errors."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pspflow.mechanics import PARAMETER_NAMES
from pspflow.report.style import figure_of, plain_log_axis
from pspflow.studies.texture.evaluation.arms import COLOUR_OF, label_of
from pspflow.studies.texture.loop.round_trips import error_summary

GROUPS = {"stress": "yield stresses", "strain": "strain increments"}
"""Beginnings of the parameters' names, and what they are."""
SETS = {"test": "test", "pool": "observed"}
CELLS = 70


def round_trip_figure(trips: pd.DataFrame, errors: NDArray) -> Figure:
    """Show reached against wanted parameters, and the errors (paper, Figure 3).

    Parameters
    ----------
    trips
        Round trips of one training, as the stage writes them.
    errors
        Their errors in percent, of each row.
    """
    with figure_of(2, 3, cell_aspect=0.95) as (figure, grid):
        for row, (name, called) in enumerate(SETS.items()):
            part = trips[trips["set"] == name]
            for axes, (start, label) in zip(grid[row], GROUPS.items(), strict=False):
                columns = [each for each in PARAMETER_NAMES if each.startswith(start)]
                wanted, reached = (
                    part[[f"{kind}_{each}" for each in columns]].to_numpy().ravel()
                    for kind in ("wanted", "reached")
                )
                _parity(axes, wanted, reached)
                axes.set_title(f"{called}: {label}")
                axes.set_xlabel("wanted")
                axes.set_ylabel("reached")
        test = (trips["set"] == "test").to_numpy()
        lines = {
            "test": (errors[test], "#0072B2", "-"),
            "observed": (errors[~test], "#009E73", "--"),
            "predict the mean": (trips["error_mean"].to_numpy()[test], "0.5", ":"),
        }
        for label, (values, colour, style) in lines.items():
            _cumulative(grid[0, 2], values, colour, f"{label}: 95 % below", style)
        _error_axes(grid[0, 2])
        grid[0, 2].legend(fontsize=7, loc="lower center", bbox_to_anchor=(0.45, 1))
        _worst(grid[1, 2], trips[test], errors[test])
    return figure


def arms_figure(
    errors: Mapping[str, NDArray], posterior: Mapping[str, NDArray], truth: float
) -> Figure:
    """Show the errors of all arms, and their posterior of one coefficient (paper, Figure B.5).

    Parameters
    ----------
    errors
        Errors of test textures in percent, by arm.
    posterior
        Drawn values of C4 31 for the target that is sharp and well predicted, by arm.
    truth
        Its true value.
    """
    with figure_of(1, 2, cell_aspect=0.75) as (figure, grid):
        for arm, values in errors.items():
            _cumulative(grid[0, 0], values, COLOUR_OF[arm], f"{label_of(arm)}: 95 % below")
        _error_axes(grid[0, 0])
        grid[0, 0].legend(fontsize=7, loc="lower center", bbox_to_anchor=(0.45, 1))
        density(grid[0, 1], posterior, truth)
        grid[0, 1].set_xlabel("$C_4^{31}$")
        grid[0, 1].set_title("sharp, well predicted")
        grid[0, 1].legend(fontsize=7)
    return figure


def density(axes: Axes, values: Mapping[str, NDArray], truth: float) -> None:
    """Draw histograms of drawn values by arm, on common bins, with the truth as a line."""
    ends = [np.quantile(each, [0.002, 0.998]) for each in values.values()]
    low = min(truth, *(float(each[0]) for each in ends))
    high = max(truth, *(float(each[1]) for each in ends))
    margin = 0.03 * (high - low)
    bins = np.linspace(low - margin, high + margin, 60).tolist()
    for arm, each in values.items():
        axes.hist(
            each, bins, density=True, histtype="step", color=COLOUR_OF[arm], label=label_of(arm)
        )
    axes.axvline(truth, color="black", linestyle="--", linewidth=1, label="truth")
    axes.set_yticks([])


def _parity(axes: Axes, wanted: NDArray, reached: NDArray) -> None:
    known = np.isfinite(reached)
    wanted, reached = wanted[known], reached[known]
    low, high = np.quantile(wanted, [0, 1])
    margin = 0.1 * (high - low)
    limits = (low - margin, high + margin)
    counts, *edges = np.histogram2d(wanted, reached, bins=CELLS, range=(limits, limits))
    places = [
        np.clip(np.searchsorted(edge, each, "right") - 1, 0, CELLS - 1)
        for edge, each in zip(edges, (wanted, reached), strict=True)
    ]
    dense = np.log1p(counts[places[0], places[1]])
    order = np.argsort(dense)
    axes.scatter(wanted[order], reached[order], c=dense[order], s=1, linewidths=0, rasterized=True)
    axes.plot(limits, limits, color="black", linewidth=0.6)
    axes.set_xlim(limits)
    axes.set_ylim(limits)
    axes.locator_params(nbins=4)
    axes.set_yticks([tick for tick in axes.get_xticks() if limits[0] <= tick <= limits[1]])
    axes.set_xticks(axes.get_yticks())
    beyond = int(((reached < limits[0]) | (reached > limits[1])).sum())
    if beyond:
        axes.text(0.03, 0.93, f"{beyond} beyond", transform=axes.transAxes, fontsize=6)


def _cumulative(axes: Axes, errors: NDArray, colour: str, label: str, style: str = "-") -> None:
    """Draw the share of textures below each error, with the point of 95 %."""
    ordered = np.sort(np.nan_to_num(errors, nan=np.inf))
    share = 100 * np.arange(1, len(ordered) + 1) / len(ordered)
    _, worst = error_summary(errors)
    said = f"{label} {worst:.1f} %" if np.isfinite(worst) else f"{label} no error"
    axes.step(ordered, share, color=colour, linestyle=style, linewidth=1, where="post", label=said)
    axes.plot(worst, 95, "o", color=colour, ms=3)


def _error_axes(axes: Axes) -> None:
    plain_log_axis(axes, "x")
    axes.set_ylim(0, 100)
    axes.axhline(95, color="0.7", linewidth=0.6)
    axes.set_xlabel("error of the round trip (%)")
    axes.set_ylabel("textures (%)")


def _worst(axes: Axes, test: pd.DataFrame, errors: NDArray) -> None:
    """Draw the errors over how far the wanted parameters are from those of a random texture."""
    axes.plot(test["error_mean"], errors, "o", ms=2, mew=0, alpha=0.5)
    axes.plot(test["error_mean"], test["error_mean"], ".", ms=1, color="0.6")
    plain_log_axis(axes, "x")
    plain_log_axis(axes, "y")
    axes.set_title("test textures")
    axes.set_xlabel("error of predicting the mean (%)")
    axes.set_ylabel("error of the round trip (%)")
