"""Targets of inverse design: what is wanted, and the real structures that have nearly that."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.logs import log
from pspflow.seeds import generator
from pspflow.studies.composite.inverse.options import WantedOptions
from pspflow.studies.composite.structures.properties import NORMAL, Target
from pspflow.studies.composite.structures.rows import FIRST_RUN, structures_of

SPANNED: Final = tuple(np.linspace(0.05, 0.95, 8))
"""Quantiles of the training structures' C11 that are wanted where no values are named."""
Ranges = Mapping[str, Sequence[float]]
"""Lowest and highest value of each property in the training structures, as networks keep them."""


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
    options: WantedOptions,
    seed: int,
    run: int = FIRST_RUN,
) -> Wanted:
    """Decide what is wanted.

    Parameters
    ----------
    target
        c11: the values of the options or, where they name none, the quantiles `SPANNED` of the
        first run's training structures, the same in every run; normal: all six components of some
        test structures of the run, which its networks have not seen.
    table, stiffness, splits
        Tables of the set.
    options
        What is wanted.
    seed
        Seed of the choice of test structures.
    run
        Run whose test structures are taken.
    """
    tests = held_out(table, stiffness, splits, run)
    if target == "normal":
        return wanted_vectors(tests, options.vectors, seed)
    if options.c11_gpa is not None:
        return wanted_c11(tests, options.c11_gpa)
    training = structures_of(table, stiffness, splits, "train")
    values = typical(training["c11_gpa"].to_numpy(), SPANNED)
    log.info("C11 wanted, spanned by the training structures: %s GPa", values)
    return wanted_c11(tests, values)


def typical(values: np.ndarray, shares: Sequence[float]) -> tuple[float, ...]:
    """Take quantiles of values (n,), rounded to three digits, each of them once."""
    return tuple(dict.fromkeys(float(f"{value:.3g}") for value in np.quantile(values, shares)))


def held_out(table: Path, stiffness: Path, splits: Path, run: int = FIRST_RUN) -> pd.DataFrame:
    """Read the test structures of a run; see `structures_of`."""
    return structures_of(table, stiffness, splits, "test", run)


def wanted_c11(tests: pd.DataFrame, values_gpa: Sequence[float]) -> Wanted:
    """Want values of C11, with the nearest test structure of each morphology as reference.

    Parameters
    ----------
    tests
        As from `held_out`.
    values_gpa
        Wanted value of each instance.
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
        Number of vectors; where there are fewer test structures, all of them are taken.
    seed
        Seed of the draw.
    """
    if len(tests) < count:
        log.warning("%d vectors are wanted, but there are %d test structures", count, len(tests))
    rng = generator(seed, "composite inverse vectors")
    chosen = rng.permutation(len(tests))[:count]
    found = tests.iloc[chosen].assign(instance=np.arange(len(chosen)))
    return Wanted(found[list(NORMAL)].to_numpy(np.float64, copy=True), _referred([found]))


def outside(name: str, value: float, ranges: Ranges) -> str:
    """Say how a wanted property lies outside the training structures; empty where it does not."""
    low, high = ranges[name]
    if low <= value <= high:
        return ""
    return (
        f"Wanted {name} of {value:g} lies outside the training structures' {low:.4g} to "
        f"{high:.4g} GPa: what is proposed for it is extrapolated."
    )


def warn_outside(
    properties: Sequence[str], wanted_gpa: np.ndarray, ranges: Sequence[Ranges]
) -> None:
    """Warn, once each, of wanted values ``(n, properties)`` that no training structure reaches."""
    warnings = [
        outside(name, value, known)
        for known in ranges
        for row in wanted_gpa
        for name, value in zip(properties, row, strict=True)
    ]
    for sentence in dict.fromkeys(filter(None, warnings)):
        log.warning("%s", sentence)


def inside(properties: Sequence[str], wanted_gpa: np.ndarray, ranges: Ranges) -> np.ndarray:
    """Tell which of the wanted rows ``(n, properties)`` the training structures span, ``(n,)``."""
    limits = np.array([ranges[name] for name in properties])
    spanned = (wanted_gpa >= limits[:, 0]) & (wanted_gpa <= limits[:, 1])
    return np.asarray(spanned.all(axis=1))


def _referred(found: Sequence[pd.DataFrame]) -> pd.DataFrame:
    columns = ["instance", "structure", "position", "morphology", *NORMAL]
    return pd.concat(found)[columns].reset_index(drop=True)
