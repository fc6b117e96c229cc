"""The shared chips: images and one table, with what models are conditioned on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.studies.steel.morphology.conditions import OTHER_COLUMNS

OWN: Final = ("image_id", "split", "group", "domain", "half")
"""Columns of the table besides conditions; `group` is the micrograph, `half` which half of it a
chip lies in: 0, 1, or -1 for both."""
Condition = dict[str, str | float]
"""Domain, and the value of each condition in the sheet's unit."""


def joined(chips: pd.DataFrame, measures: pd.DataFrame, half: pd.Series) -> pd.DataFrame:
    """Make the table of the shared chips.

    Parameters
    ----------
    chips
        Rows of the chip table.
    measures
        The same rows of the steel study's measures, with the conditions.
    half
        Half of its micrograph in which each chip lies.
    """
    own = {"chip_id", "micrograph", "specimen", "domain", "split"}
    names = [name for name in measures if name not in own | OTHER_COLUMNS]
    return pd.DataFrame(
        {
            "image_id": chips["chip_id"],
            "split": chips["split"],
            "group": chips["micrograph"],
            "domain": chips["domain"],
            "half": half,
            **{name: measures[name] for name in names},
        }
    )


@dataclass(frozen=True)
class SharedChips:
    """Images of the shared chips, and their rows."""

    images: np.ndarray
    """(n, y, x) uint8."""
    table: pd.DataFrame
    """One row per image; see `OWN`."""

    @property
    def conditions(self) -> list[str]:
        """Columns of the sheet that models are conditioned on."""
        return [name for name in self.table if name not in OWN]

    @property
    def domains(self) -> list[str]:
        """Names of the domains, in the order of the table."""
        return [str(name) for name in dict.fromkeys(self.table["domain"])]

    @property
    def tested(self) -> str:
        """Split that made images are compared with: test, or validation in a run without."""
        return "test" if (self.table["split"] == "test").any() else "validation"

    def rows(self, split: str, half: int | None = None) -> np.ndarray:
        """Return positions of a split's chips, of one half of its micrographs or of all: (n,)."""
        here = self.table["split"] == split
        if half is not None:
            here &= self.table["half"] == half
        return np.flatnonzero(here)

    def wanted(self, rows: np.ndarray) -> Iterator[tuple[Condition, int]]:
        """Yield the condition of every group of like chips among rows (n,), and their number."""
        names = ["domain", *self.conditions]
        for values, part in self.table.iloc[rows].groupby(names, sort=False):
            yield dict(zip(names, _plain(values), strict=True)), len(part)


def read_shared(images: Path, table: Path) -> SharedChips:
    """Read the shared chips."""
    return SharedChips(read_values(open_store(images), "images"), read_table(table))


def _plain(values: Sequence[object]) -> list[str | float]:
    """Return plain numbers and text, as a model of a user may want to look them up."""
    return [each if isinstance(each, str) else float(each) for each in values]  # type: ignore[arg-type]
