"""Sets of measured chips, real and generated: positions in the study's table, and artefacts."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.seeds import generator
from pspflow.studies.steel.generation.making import FURTHER
from pspflow.studies.steel.generation.moments import (
    GENERATED,
    REAL,
    TRAINING,
    TRUTH,
    Measured,
    named_conditions,
)


def tested_split(measures: pd.DataFrame) -> str:
    """Return the split whose chips generated ones are compared with: test where there is one."""
    return "test" if (measures["split"] == "test").any() else "validation"


def tested(measures: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the split that is compared with."""
    return measures[measures["split"] == tested_split(measures)]


def tested_conditions(measures: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Return the conditions of micrographs, (micrographs, c), in the order of the table."""
    first = measures.drop_duplicates("micrograph")
    return first[list(names)].to_numpy(np.float64)


def drawn_chips(
    measures: pd.DataFrame, split: str, domain: str, most: int, seed: int
) -> np.ndarray:
    """Draw chips of a domain that could be measured, from all its micrographs.

    Returns
    -------
    ndarray
        At most `most` sorted positions (n,) in the table. With fewer wanted, others are left out,
        so that the first few of a larger number are not all of one micrograph.
    """
    here = (measures["split"] == split) & (measures["domain"] == domain)
    at = np.flatnonzero((here & (measures["failure"] == "")).to_numpy())
    order = generator(seed, "real chips", split, domain).permutation(len(at))
    return np.sort(at[order[:most]])


def order_of_domains(measures: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Sort the domains by the mean of the first condition, lowest first."""
    means = measures.groupby("domain", sort=False)[names[0]].mean()
    return [str(name) for name in means.sort_values(kind="stable").index]


def neighbours(domains: Sequence[str], domain: str) -> list[str]:
    """Return the domains before and after one, in their order; one of the ends has one only."""
    at = list(domains).index(domain)
    return [domains[i] for i in (at - 1, at + 1) if 0 <= i < len(domains)]


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
        """Find the first rows (n,) of a source and a domain, of chips that could be measured."""
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
