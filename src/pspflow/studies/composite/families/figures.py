"""Figures of the families: tables and arrays in, matplotlib figures out."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pspflow.report.cubes import Cube, cubes_figure
from pspflow.report.style import figure_of
from pspflow.studies.composite.families.transfer import matrix
from pspflow.studies.composite.networks.captions import stiffness_caption, wrapped_label


def transfer_figure(errors: pd.DataFrame) -> Figure:
    """Show the mean relative error of each pair of families, one panel per network.

    Parameters
    ----------
    errors
        One row per network, trained_on, tested_on and run.
    """
    table = matrix(errors)
    families = [name for name in table if name not in ("network", "trained_on")]
    networks = list(dict.fromkeys(table["network"]))
    top = float(table[families].to_numpy().max())
    with figure_of(1, len(networks), cell_aspect=1.1) as (figure, grid):
        for axes, network in zip(grid[0], networks, strict=True):
            part = table[table["network"] == network].set_index("trained_on")
            values = part[families].to_numpy()
            axes.imshow(values, cmap="Blues", vmin=0, vmax=top)
            for (row, column), value in np.ndenumerate(values):
                dark = "white" if value > 0.6 * top else "black"
                axes.text(column, row, f"{value:.1f}", ha="center", va="center", color=dark)
            axes.set_title(wrapped_label(network))
            axes.set_xticks(range(len(families)), families, rotation=45, ha="right")
            axes.set_yticks(range(len(part)), part.index if axes is grid[0, 0] else [])
            axes.set_xlabel("tested on")
        grid[0, 0].set_ylabel("trained on")
    return figure


def rebuilt_figure(rows: pd.DataFrame, phases: np.ndarray) -> Figure:
    """Show a test structure of each family above what each decoder makes of it.

    Parameters
    ----------
    rows
        Columns family, model, structure, volume_fraction and c11_gpa, the test structures first.
    phases
        Phase ids of the same rows, ``(rows, n, n, n)``.
    """
    families = list(dict.fromkeys(rows["family"]))
    first = rows.groupby("family", sort=False)["structure"].first()
    lines: list[tuple[str, list[Cube | None]]] = []
    for model in dict.fromkeys(rows["model"]):
        cubes: list[Cube | None] = []
        for family in families:
            chosen = (rows["family"] == family) & (rows["model"] == model)
            place = int(np.flatnonzero(chosen & (rows["structure"] == first[family]))[0])
            row = rows.iloc[place]
            said = stiffness_caption(row["c11_gpa"], row["volume_fraction"])
            cubes.append(Cube(phases[place], said))
        lines.append((wrapped_label(str(model)), cubes))
    return cubes_figure(lines, families)
