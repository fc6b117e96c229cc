"""Figure of designed structures: arrays and tables in, matplotlib figures out."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pspflow.report.cubes import show_cube
from pspflow.report.style import figure_of

ACROSS: Final = 4
MOST_SHOWN: Final = 12


def designs_figure(phases: np.ndarray, table: pd.DataFrame, properties: Sequence[str]) -> Figure:
    """Draw designs as cubes with rank and error, and C11 where that alone is wanted.

    Parameters
    ----------
    phases, table
        See `pspflow.studies.composite.design.designs.Design`; the first 12 are drawn.
    properties
        Properties that were wanted.
    """
    shown = min(len(phases), MOST_SHOWN)
    down = -(-shown // ACROSS)
    with figure_of(down, ACROSS, cell_aspect=1.15) as (figure, grid):
        figure.set_layout_engine("constrained", w_pad=0.1)  # room for the letters of axes
        for axes in grid.ravel()[shown:]:
            axes.set_axis_off()
        for place, axes in enumerate(grid.ravel()[:shown]):
            row = table.iloc[place]
            show_cube(axes, phases[place], arrows=place == 0)
            lines = [f"{place + 1}: error {row['error_percent']:.1f} %"]
            if len(properties) == 1:
                lines.append(f"{row[properties[0]]:.1f} of {row[f'wanted_{properties[0]}']:g} GPa")
            axes.set_title("\n".join(lines))
    return figure
