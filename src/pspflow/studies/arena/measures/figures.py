"""Figures of the arena: ratios of all measures, and samples beside real chips."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pspflow.arrays import refuses_masks
from pspflow.report.mosaics import mosaic
from pspflow.report.sheets import labelled, sized
from pspflow.report.style import COLOURS, figure_of, plain, plain_log_axis
from pspflow.studies.arena.measures.descriptors import MEASURES
from pspflow.studies.arena.names import TRAINING, label_of

ACROSS: Final = 3
"""Measures beside each other."""
ROW: Final = 0.085
"""Height of an entrant's line, over the width of an axes."""
WIDTH_PX: Final = 96
SHOWN: Final = 9


def ratios_figure(ratios: pd.DataFrame) -> Figure:
    """Draw the ratio of every entrant to the floor, an axes for each measure.

    Parameters
    ----------
    ratios
        Rows of all domains together; see `protocol.compared`.
    """
    entrants = list(dict.fromkeys(ratios["entrant"]))[::-1]
    measures = [name for name in MEASURES if name in set(ratios["measure"])]
    rows = -(-len(measures) // ACROSS)
    aspect = 0.25 + ROW * len(entrants)
    with figure_of(rows, ACROSS, aspect) as (figure, axes):
        for place, each in enumerate(axes.flat):
            if place >= len(measures):
                each.set_visible(False)
                continue
            part = ratios[ratios["measure"] == measures[place]].set_index("entrant")
            each.axvline(1, color="0.6", linewidth=0.8)
            for y, name in enumerate(entrants):
                if name not in part.index:  # training chips have no nearest training chip
                    continue
                value, low, high = part.loc[name, ["ratio", "ratio_low", "ratio_high"]]
                colour = COLOURS[-1] if name == TRAINING else COLOURS[0]
                if np.isfinite(low):
                    each.plot([low, high], [y, y], color=colour, linewidth=1)
                each.plot([value], [y], "o", color=colour, markersize=3)
            each.set_title(measures[place])
            each.set_xlabel("ratio to real halves")
            named = place % ACROSS == 0
            each.set_yticks(range(len(entrants)))
            each.set_yticklabels([plain(label_of(name)) if named else "" for name in entrants])
            positive = part[["ratio", "ratio_low"]].min(axis=None) > 0
            if positive:
                plain_log_axis(each, "x")
        return figure


@refuses_masks
def samples_picture(real: np.ndarray, made: Mapping[str, np.ndarray]) -> np.ndarray:
    """Lay images of every entrant in a row, real test chips above.

    Parameters
    ----------
    real
        (n, y, x) uint8.
    made
        By entrant, as many.

    Returns
    -------
    ndarray
        (y, x) uint8.
    """
    rows = {"real test chips": real, **{label_of(name): each for name, each in made.items()}}
    return labelled({name: mosaic(sized(each, WIDTH_PX), SHOWN) for name, each in rows.items()})


@refuses_masks
def spread(domains: np.ndarray, order: list[str], most: int = SHOWN) -> np.ndarray:
    """Choose images of all domains in turn, each domain's first ones: positions, (m,)."""
    places = [np.flatnonzero(domains == name) for name in order]
    turns = [
        (number, rank) for rank in range(most) for number, at in enumerate(places) if rank < len(at)
    ]
    return np.array([places[number][rank] for number, rank in sorted(turns[:most])], np.int64)
