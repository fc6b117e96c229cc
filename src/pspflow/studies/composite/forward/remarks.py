"""What is said of predictions for a user's structures: where they can be relied on less."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pspflow.logs import log

MOST_NAMED = 5

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
    """Warn of structures without a relative error, since they have nearly no stiffness.

    Parameters
    ----------
    table
        One row per structure, solved, from `predict_table`.
    name
        The property.
    """
    rows = np.flatnonzero(table[f"{name}_error_percent"].isna())
    if rows.size:
        log.warning(
            "%d of %d structures have nearly no %s, as those have whose stiff parts do not hang "
            "together: their error has no percentage, compare the values in GPa: %s",
            *(rows.size, len(table), name, _named(rows)),
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
    changes = table[f"{name}_refined_percent"].dropna()
    if changes.empty:
        return
    place = changes.abs().idxmax()
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
