"""Maps of codes with the chips that they belong to."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.studies.steel.images.options import Condition

MIRRORED = 2
"""Maps of a chip: as it is, and mirrored left to right."""


@dataclass(frozen=True)
class CodeMaps:
    """Maps of chips, and the chips' rows of the table of measures."""

    codes: np.ndarray
    """(n, flip=2, rows, columns) uint16."""
    chips: pd.DataFrame
    """Their n rows: see the stage `morphology measure`."""
    count: int
    """Number of different codes K."""

    def where(self, chosen: np.ndarray) -> "CodeMaps":
        """Return those at which a mask (n,) is true."""
        return CodeMaps(self.codes[chosen], self.chips[chosen].reset_index(drop=True), self.count)

    def of_split(self, split: str) -> "CodeMaps":
        """Return those of a split."""
        return self.where((self.chips["split"] == split).to_numpy())

    def flat(self) -> np.ndarray:
        """Return the maps of both orientations, (2 n, rows, columns): two of each chip in turn."""
        return self.codes.reshape(-1, *self.codes.shape[2:])

    def values(self, conditions: list[Condition]) -> np.ndarray:
        """Return conditions (n, c) of the chips, float64, in the columns' units.

        Raises
        ------
        InputError
            If the table lacks a column.
        """
        lacking = [each.column for each in conditions if each.column not in self.chips]
        if lacking:
            raise InputError(
                f"the table of measures has no column {lacking[0]!r}; name it in "
                "steel.images.conditions and rerun the stage measure."
            )
        return self.chips[[each.column for each in conditions]].to_numpy(np.float64)


def read_maps(codes: Path, measures: Path) -> CodeMaps:
    """Read a store of codes and the measures of its chips."""
    store = open_store(codes)
    rows = read_table(measures).iloc[read_values(store, "position")].reset_index(drop=True)
    return CodeMaps(read_values(store, "codes"), rows, cast("int", store.attrs["codes"]))
