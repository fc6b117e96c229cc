"""Rows of the study's tables by structure."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.tables import read_table


def read_split(splits: Path, run: int) -> pd.DataFrame:
    """Return the split of one run: columns structure and split.

    Raises
    ------
    InputError
        If the table has no such run, or the run no structure of one of the splits.
    """
    table = read_table(splits)
    rows = table[table["run"] == run][["structure", "split"]].reset_index(drop=True)
    for split in ("train", "validation", "test"):
        if split not in set(rows["split"]):
            raise InputError(
                f"{splits}: run {run} has no {split} structures; make more runs or structures."
            )
    return rows


def rows_of(path: Path, structures: np.ndarray, source: Path) -> pd.DataFrame:
    """Read a table's rows of these structures, in this order.

    Raises
    ------
    InputError
        If the table lacks one of the structures; `source` is where they were named.
    """
    table = read_table(path).set_index("structure")
    missing = set(structures) - set(table.index)
    if missing:
        raise InputError(
            f"{path}: column structure lacks {min(missing)!r}, which {source} names; make it anew."
        )
    return table.loc[structures]
