"""Figures of inverse design: tables and arrays in, matplotlib figures out."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from pspflow.report.cubes import MOST_COLUMNS, Cube, cubes_figure
from pspflow.report.style import COLOURS, figure_of, plain, plain_log_axis
from pspflow.studies.composite.networks.captions import (
    stiffness_caption,
    three_digits,
    wrapped_label,
)
from pspflow.studies.composite.networks.recipes import label_of
from pspflow.studies.composite.structures.rows import evenly_spread

SHOWN: Final = (("gaussian", "joint"), ("mixture", "joint"), ("mixture_statistics", "refitted"))
"""Models and priors shown as cubes: the paper's two, and ours."""
PRIORS: Final = ("joint", "refitted")
MARKERS: Final = "osD^v<>pPX" * 7
"""Markers of the components of a prior."""
UNLIKELY: Final = 0.1
"""Weight in the prior below which a component is drawn hollow."""
LOWEST_PERCENT: Final = 0.1
"""Smallest error drawn, since the axis is logarithmic; smaller ones are drawn here."""
AXES: Final = (1, 2, 3)
SMALL: Final = 6.5


def candidates_figure(
    candidates: pd.DataFrame,
    proposed: np.ndarray,
    references: pd.DataFrame,
    real: Mapping[int, np.ndarray],
) -> Figure:
    """Show inferred structures under real ones, one column per target.

    Composite paper, Figures 3a, 8, 10 and 11. If there are more targets than fit on a page, some
    are shown, evenly spread.

    Parameters
    ----------
    candidates
        One row per candidate: model, prior, component, instance, inside, volume_fraction,
        error_percent and c11_gpa; what is wanted in columns wanted_PROPERTY.
    proposed
        Phase ids of the candidates, shape ``(candidates, n, n, n)``.
    references
        One row per instance and real structure: instance, position, morphology, c11_gpa.
    real
        Phase ids ``(n, n, n)`` of those structures, by position.
    """
    columns = [name for name in candidates if name.startswith("wanted_")]
    wanted = candidates.drop_duplicates("instance").set_index("instance").sort_index()
    instances = wanted.index[evenly_spread(len(wanted), MOST_COLUMNS)].tolist()
    rows = real_rows(references, real, wanted.loc[instances, "wanted_c11_gpa"])
    if len(columns) > 1:  # the titles hold their stiffness
        rows = [
            ("real\n(above: GPa)", [each and _fraction_only(each) for each in cubes])
            for _, cubes in rows
        ]
    for model, prior in shown_priors(candidates):
        mine = candidates[(candidates["model"] == model) & (candidates["prior"] == prior)]
        components = sorted(set(mine["component"]))
        for component in components:
            part = mine[mine["component"] == component]
            place = dict(zip(part["instance"], part.index, strict=True))
            cubes: list[Cube | None] = [
                _candidate(
                    candidates.loc[place[one]], proposed[place[one]], alone=len(columns) == 1
                )
                for one in instances
            ]
            number = f"\ncomponent {component + 1}" if len(components) > 1 else ""
            rows.append((f"{wrapped_label(model)}\n{prior} prior{number}", cubes))
    titles = [_title(wanted.loc[one], columns) for one in instances]
    return cubes_figure(rows, titles)


def shown_priors(candidates: pd.DataFrame) -> list[tuple[str, str]]:
    """Name the models and priors to show as cubes: those of `SHOWN`, or all if none is there."""
    there = list(dict.fromkeys(zip(candidates["model"], candidates["prior"], strict=True)))
    return [pair for pair in SHOWN if pair in there] or there


def real_rows(
    references: pd.DataFrame, real: Mapping[int, np.ndarray], c11_gpa: pd.Series
) -> list[tuple[str, list[Cube | None]]]:
    """Make rows of real structures: one for each of two morphologies, or the nearest structures.

    Parameters
    ----------
    references, real
        See `candidates_figure`.
    c11_gpa
        Wanted C11 by instance, one per column.
    """
    kinds = sorted(set(references["morphology"]))
    here = [references[references["instance"] == one] for one in c11_gpa.index]
    parts = {"real": here}
    if len(kinds) == 2 and max(map(len, here)) == 2:
        parts = {
            f"real\n{plain(kind)}": [each[each["morphology"] == kind] for each in here]
            for kind in kinds
        }
    rows: list[tuple[str, list[Cube | None]]] = []
    for label, each in parts.items():
        cubes: list[Cube | None] = []
        for part, value in zip(each, c11_gpa, strict=True):
            nearest = part.loc[(part["c11_gpa"] - value).abs().sort_values().index[:1]]
            cubes += [_real(row, real) for _, row in nearest.iterrows()] or [None]
        rows.append((label, cubes))
    return rows


