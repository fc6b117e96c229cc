"""Figures of generated chips: sheets beside real ones, maps of codes, and box plots of measures."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from pspflow.arrays import refuses_masks
from pspflow.report.mosaics import mosaic
from pspflow.report.style import COLOURS, figure_of, plain
from pspflow.studies.steel.morphology.moments import Quantity

SMALL = 7
REAL_COLOUR = "0.75"
PALE = 0.35
"""Share of a colour that is left of it in its paler form."""
SLOT = 0.8
"""Share of the room of a place that its boxes take."""
MOST_SQUARE = 3
"""Rows of sheets that have as many chips below each other as beside each other."""


def sheets_figure(rows: Mapping[str, Mapping[str, np.ndarray]], across: int) -> Figure:
    """Show sheets of chips: a row for each kind, a column for each domain or condition.

    Parameters
    ----------
    rows
        Name of the row, name of the column, images as `mosaic` takes them. A row may lack a column,
        whose place stays empty.
    across
        Chips beside each other in a sheet; as many are below each other, or one fewer where
        there are more than three rows.
    """
    columns = list(dict.fromkeys(name for row in rows.values() for name in row))
    down = across if len(rows) <= MOST_SQUARE else across - 1  # a taller figure is kept too small
    aspect = (1.03 + 0.07 / len(rows)) * down / across
    with figure_of(len(rows), len(columns), cell_aspect=aspect) as (figure, grid):
        figure.set_layout_engine("constrained", w_pad=0.03, h_pad=0.03, wspace=0, hspace=0)
        for (label, row), line in zip(rows.items(), grid, strict=True):
            for name, axes in zip(columns, line, strict=True):
                axes.set_xticks([])
                axes.set_yticks([])
                axes.spines[:].set_visible(False)
                if name in row:
                    sheet = mosaic(row[name][: across * down], across)
                    axes.imshow(sheet, cmap="gray", vmin=0, vmax=255, interpolation="none")
            line[0].set_ylabel(plain(label), fontsize=SMALL)
        for name, axes in zip(columns, grid[0], strict=True):
            axes.set_title(_in_lines(name), fontsize=SMALL + 1)
    return figure


@refuses_masks
def coloured(codes: np.ndarray, colours: np.ndarray, edge_px: int) -> np.ndarray:
    """Colour maps of codes, as large as their chips.

    Parameters
    ----------
    codes
        (n, rows, columns) integers.
    colours
        (codes, 3) uint8.
    edge_px
        Edge of a chip, a multiple of the rows and of the columns.

    Returns
    -------
    ndarray
        (n, edge, edge, 3) uint8.
    """
    step = edge_px // codes.shape[1]
    return np.asarray(np.repeat(np.repeat(colours[codes], step, axis=1), step, axis=2))


def boxes_figure(
    places: Mapping[str, Mapping[str, pd.DataFrame]],
    kinds: Sequence[str],
    quantities: Sequence[Quantity],
    label: str,
) -> Figure:
    """Show boxes side by side: quartiles, median (line) and mean (triangle), as the paper does.

    Whiskers reach to the farthest chip within 1.5 times the distance of the quartiles.

    Parameters
    ----------
    places
        Name on the x axis, kind of chips, their measures; a place may lack a kind.
    kinds
        Kinds in the order to draw; the first is the real one.
    quantities
        What is shown, one panel each.
    label
        Of the x axis.
    """
    hue = _hues(kinds)
    width = SLOT / len(kinds)
    with figure_of(len(quantities), 1, cell_aspect=0.36) as (figure, grid):
        for quantity, (axes,) in zip(quantities, grid, strict=True):
            for at, shown in enumerate(places.values()):
                for kind, measures in shown.items():
                    values = quantity.of(measures)
                    values = values[np.isfinite(values)]
                    if not len(values):
                        continue
                    x = at + (kinds.index(kind) - (len(kinds) - 1) / 2) * width
                    axes.boxplot(values, positions=[x], widths=0.85 * width, **_style(hue[kind]))
            axes.set_xlim(-0.5, len(places) - 0.5)
            names = [_in_lines(name) for name in places]
            axes.set_xticks(range(len(places)), names, fontsize=SMALL)
            axes.tick_params(labelsize=SMALL)
            axes.set_ylabel(f"{quantity.name} ({quantity.unit})", fontsize=SMALL)
        grid[-1, 0].set_xlabel(plain(label), fontsize=SMALL)
        keys: list[Any] = [Patch(facecolor=hue[kind], edgecolor="black") for kind in kinds]
        keys.append(Line2D([], [], **_MEAN, linestyle="none"))
        figure.legend(
            keys,
            [*map(plain, kinds), "mean"],
            loc="outside lower center",
            ncols=min(len(keys), 4),
            fontsize=SMALL,
        )
    return figure


def _in_lines(name: str) -> str:
    """Write several conditions below each other: beside each other names would overlap."""
    return plain(name).replace(", ", ",\n")


def _hues(kinds: Sequence[str]) -> dict[str, Any]:
    """Colour kinds: grey for real chips, a colour for each model, paler for what it is beside."""
    models = list(dict.fromkeys(kind.partition(",")[0] for kind in kinds[1:]))
    colour_of = dict(zip(models, COLOURS, strict=False))
    found: dict[str, Any] = {kinds[0]: REAL_COLOUR}
    for kind in kinds[1:]:
        model, further, _ = kind.partition(",")
        rgb = np.array(to_rgb(colour_of[model]))
        found[kind] = tuple(1 - PALE * (1 - rgb)) if further else tuple(rgb)
    return found


_MEAN: dict[str, Any] = {
    "marker": "^",
    "markerfacecolor": "white",
    "markeredgecolor": "black",
    "markersize": 4,
    "markeredgewidth": 0.7,
}


def _style(colour: str) -> dict[str, Any]:
    return {
        "patch_artist": True,
        "showmeans": True,
        "manage_ticks": False,
        "boxprops": {"facecolor": colour, "linewidth": 0.6},
        "medianprops": {"color": "black", "linewidth": 1},
        "whiskerprops": {"linewidth": 0.6},
        "capprops": {"linewidth": 0.6},
        "meanprops": _MEAN,
        "flierprops": {"marker": ".", "markersize": 2, "markeredgecolor": "0.5"},
    }
