"""Figures of designs: sheets over the angle in their plane, wanted and reached."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pspflow.mechanics.texture import pole_figure
from pspflow.mechanics.texture.pole_figures import FAMILIES
from pspflow.report.style import COLOURS, figure_of, plain
from pspflow.studies.texture.design.options import ANGLES_DEG
from pspflow.studies.texture.design.quantities import Floats
from pspflow.studies.texture.drawing import SPOKES, pole_figures_figure, pole_points
from pspflow.studies.texture.textures.store import Grains

MOST_TARGETS: Final = 4
"""Targets that are drawn, the first ones."""
MOST_POLES: Final = 3
QUANTITIES: Final = {
    "stress": "yield stress / that at 0°",
    "r_value": "r-value",
}
STYLES: Final = {"design": ("o-", COLOURS[0]), "retrieved": ("s--", COLOURS[1])}
SPARE: Final = {"stress": 0.05, "r_value": 0.5}
"""The axes span at least so much."""


def sheets_figure(sheets: pd.DataFrame) -> Figure:
    """Show r-value and yield stress over the angle: wanted, of the best design and of retrieval.

    Parameters
    ----------
    sheets
        As of `comparisons.sheet_table`; of many targets the first ones are drawn.
    """
    parts = list(sheets.groupby("target", sort=False))[:MOST_TARGETS]
    with figure_of(len(parts), len(QUANTITIES), 0.62) as (figure, grid):
        for line, (target, rows) in zip(grid, parts, strict=True):
            for axes, (name, label) in zip(line, QUANTITIES.items(), strict=True):
                wanted = rows[f"{name}_wanted"].replace(np.inf, np.nan)
                for origin, (style, colour) in STYLES.items():
                    values = rows[f"{name}_{origin}"].replace(np.inf, np.nan)
                    axes.plot(
                        rows["angle_deg"],
                        values,
                        style,
                        color=colour,
                        markersize=3,
                        linewidth=1,
                        label=origin if rows["checked"].all() else f"{origin}, predicted",
                    )
                axes.plot(rows["angle_deg"], wanted, "kx", markersize=7, label="wanted", zorder=5)
                axes.set(xlim=(-3, 93), xticks=ANGLES_DEG, ylabel=label)
                low, high = axes.get_ylim()
                spare = max(0.0, SPARE[name] - (high - low)) / 2
                axes.set_ylim(low - spare, high + spare)
            line[0].set_title(plain(str(target)), loc="left")
        for axes in grid[-1]:
            axes.set_xlabel("angle to the rolling direction (°)")
        grid[0, 0].legend(fontsize=6.5)
    return figure


def poles_figure(designs: pd.DataFrame, grains: list[Grains]) -> Figure:
    """Show pole figures of the best design of each target, and of the best retrieved texture.

    Parameters
    ----------
    designs
        As of `designs.table_of`.
    grains
        Orientations in the order of the table.
    """
    rows = {}
    for target in list(dict.fromkeys(designs["target"]))[:MOST_POLES]:
        for origin in STYLES:
            chosen = designs[(designs["target"] == target) & (designs["origin"] == origin)]
            rows[f"{target}: {origin}"] = orthorhombic_poles(grains[int(chosen.index[0])])
    return pole_figures_figure(rows)


def orthorhombic_poles(grains: Grains) -> list[Floats]:
    """Compute the figures {111}, {100} and {110} of a texture with the symmetry of the specimen.

    A quarter of each is computed and mirrored: the same as `drawing.poles_of`, in a quarter of its
    time.
    """
    quarter = (SPOKES - 1) // 4
    places = pole_points()[:, : quarter + 1]
    folded = np.arange(SPOKES) % (2 * quarter)
    mirrored = np.minimum(folded, 2 * quarter - folded)
    return [
        pole_figure(grains.orientations, family, places, grains.weights)[:, mirrored]
        for family in FAMILIES
    ]
