"""What the study's tables and stores hold of given structures."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.arrays import get_array, open_store, reading
from pspflow.io.tables import read_table
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.sets import PHASE

FIRST_RUN: Final = 0
"""Run whose networks and test structures figures and inverse design use."""


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
    """Read a table's rows of these structures, (n,) names, in this order.

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


def structures_of(
    table: Path, stiffness: Path, splits: Path, split: str, run: int = FIRST_RUN
) -> pd.DataFrame:
    """Read the structures of a split.

    Parameters
    ----------
    table, stiffness, splits
        Tables of a set.
    split, run
        Which structures, in which run.

    Returns
    -------
    Columns structure, position (row in the set), morphology, and `NORMAL`.

    Raises
    ------
    InputError
        If the tables do not belong together.
    """
    rows = read_split(splits, run)
    names = rows["structure"][rows["split"] == split].to_numpy()
    known = rows_of(table, names, splits)
    solved = rows_of(stiffness, names, splits)[list(NORMAL)]
    position = pd.Index(read_table(table)["structure"]).get_indexer(names)
    found = {"structure": names, "position": position, "morphology": known["morphology"].to_numpy()}
    return pd.DataFrame(found).join(solved.reset_index(drop=True))


def read_positions(structures: Path, positions: Iterable[int]) -> dict[int, np.ndarray]:
    """Read structures of a set by their position in it: phase ids ``(n, n, n)`` each."""
    array = get_array(open_store(structures), PHASE)
    with reading(array):
        return {int(place): np.asarray(array[int(place)]) for place in set(positions)}


def evenly_spread(count: int, most: int) -> np.ndarray:
    """Choose at most so many of `count` places, evenly spread from the first to the last.

    Returns
    -------
    Places, (n,) int64, ascending, each once.
    """
    return np.linspace(0, count - 1, min(most, count)).round().astype(np.int64)
