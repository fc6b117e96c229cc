"""Long tables turned wide, with the paper's values in rows of their own."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

HERE = "here"
PAPER = "paper"


def beside_paper(
    table: pd.DataFrame, keys: Sequence[str], across: str, value: str, paper_value: str
) -> pd.DataFrame:
    """Spread one column over the columns of a table, ours first and the paper's values under it.

    Parameters
    ----------
    table
        Long: a row each of `keys` and `across`.
    keys
        What a row of the wide table stands for.
    across
        Whose values become columns, in their order.
    value, paper_value
        Columns of our values and of the paper's, NaN where it has none. A table without the latter
        has our rows alone.

    Returns
    -------
    Columns `keys`, `source` (here or paper) and one a value of `across`; rows of the paper only
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


def _head(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
