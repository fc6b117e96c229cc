"""Table of measured parameters as users write it: read, and checked row by row."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.errors import raise_problems
from pspflow.io.sheet import read_sheet
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.studies.texture.plasticity.answers import WrongParameterError, checked_parameters
from pspflow.studies.texture.plasticity.tables import FAILURE, NAME

FILE: Final = "file"
"""Column that users may copy from the list of what is wanted; it is not read."""
KNOWN: Final = (NAME, FILE, FAILURE, *PARAMETER_NAMES)
Measured = dict[str, np.ndarray | str]
"""Parameters (54,) of each texture by its name, or why it has none."""


def read_measured(path: Path) -> Measured:
    """Read measured parameters; a row with a name only is one that is not measured yet.

    Parameters
    ----------
    path
        CSV with columns name, the 54 of `PARAMETER_NAMES`, and if need be failure; where there is
        none, nothing is measured.

    Raises
    ------
    InputError
        With a sentence for each column and row that cannot be used.
    """
    if not path.exists():
        return {}
    rows = read_sheet(path, (NAME, *PARAMETER_NAMES), "texture")
    raise_problems(
        [
            f"{path}: column {name!r} is unknown; remove it, or correct its spelling."
            for name in rows.columns.difference(KNOWN)
        ]
    )
    if FAILURE not in rows:
        rows[FAILURE] = ""
    found: Measured = {}
    problems: list[str] = []
    first: dict[str, int] = {}
    for number, row in rows.iterrows():
        name = row[NAME]
        if not name:
            problems.append(f"{path} row {number}: column 'name' is empty; name the texture.")
            continue
        if name in first:
            problems.append(
                f"{path} row {number}: texture {name!r} stands in row {first[name]} too, in column "
                "'name'; remove one."
            )
            continue
        first[name] = int(str(number))
        try:
            answer = _answer(row)
        except WrongParameterError as error:
            problems.append(f"{path} row {number} ({name}): {error}.")
            continue
        if answer is not None:
            found[name] = answer
    raise_problems(problems)
    return found


def fingerprint_of_rows(path: Path, names: Sequence[str]) -> str:
    """Hash what is known of textures; rows of others, which are added as loops go on, do not count.

    Raises
    ------
    InputError
        As `read_measured`.
    """
    known, digest = read_measured(path), hashlib.blake2b(digest_size=16)
    for name in names:
        answer = known.get(name, "")
        digest.update(f"{name}\0".encode())
        digest.update(answer.encode() if isinstance(answer, str) else answer.tobytes())
    return digest.hexdigest()


def _answer(row: pd.Series) -> np.ndarray | str | None:
    """Return the parameters of a row, why it has none, or None where it is not measured yet."""
    cells = row[list(PARAMETER_NAMES)]
    given = cells[cells != ""]
    if row[FAILURE]:
        for name, cell in given.items():
            raise WrongParameterError(
                f"column {str(name)!r}",
                f"is {cell!r} although column {FAILURE!r} says {row[FAILURE]!r}",
                "empty one of them",
            )
        return str(row[FAILURE])
    if given.empty:
        return None
    values = {}
    for name, cell in cells.items():
        try:
            values[name] = float(cell)
        except ValueError:
            raise WrongParameterError(
                f"column {str(name)!r}",
                f"is {cell!r}" if cell else "is empty",
                f"give a number, or say in column {FAILURE!r} why the texture has none",
            ) from None
    try:
        return checked_parameters(list(values.values()))
    except WrongParameterError as error:
        raise WrongParameterError(f"column {error.name!r}", error.fault, error.remedy) from None
