"""Figures of posteriors, with pole figures, and of their calibration."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from pspflow.evaluation.calibration import coverage, rank_histogram
from pspflow.mechanics.texture import pole_figure_of_coefficients
from pspflow.mechanics.texture.gsh import names
from pspflow.report.style import figure_of
from pspflow.studies.texture.drawing import (
    density_bar,
    density_levels,
    name_row,
    pole_points,
    show_pole_figure,
)
from pspflow.studies.texture.evaluation.arms import ACTIVE, COLOUR_OF, label_of
from pspflow.studies.texture.evaluation.posteriors import KINDS, Posteriors
from pspflow.studies.texture.evaluation.trip_figures import density

SHOWN: Final = ("C4_11", "C4_21", "C4_31")
"""Coefficients of Figure 4, the first three."""
FAMILY: Final = (1, 1, 1)
WIDTHS: Final = (1.25, 1.25, 1, 1, 1)
"""Of pole figures and of histograms."""
BINS: Final = 10
LEVELS: Final = tuple(np.linspace(0.1, 0.95, 18).tolist())


def symbol(name: str) -> str:
    """Write the name of a coefficient, as C4_11, as a formula."""
    degree, _, order = name.removeprefix("C").partition("_")
    return f"$C_{{{degree}}}^{{{order}}}$"


def posterior_figure(posteriors: Posteriors) -> Figure:
    """Show posteriors of three targets and the pole figures of the textures (paper, Figure 4).

    Pole figures are those of the coefficients up to l = 12, on one colour scale.

    Parameters
    ----------
    posteriors
        Of all arms; those of the active arm are shown.
    """
    place, points = posteriors.arms.index(ACTIVE), pole_points()
    pairs = [
        [pole_figure_of_coefficients(each, FAMILY, points) for each in pair]
        for pair in zip(posteriors.truths, posteriors.most_probable(ACTIVE), strict=True)
    ]
    levels = density_levels(float(np.max(pairs)))
    with figure_of(len(KINDS), 5, 1.3, WIDTHS) as (figure, grid):
        for row, (axes, kind) in enumerate(zip(grid, KINDS, strict=True)):
            for panel, each in zip(axes, pairs[row], strict=False):
                filled = show_pole_figure(panel, FAMILY, each, levels)
            said = kind.replace(", ", ",\n")
            name_row(axes[0], f"{said}\nerror {posteriors.errors[row]:.1f} %")
            for panel, name in zip(axes[2:], SHOWN, strict=True):
                at = names().index(name)
                values = posteriors.samples[place, row, :, at]
                density(panel, {ACTIVE: values}, float(posteriors.truths[row, at]))
                panel.set_xlabel(symbol(name))
        density_bar(figure, filled, grid[:, :2], levels, "bottom")
        grid[0, 0].set_title("truth")
        grid[0, 1].set_title("most probable")
        grid[0, 3].set_title("drawn by arm active; dashed: truth")
    return figure


def calibration_figure(ranks: Mapping[str, NDArray], draws: int) -> Figure:
    """Show where true coefficients lie among drawn ones, and how many lie in intervals.

    Left, ranks of the active arm: a thin line a coefficient, the mean over them, and the range in
    which 99 % of the bins of a right posterior would lie. Right, the coverage of all arms.

    Parameters
    ----------
    ranks
        Ranks by arm, `test textures x 36`.
    draws
        Textures that ranks are among.
    """
    with figure_of(1, 2, cell_aspect=0.75) as (figure, grid):
        mine = ranks[ACTIVE]
        bins = min(BINS, draws + 1)
        counts = np.stack([rank_histogram(each, draws, bins)[0] for each in mine.T])
        expected = rank_histogram(mine[:, 0], draws, bins)[1]
        share = expected / len(mine)
        spread = 2.576 * np.sqrt(share * (1 - share) / len(mine)) / share
        left, edges = grid[0, 0], np.linspace(0, 1, bins + 1)
        left.fill_between(
            edges,
            np.append(1 - spread, 1 - spread[-1]),
            np.append(1 + spread, 1 + spread[-1]),
            step="post",
            color="0.9",
            label="99 % if right",
        )
        for each in counts / expected:
            left.stairs(each, edges, color=COLOUR_OF[ACTIVE], alpha=0.25, linewidth=0.5)
        mean = (counts / expected).mean(axis=0)
        left.stairs(mean, edges, color=COLOUR_OF[ACTIVE], linewidth=2, label="mean of all 36")
        left.set_ylim(bottom=0)
        left.set_xlabel("rank of the truth among drawn textures (relative)")
        left.set_ylabel("textures over those expected")
        left.set_title(f"{label_of(ACTIVE)}: a thin line a coefficient")
        left.legend(fontsize=7)
        right = grid[0, 1]
        right.plot([0, 100], [0, 100], color="0.5", linewidth=0.8)
        for arm, values in ranks.items():
            pairs = 100 * np.array([coverage(values, draws, level) for level in LEVELS])
            right.plot(*pairs.T, color=COLOUR_OF[arm], label=label_of(arm), linewidth=1)
        right.set_xlabel("central interval (%)")
        right.set_ylabel("true coefficients inside (%)")
        right.legend(fontsize=7)
    return figure
