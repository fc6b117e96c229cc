"""Sets of measured chips, real and generated, read from the artefacts of the study."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.studies.steel.generation.making import FURTHER
from pspflow.studies.steel.generation.moments import (
    GENERATED,
    REAL,
    TRAINING,
    TRUTH,
    Measured,
    named_conditions,
)
from pspflow.studies.steel.generation.real import drawn_chips, tested_split


def real_sets(rows: pd.DataFrame, most: int, seed: int) -> Iterator[Measured]:
    """Yield test and training chips of every domain; those that cannot be measured are counted."""
    for split, kind in ((tested_split(rows), REAL), ("train", TRAINING)):
        for domain in dict.fromkeys(rows["domain"]):
            here = rows[(rows["split"] == split) & (rows["domain"] == domain)]
            at = drawn_chips(rows, split, domain, most, seed)
            failed = here[here["failure"] != ""]
            yield Measured(kind, pd.concat([rows.iloc[at], failed]), domain)


def truth_sets(table: pd.DataFrame, names: Sequence[str]) -> Iterator[Measured]:
    """Yield the simulator's chips at every further condition."""
    for values, part in table.groupby(list(names), sort=False):
        yield Measured(TRUTH, part, FURTHER, named_conditions(names, values))


def generated_sets(training: str, table: pd.DataFrame, names: Sequence[str]) -> Iterator[Measured]:
    """Yield the chips that networks of a name CODE_MODEL/TRAINED_ON made, by where they belong."""
    model, _, trained_on = training.partition("/")
    for (source, domain), part in table.groupby(["source", "domain"], sort=False):
        groups = part.groupby(list(names), sort=False) if domain == FURTHER else [((), part)]
        for values, few in groups:
            text = named_conditions(names, values) if len(values) else ""
            yield Measured(GENERATED, few, str(domain), text, model, trained_on, str(source))


class Generated:
    """Generated chips on disk: their table, and their pixels by row of it."""

    def __init__(self, table: Path, store: Path) -> None:
        self.table = read_table(table)
        self._store = open_store(store)
        self._images: np.ndarray | None = None

    def at(self, rows: np.ndarray) -> np.ndarray:
        """Read chips by their rows (n,) in the table: (n, y, x) uint8."""
        if self._images is None:
            self._images = read_values(self._store, "images")
        return np.asarray(self._images[rows])

    def codes(self, rows: np.ndarray) -> np.ndarray:
        """Read the maps of codes of chips: (n, row, column) uint16."""
        return read_values(self._store, "codes")[rows]

    @property
    def colours(self) -> np.ndarray:
        """Colours of the codes, (codes, 3) uint8."""
        return read_values(self._store, "colour")

    def rows(
        self, source: str, domain: str, most: int | None = None, *, measured: bool = True
    ) -> np.ndarray:
        """Find the first rows of a source and a domain, of chips that could be measured."""
        here = (self.table["source"] == source) & (self.table["domain"] == domain)
        if measured:
            here &= self.table["failure"] == ""
        return np.flatnonzero(here.to_numpy())[:most]

    def sets(self) -> list[tuple[str, str]]:
        """List sources and domains, but for further conditions."""
        keys = self.table.loc[self.table["domain"] != FURTHER, ["source", "domain"]]
        return list(dict.fromkeys(keys.itertuples(index=False, name=None)))


def read_generated(tables: Mapping[str, Path], stores: Mapping[str, Path]) -> dict[str, Generated]:
    """Open the generated chips of networks by name."""
    return {name: Generated(path, stores[name]) for name, path in tables.items()}
