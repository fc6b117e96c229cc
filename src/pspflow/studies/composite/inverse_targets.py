"""What inverse design is asked for, and the real structures that stand beside its answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from pspflow.io.tables import read_table
from pspflow.logs import log
from pspflow.seeds import generator
from pspflow.studies.composite.inverse_options import InverseOptions
from pspflow.studies.composite.properties import NORMAL, Target
from pspflow.studies.composite.rows import read_split, rows_of

RUN: Final = 0
"""Whose networks and test structures inverse design uses."""
SPANNED: Final = tuple(np.linspace(0.05, 0.95, 8))
"""Quantiles of C11 that are wanted where no values are named."""


class Wanted(NamedTuple):
    """Wanted properties, and real structures that have them."""

    values_gpa: np.ndarray
    """Float64, shape ``(instances, properties)``."""
    references: pd.DataFrame
    """Columns instance, structure, position (its row in the set), morphology, and `NORMAL`."""


def wanted_of(
    target: Target,
    table: Path,
    stiffness: Path,
    splits: Path,
    options: InverseOptions,
    seed: int,
) -> Wanted:
    """Decide what is wanted of a set's structures.

    Parameters
    ----------
    target
        c11: the values of the options, or where they name none `SPANNED` of the training
        structures; normal: all six components of some test structures.
    table, stiffness, splits
        Tables of the set.
    options
        What is wanted.
    seed
        Seed of the choice of test structures.
    """
    tests = held_out(table, stiffness, splits)
    if target == "normal":
        return wanted_vectors(tests, options.vectors, seed)
    if options.c11_gpa is not None:
        return wanted_c11(tests, options.c11_gpa)
    training = structures_of(table, stiffness, splits, "train")
    values = typical(training["c11_gpa"].to_numpy(), SPANNED)
    log.info("C11 wanted, spanned by the training structures: %s GPa", values)
    return wanted_c11(tests, values)


def typical(values: np.ndarray, shares: Sequence[float]) -> tuple[float, ...]:
    """Take quantiles of values, each once and of three digits."""
    return tuple(dict.fromkeys(float(f"{value:.3g}") for value in np.quantile(values, shares)))


def held_out(table: Path, stiffness: Path, splits: Path) -> pd.DataFrame:
    """Read the test structures; see `structures_of`."""
    return structures_of(table, stiffness, splits, "test")


def structures_of(
    table: Path, stiffness: Path, splits: Path, split: Literal["train", "test"]
) -> pd.DataFrame:
    """Read the structures of a split.

    Parameters
    ----------
    table, stiffness, splits
        Tables of a set.
    split
        Which structures.

    Returns
    -------
    Columns structure, position (row in the set), morphology, and `NORMAL`.

    Raises
    ------
    InputError
        If the tables do not belong together.
    """
    rows = read_split(splits, RUN)
    names = rows["structure"][rows["split"] == split].to_numpy()
    known = rows_of(table, names, splits)
    solved = rows_of(stiffness, names, splits)[list(NORMAL)]
    position = pd.Index(read_table(table)["structure"]).get_indexer(names)
    told = {"structure": names, "position": position, "morphology": known["morphology"].to_numpy()}
    return pd.DataFrame(told).join(solved.reset_index(drop=True))


def wanted_c11(tests: pd.DataFrame, values_gpa: Sequence[float]) -> Wanted:
    """Want values of C11; the references are the nearest test structures of each morphology.

    Parameters
    ----------
    tests
        As from `held_out`.
    values_gpa
        One an instance.
    """
    found = []
    for instance, value in enumerate(values_gpa):
        distance = (tests["c11_gpa"] - value).abs()
        nearest = distance.groupby(tests["morphology"], sort=True).idxmin()
        found.append(tests.loc[nearest].assign(instance=instance))
    return Wanted(np.array(values_gpa, np.float64)[:, None], _referred(found))


def wanted_vectors(tests: pd.DataFrame, count: int, seed: int) -> Wanted:
    """Want the stiffness of test structures, which are the references themselves.

    Parameters
    ----------
    tests
        As from `held_out`.
    count
        How many; where there are fewer test structures, all of them.
    seed
        Seed of the draw.
    """
    if len(tests) < count:
        log.warning("%d vectors are wanted, but there are %d test structures", count, len(tests))
    rng = generator(seed, "composite inverse vectors")
    chosen = rng.permutation(len(tests))[:count]
    found = tests.iloc[chosen].assign(instance=np.arange(len(chosen)))
    return Wanted(found[list(NORMAL)].to_numpy(np.float64, copy=True), _referred([found]))


def _referred(found: Sequence[pd.DataFrame]) -> pd.DataFrame:
    columns = ["instance", "structure", "position", "morphology", *NORMAL]
    return pd.concat(found)[columns].reset_index(drop=True)