def error_figure(candidates: pd.DataFrame, paper_percent: float | None) -> Figure:
    """Show the errors of inferred structures, one panel per prior.

    Composite paper, Figure 3b. Hollow markers are components of little weight in the prior.

    Parameters
    ----------
    candidates
        See `candidates_figure`.
    paper_percent
        The paper's mean error, or None.
    """
    columns = [name for name in candidates if name.startswith("wanted_")]
    across = columns[0] if len(columns) == 1 else "instance"
    models = list(dict.fromkeys(candidates["model"]))
    colour_of = dict(zip(models, COLOURS, strict=False))
    components = int(candidates["component"].max()) + 1
    with figure_of(1, 2, cell_aspect=0.75) as (figure, grid):
        for axes, prior in zip(grid[0], PRIORS, strict=True):
            mine = candidates[candidates["prior"] == prior]
            for (model, component), part in mine.groupby(["model", "component"], sort=False):
                style = {"color": colour_of[model], "ms": 4}
                _line(axes, part.sort_values(across), across, MARKERS[component], style)
            error_axis(axes, paper_percent, "paper's mean:")
            axes.set_title(f"{prior} prior")
            axes.set_xlabel("wanted $C_{11}$ (GPa)" if len(columns) == 1 else "target")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        limits = [axes.get_ylim() for axes in grid[0]]
        for axes in grid[0]:
            axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
        grid[0, 0].set_ylabel("error of the stiffness (%)")
        for model, colour in colour_of.items():
            grid[0, 0].plot([], [], color=colour, label=label_of(model))
        for component in range(components if components > 1 else 0):
            label, marker = f"component {component + 1}", MARKERS[component]
            grid[0, 0].plot([], [], marker, color="0.3", ms=4, label=label)
        if (candidates["weight"] < UNLIKELY).any():
            label = f"prior weight below {UNLIKELY:g}"
            grid[0, 0].plot([], [], "o", color="0.3", mfc="white", ms=4, label=label)
        handles, labels = grid[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=SMALL)
    return figure


def _line(axes: Axes, part: pd.DataFrame, across: str, marker: str, style: dict[str, Any]) -> None:
    """Draw the errors of one component over the wanted C11, or over targets numbered from 1."""
    at = part[across] + (across == "instance")
    errors = part["error_percent"].clip(lower=LOWEST_PERCENT)
    axes.plot(at, errors, linewidth=0.5, alpha=0.6, **style)
    likely = part["weight"] >= UNLIKELY
    axes.plot(at[likely], errors[likely], marker, **style)
    axes.plot(at[~likely], errors[~likely], marker, mfc="white", **style)


def error_axis(axes: Axes, paper_percent: float | None, label: str) -> None:
    """Scale the vertical axis of drawn errors in percent, with a labelled line at the paper's."""
    if paper_percent is not None:
        text = f"{label} {paper_percent:.0f} %"
        axes.axhline(paper_percent, color="0.4", linestyle="--", linewidth=0.8, label=text)
    plain_log_axis(axes, "y")


def _candidate(row: pd.Series, phases: np.ndarray, *, alone: bool) -> Cube:
    if alone:
        return Cube(phases, stiffness_caption(row["c11_gpa"], row["volume_fraction"]))
    percent, fraction = row["error_percent"], row["volume_fraction"]
    return Cube(phases, f"error {percent:.0f} %\n$v$ = {fraction:.2f}")


def _real(row: pd.Series, real: Mapping[int, np.ndarray]) -> Cube:
    phases = real[int(row["position"])]
    return Cube(phases, stiffness_caption(row["c11_gpa"], phases.mean()))


def _fraction_only(cube: Cube) -> Cube:
    return Cube(cube.phases, cube.caption.partition("\n")[2])


def _title(row: pd.Series, columns: Sequence[str]) -> str:
    """Write what is wanted; of six components, those along the axes."""
    beyond = "" if row["inside"] else "beyond data\n"
    if len(columns) == 1:
        return f"{beyond}{row[columns[0]]:g} GPa"
    along = [(axis * 11, three_digits(row[f"wanted_c{axis}{axis}_gpa"])) for axis in AXES]
    return beyond + "\n".join(f"$C_{{{index}}}$ = {value}" for index, value in along)
