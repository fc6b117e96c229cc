"""Tables of pages: our values with the paper's, wide ones from long ones."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

HERE = "here"
PAPER = "paper"


def beside_paper(
    table: pd.DataFrame, keys: Sequence[str], across: str, value: str, paper_value: str
) -> pd.DataFrame:
    """Spread the values of one column over columns, with the paper's row below ours.

    Parameters
    ----------
    table
        Long table: one row for each combination of `keys` and `across`.
    keys
        Columns that identify a row of the wide table.
    across
        Column whose values become columns, in their order.
    value, paper_value
        Columns of our values and of the paper's, NaN where the paper has none. Without the latter
        column, the result has our rows alone.

    Returns
    -------
    Columns `keys`, `source` (here or paper) and one per value of `across`; rows of the paper only
    where it has a value.
    """
    columns = list(dict.fromkeys(table[across]))
    rows = []
    for named, part in table.groupby(list(keys), sort=False):
        cells = part.set_index(across)
        for source, name in ((HERE, value), (PAPER, paper_value)):
            if name not in cells or cells[name].isna().all():
                continue
            values = [cells[name].get(column, np.nan) for column in columns]
            rows.append((*named, source, *values))
    return pd.DataFrame(rows, columns=[*keys, "source", *map(_head, columns)])


def with_interval(value: float, low: float, high: float, *, unit: str = "") -> str:
    """Write a value to three digits, with its interval where it has one; "–" for no value.

    Parameters
    ----------
    value, low, high
        A number and the ends of its interval; NaN where there is none.
    unit
        What stands directly behind the value.
    """
    if np.isnan(value):
        return "–"
    ends = "" if np.isnan(low) else f" ({_short(low)} to {_short(high)})"
    return f"{_short(value)}{unit}{ends}"


def _short(value: float) -> str:
    """Write three digits, of large numbers without a power of ten."""
    written = f"{value:.3g}"
    return f"{float(written):,.0f}" if "e+" in written else written


def _head(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def shown_columns(table: pd.DataFrame, *, papers_material: bool) -> pd.DataFrame:
    """Leave out columns that are empty, and the paper's where its values do not hold.

    Parameters
    ----------
    table
        A table with the paper's values in columns named `paper_…`.
    papers_material
        Whether the data are of the paper's material; the paper's values hold for no other.
    """
    paper = [name for name in table if str(name).startswith("paper_")]
    empty = [name for name in table if table[name].isna().all()]
    hidden = [*empty, *([] if papers_material else paper)]
    return table.drop(columns=list(dict.fromkeys(hidden)))
