"""Figures of searches in the latent space: tables and arrays in, matplotlib figures out."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.decomposition import PCA

from pspflow.report.cubes import MOST_COLUMNS, Cube, cubes_figure
from pspflow.report.style import COLOURS, figure_of
from pspflow.studies.composite.inverse.figures import LOWEST_PERCENT, error_axis, real_rows
from pspflow.studies.composite.networks.captions import stiffness_caption
from pspflow.studies.composite.structures.rows import evenly_spread

BLUE, VERMILION, GREEN = COLOURS[:3]
ORANGE: Final = COLOURS[5]
SMALL: Final = 6.5
ASIDE: Final = 0.14
"""Distance between the kinds of searches on the axis, over that between targets."""
STYLES: Final = {"random": (BLUE, "^"), "inferred": (VERMILION, "o")}
"""Colour and marker of each kind of start."""


def searches_figure(
    searches: pd.DataFrame,
    found: np.ndarray,
    references: pd.DataFrame,
    real: Mapping[int, np.ndarray],
) -> Figure:
    """Show real structures and those that searches end with.

    Composite paper, Figures 4a and 9.

    Parameters
    ----------
    searches
        One row per search: instance, wanted_c11_gpa, start, number, predicted_c11_gpa, c11_gpa,
        volume_fraction.
    found
        Phase ids at the searches' ends, shape ``(searches, n, n, n)``.
    references, real
        As for `pspflow.studies.composite.inverse.figures.candidates_figure`.
    """
    wanted = searches.drop_duplicates("instance").set_index("instance")["wanted_c11_gpa"]
    shown = evenly_spread(len(wanted), MOST_COLUMNS)
    instances = wanted.sort_values().index[shown].tolist()
    rows = real_rows(references, real, wanted[instances])
    best = best_random(searches)
    places = dict(zip(best["instance"], best.index, strict=True))
    count = searches[searches["start"] == "random"]["number"].nunique()
    label = f"best of {count}\nrandom starts"
    rows.append((label, [_end(searches, found, places.get(one)) for one in instances]))
    inferred = searches[searches["start"] == "inferred"]
    for number in sorted(set(inferred["number"])):
        mine = inferred[inferred["number"] == number]
        places = dict(zip(mine["instance"], mine.index, strict=True))
        cubes = [_end(searches, found, places.get(one)) for one in instances]
        rows.append((f"from inferred\nstructure {number + 1}", cubes))
    titles = [f"{wanted[one]:g} GPa" for one in instances]
    if len(titles) >= len(rows):
        return cubes_figure(rows, titles)
    turned = [(title, [cubes[i] for _, cubes in rows]) for i, title in enumerate(titles)]
    return cubes_figure(turned, [label for label, _ in rows])


def _end(searches: pd.DataFrame, found: np.ndarray, row: int | None) -> Cube | None:
    if row is None:
        return None
    end = searches.loc[row]
    return Cube(found[row], stiffness_caption(end["c11_gpa"], end["volume_fraction"]))


def best_random(searches: pd.DataFrame) -> pd.DataFrame:
    """Take the best random start for each instance: the best by the objective, not the solver."""
    random = searches[searches["start"] == "random"]
    errors = (random["predicted_c11_gpa"] - random["wanted_c11_gpa"]).abs()
    return searches.loc[errors.groupby(random["instance"]).idxmin()]


def search_errors_figure(
    searches: pd.DataFrame,
    paths: tuple[np.ndarray, np.ndarray],
    latents: np.ndarray,
    c11_gpa: np.ndarray,
    instance: int,
    paper_percent: float | None,
) -> Figure:
    """Show searches in the latent space, and errors at their starts and ends.

    Composite paper, Figures 4b and 4c.

    Parameters
    ----------
    searches
        As for `searches_figure`, and with start_c11_gpa, error_percent, evaluations.
    paths
        Latents that the searches start from and end at, ``(searches, k)`` each.
    latents
        Latents of structures, ``(n, k)``.
    c11_gpa
        Stiffness of these structures, ``(n,)``.
    instance
        Instance whose searches are shown in the latent space.
    paper_percent
        Bound of the paper's mean error, or None.
    """
    with figure_of(1, 2, cell_aspect=0.9, widths=[1.15, 1]) as (figure, grid):
        left, right = grid[0]
        pca = PCA(2, svd_solver="full").fit(latents)
        cloud = left.scatter(*pca.transform(latents).T, c=c11_gpa, s=5, linewidths=0)
        figure.colorbar(cloud, ax=left, label="$C_{11}$ (GPa)", shrink=0.8)
        starts, ends = (pca.transform(points) for points in paths)
        for place in np.flatnonzero(searches["instance"] == instance):
            colour, marker = STYLES[searches["start"].iloc[place]]
            style = {"arrowstyle": "->", "color": colour, "linewidth": 0.8}
            left.annotate("", ends[place], starts[place], arrowprops=style)
            left.plot(*starts[place], marker, color=colour, mfc="white", ms=5)
            left.plot(*ends[place], marker, color=colour, mec="white", ms=6)
        wanted = searches.loc[searches["instance"] == instance, "wanted_c11_gpa"].iloc[0]
        first, second = 100 * pca.explained_variance_ratio_
        left.set_title(f"searches for {wanted:g} GPa, hollow at their starts")
        left.set_xlabel(f"component 1 ({first:.0f} % of variance)")
        left.set_ylabel(f"component 2 ({second:.0f} %)")
        _errors(right, searches)
        error_axis(right, paper_percent, "paper: below")
        right.set(xlabel="wanted $C_{11}$ (GPa)", ylabel="error of $C_{11}$ (%)")
        right.set_title("solved errors, by target")
        figure.legend(
            *right.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=SMALL
        )
    return figure


def _errors(axes: Axes, searches: pd.DataFrame) -> None:
    """Draw the errors of every search, of the best random ones, and of the inferred starts."""
    wanted = searches["wanted_c11_gpa"]
    values = np.sort(wanted.unique())
    place = pd.Series(np.searchsorted(values, wanted), searches.index)
    first = (100 * (searches["start_c11_gpa"] - wanted).abs() / wanted).clip(lower=LOWEST_PERCENT)
    last = searches["error_percent"].clip(lower=LOWEST_PERCENT)
    random, inferred = (searches["start"] == kind for kind in ("random", "inferred"))

    colour, marker = STYLES["random"]
    style: dict[str, Any] = {"marker": marker, "color": colour}
    label = f"random starts, {_evaluations(searches[random], 1)}"
    left = place - ASIDE
    axes.plot(left[random], last[random], ls="", ms=3, mew=0, alpha=0.6, label=label, **style)
    count = searches.loc[random, "number"].nunique()
    label = f"best of {count} by the objective, {_evaluations(searches[random], count)}"
    best = best_random(searches).sort_values("wanted_c11_gpa").index
    axes.plot(left[best], last[best], lw=0.8, ms=5, label=label, **style)

    colour, marker = STYLES["inferred"]
    style = {"marker": marker, "color": colour, "ms": 4, "ls": ""}
    right = (place + ASIDE * (1 + searches["number"]))[inferred]
    axes.vlines(right, first[inferred], last[inferred], color=colour, lw=0.6)
    axes.plot(right, first[inferred], mfc="white", label="inferred, before the search", **style)
    label = f"inferred, {_evaluations(searches[inferred], 1)}"
    axes.plot(right, last[inferred], label=label, **style)
    axes.set_xticks(np.arange(len(values)), [f"{value:g}" for value in values])
    axes.set_xlim(-0.6, len(values) - 0.4)


def _evaluations(searches: pd.DataFrame, times: int) -> str:
    return f"{times * searches['evaluations'].median():.0f} evaluations"
