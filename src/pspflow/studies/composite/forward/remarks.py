"""What is said of predictions for a user's structures: where they can be relied on less."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pspflow.logs import log

MOST_NAMED = 5
SOFT = 0.01
"""Share of the largest stiffness below which a relative error says little."""

SAME_PERCENT = 1e-3
"""Change on the doubled grid that is the solver's, and none of the grid."""


def warn_outside(table: pd.DataFrame, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Warn of structures with a value outside the range of the training structures.

    Parameters
    ----------
    table
        One row per structure, from `predict_table`.
    ranges
        Smallest and largest value of each column in the training structures.
    """
    for name, (low, high) in ranges.items():
        rows = np.flatnonzero((table[name] < low) | (table[name] > high))
        if rows.size:
            log.warning(
                "%d of %d structures have a %s outside %.4g to %.4g, the range of the training "
                "structures: %s",
                *(rows.size, len(table), name, low, high, _named(rows)),
            )


def warn_soft(table: pd.DataFrame, name: str) -> None:
    """Warn of structures whose relative error says little, since they have hardly any stiffness.

    Parameters
    ----------
    table
        One row per structure, solved, from `predict_table`.
    name
        The property.
    """
    solved = table[f"{name}_solved"].abs()
    typical = solved.max()
    rows = np.flatnonzero(solved < SOFT * typical)
    if rows.size:
        log.warning(
            "%d of %d structures have a solved %s below 1 %% of the largest, %.3g GPa, as those "
            "have whose stiff parts do not hang together: read their differences in GPa, not in "
            "percent: %s",
            *(rows.size, len(table), name, typical, _named(rows)),
        )


def say_refined(table: pd.DataFrame, name: str) -> None:
    """Log how much the solver's values change on the doubled grid.

    Parameters
    ----------
    table
        One row per structure, refined, from `predict_table`.
    name
        The property.
    """
    changes = table[f"{name}_refined_percent"]
    place = int(changes.abs().argmax())
    if abs(changes[place]) < SAME_PERCENT:
        log.info(
            "%s: on the doubled grid the solver finds the same, to %g %%: your grid resolves these "
            "structures, as it does flat layers",
            *(name, SAME_PERCENT),
        )
        return
    log.info(
        "%s: on the doubled grid the solver finds %+.2g %% in the mean, %+.2g %% at most "
        "(structure %d); the error of your grid is larger than this change, the more the higher "
        "the contrast (docs/how-to/structures.md)",
        *(name, changes.mean(), changes[place], place),
    )


def _named(rows: np.ndarray) -> str:
    """List the first structures of some."""
    return ", ".join(map(str, rows[:MOST_NAMED])) + (" …" if rows.size > MOST_NAMED else "")
