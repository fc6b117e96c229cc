"""Figures of reconstructions and of the slice ablation: arrays and tables in, figures out."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pspflow.report.cubes import Cube, cubes_figure, show_cube
from pspflow.report.style import figure_of, plain
from pspflow.studies.composite.networks.captions import (
    AXIS_NAMES,
    OBSERVED,
    stiffness_caption,
    wrapped_label,
)

TITLES: Final = {OBSERVED: OBSERVED, "x": "slices along x", "xyz": "slices along x, y and z"}


def reconstruction_figure(rows: pd.DataFrame, phases: np.ndarray) -> Figure:
    """Show structures, one per column, above what every model decodes from their latents.

    Parameters
    ----------
    rows
        Columns structure, morphology, model, volume_fraction, c11_gpa; models one after another.
    phases
        Phase ids in the same order, ``(rows, n, n, n)``.
    """
    lines: list[tuple[str, list[Cube | None]]] = []
    for model, part in rows.groupby("model", sort=False):
        cubes: list[Cube | None] = [
            Cube(phases[place], stiffness_caption(row["c11_gpa"], row["volume_fraction"]))
            for place, row in part.iterrows()
        ]
        lines.append((wrapped_label(str(model)), cubes))
    first = rows[rows["model"] == rows["model"].iloc[0]]
    names = first["morphology"].where(first["morphology"] != "", first["structure"])
    return cubes_figure(lines, [plain(name) for name in names])


def ablation_figure(made: dict[str, np.ndarray], errors: pd.DataFrame) -> Figure:
    """Show a structure, what slices make of it, and central slices normal to each axis.

    Parameters
    ----------
    made
        Variant, phase ids ``(n, n, n)``; the observed structure first.
    errors
        See `ablation.mismatches`; the means over its structures stand under the cubes.
    """
    means = errors.groupby(["slices", "axis"])["error"].mean()
    with figure_of(len(made), 4, 1.02, widths=[1.3, 1, 1, 1]) as (figure, grid):
        for line, (variant, phases) in zip(grid, made.items(), strict=True):
            show_cube(line[0], phases, arrows=variant == OBSERVED)
            line[0].set_title(TITLES[variant])
            if variant != OBSERVED:
                each = ", ".join(f"{name} {means[variant, name]:.2f}" for name in AXIS_NAMES)
                line[0].set_xlabel(f"error of autocorrelation\nalong {each}", fontsize=6.5)
            for axis, axes in enumerate(line[1:]):
                _slice(axes, phases, axis)
        for name, axes in zip(AXIS_NAMES, grid[0, 1:], strict=True):
            axes.set_title(f"centre, normal to {name}")
    return figure


def _slice(axes: Axes, phases: np.ndarray, axis: int) -> None:
    """Show the central slice normal to an axis; the first axis left points right."""
    pixels = phases.take(phases.shape[axis] // 2, axis=axis)
    axes.imshow(pixels.T, cmap="gray_r", vmin=0, vmax=1, origin="lower", interpolation="none")
    across, up = (name for place, name in enumerate(AXIS_NAMES) if place != axis)
    axes.set_xlabel(across, labelpad=1)
    axes.set_ylabel(up, labelpad=2, rotation=0, ha="right", va="center")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(True)
