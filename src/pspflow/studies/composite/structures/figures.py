"""The figure of the structures: stiffness over volume fraction, and two alike in one of them."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pspflow.report.cubes import show_cube
from pspflow.report.style import COLOURS, figure_of, plain

ALIKE: Final = 0.03
"""Largest relative difference of C11 of two structures that are called equally stiff."""
MOST_COLOURS: Final = 7
SMALL: Final = 7


def alike_pair(rows: pd.DataFrame) -> tuple[int, int] | None:
    """Find the two structures of nearly equal C11 whose volume fractions differ most.

    Where morphologies are known, the two are of different ones.

    Parameters
    ----------
    rows
        Columns morphology, volume_fraction, c11_gpa.

    Returns
    -------
    Rows of the two, the one of the greater volume fraction first; None where there are no two.
    """
    ordered = rows.reset_index(drop=True).sort_values("c11_gpa", kind="stable")
    stiffness, fractions = (ordered[name].to_numpy() for name in ("c11_gpa", "volume_fraction"))
    kinds = pd.factorize(ordered["morphology"])[0]
    one_kind = len(set(kinds)) == 1
    best, widest = None, 0.0
    for apart in range(1, len(ordered)):
        near = stiffness[apart:] <= (1 + ALIKE) * stiffness[:-apart]
        if not near.any():
            break
        fits = near & ((kinds[apart:] != kinds[:-apart]) | one_kind)
        gaps = np.where(fits, np.abs(fractions[apart:] - fractions[:-apart]), 0)
        if gaps.max() > widest:
            widest, first = gaps.max(), int(gaps.argmax())
            best = (first, first + apart)
    if best is None:
        return None
    low, high = sorted(best, key=lambda place: fractions[place])
    return int(ordered.index[high]), int(ordered.index[low])


def alike_figure(
    rows: pd.DataFrame, pair: tuple[int, int] | None, phases: list[np.ndarray]
) -> Figure:
    """Show C11 over the volume fraction by morphology, and two structures of equal C11.

    Composite paper, Figure 2.

    Parameters
    ----------
    rows
        Columns morphology, volume_fraction, c11_gpa.
    pair
        See `alike_pair`; None leaves the structures out.
    phases
        Phase ids of the two, ``(n, n, n)`` each.
    """
    widths = [*([1.0, 1.0] if pair else []), 1.9]
    with figure_of(1, len(widths), 1.15 if pair else 0.6, widths) as (figure, grid):
        *left, right = grid[0]
        for axes, place, ids, letter in zip(left, pair or (), phases, "ab", strict=False):
            show_cube(axes, ids, arrows=letter == "a")
            row = rows.iloc[place]
            kind = f" {plain(row['morphology'])}" if row["morphology"] else ""
            axes.set_title(f"({letter}){kind}", fontsize=SMALL)
            stiffness = f"$C_{{11}}$ = {row['c11_gpa']:.3g} GPa"
            axes.set_xlabel(
                f"{stiffness}\nvolume fraction {100 * row['volume_fraction']:.1f} %", fontsize=SMALL
            )
        _scatter(right, rows, pair)
        for place, letter in zip(pair or (), "ab", strict=False):
            row = rows.iloc[place]
            at = (row["volume_fraction"], row["c11_gpa"])
            right.plot(*at, "o", mfc="none", mec="black", ms=7)
            right.annotate(letter, at, (5, 5), textcoords="offset points", fontsize=8)
        if pair is None:
            what = "volume fractions" if len(set(rows["morphology"])) == 1 else "morphologies"
            right.set_title(f"no two structures of different {what} are equally stiff")
        right.set(xlabel="volume fraction of the stiff phase (1)", ylabel="$C_{11}$ (GPa)")
    return figure


def _scatter(axes: Axes, rows: pd.DataFrame, pair: tuple[int, int] | None) -> None:
    """Draw all structures; of many morphologies, only the pair's are coloured."""
    kinds = sorted(set(rows["morphology"]))
    if len(kinds) > MOST_COLOURS:
        kinds = list(rows["morphology"].iloc[list(pair)]) if pair else []
    other = ~rows["morphology"].isin(kinds)
    if other.any():
        axes.plot(*_points(rows[other]), ".", color="0.75", ms=2.5, label="others")
    for kind, colour in zip(kinds, COLOURS, strict=False):
        mine = rows["morphology"] == kind
        label = plain(kind) or "all structures"
        axes.plot(*_points(rows[mine]), ".", color=colour, ms=3.5, label=label)
    if any(rows["morphology"]):
        axes.legend(title="morphology", fontsize=SMALL, markerscale=2)


def _points(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return rows["volume_fraction"], rows["c11_gpa"]
