"""Test structures with what is predicted and what is solved."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from pspflow.errors import InputError
from pspflow.io.tables import read_table
from pspflow.studies.composite.structures.properties import TARGETS, Target
from pspflow.studies.composite.structures.rows import rows_of


class HeldOut(NamedTuple):
    """What one table predicts of its test structures."""

    target: Target
    run: int
    points: pd.DataFrame
    """Columns structure, model, and for each property of the target PROPERTY (predicted),
    PROPERTY_sd and PROPERTY_solved, in GPa."""


def held_out(
    predictions: Mapping[str, Path], baselines: Mapping[str, Path], stiffness: Path
) -> Iterator[HeldOut]:
    """Read the test structures of the networks' predictions, then those of the baselines'.

    Parameters
    ----------
    predictions
        Tables of networks, by TARGET/NETWORK/runN.
    baselines
        Tables of all baselines, by TARGET/runN.
    stiffness
        Table of the solved stiffnesses.

    Raises
    ------
    InputError
        If a name is not written so, or a table has no test structure, or one whose stiffness is not
        known.
    """
    for name, path in predictions.items():
        target, network, run = _parts(name, r"(\w+)/(\w+)/run(\d+)", "TARGET/NETWORK/runN")
        points = _points(path, target, stiffness).assign(model=network)
        yield HeldOut(target, int(run), points)
    for name, path in baselines.items():
        target, run = _parts(name, r"(\w+)/run(\d+)", "TARGET/runN")
        yield HeldOut(target, int(run), _points(path, target, stiffness))


def _parts(name: str, pattern: str, form: str) -> tuple[Any, ...]:
    """Take the name of a table apart: its target, a network's name, its run."""
    found = re.fullmatch(pattern, name)
    if found is None or found[1] not in TARGETS:
        raise InputError(
            f"A table of predictions is named {name!r}; name it {form}, with c11 or normal as "
            "TARGET."
        )
    return found.groups()


def _points(path: Path, target: Target, stiffness: Path) -> pd.DataFrame:
    table = read_table(path)
    points = table[table["split"] == "test"].reset_index(drop=True)
    if points.empty:
        raise InputError(f"{path}: column split has no test structures; make more structures.")
    solved = rows_of(stiffness, points["structure"].to_numpy(), path)
    for column in TARGETS[target]:
        points[f"{column}_solved"] = solved[column].to_numpy()
    return points.drop(columns="split")
