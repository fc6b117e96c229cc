"""Conditions of chips: numbers of the sheet, checked before a model is given them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pspflow.errors import InputError, raise_problems
from pspflow.microstructure.catalogue.names import OWN_COLUMNS
from pspflow.studies.steel.images.options import Condition

MEASURES: Final = ("ferrite_fraction", "mean_free_path_px", "mean_free_path_um")
OTHER_COLUMNS: Final = frozenset(
    ("chip_id", "split", *MEASURES, "failure", "one_peak", "source", "chips")
)
"""Columns that tables of measured chips have beside conditions and those of an image."""


def checked_conditions(
    catalogue: pd.DataFrame, conditions: Sequence[Condition], where: Path
) -> pd.DataFrame:
    """Take the conditions from the catalogue.

    Parameters
    ----------
    catalogue
        One row per micrograph, with the sheet's columns.
    conditions
        Which columns are wanted, and of which the logarithm is used.
    where
        The catalogue's file, for messages.

    Returns
    -------
    DataFrame
        Indexed by micrograph, one column of float64 per condition, in the sheet's units.

    Raises
    ------
    InputError
        If a column is missing, or a cell of it is empty, no number, or has no logarithm where one
        is used; one sentence for each, with column, row of the sheet and remedy.
    """
    columns = {each.column: _column(catalogue, each.column, where) for each in conditions}
    raise_problems(
        [
            problem
            for each in conditions
            for problem in _faulty(catalogue, each, columns[each.column])
        ]
    )
    return pd.DataFrame(columns).set_index(pd.Index(catalogue["micrograph"].astype(str)))


def _column(catalogue: pd.DataFrame, name: str, where: Path) -> np.ndarray:
    if name in OWN_COLUMNS | OTHER_COLUMNS:
        raise InputError(
            f"images.conditions: column {name!r} describes the image or is made from it; name a "
            "process or property column of the sheet."
        )
    if name not in catalogue.columns:
        raise InputError(
            f"{where}: the sheet has no column {name!r}, which images.conditions names; add it to "
            "the sheet, or correct the name."
        )
    values = pd.to_numeric(catalogue[name], errors="coerce")
    if not pd.api.types.is_numeric_dtype(catalogue[name]):
        odd = values.isna() & (catalogue[name] != "")
        row, cell = catalogue.loc[odd.idxmax(), ["row", name]]
        raise InputError(
            f"Sheet row {row}, column {name!r}: {cell!r} is no number, but the column is a "
            "condition; give numbers, or name another column in images.conditions."
        )
    return values.to_numpy(np.float64)


def _faulty(catalogue: pd.DataFrame, condition: Condition, values: np.ndarray) -> Iterator[str]:
    cells = zip(catalogue["row"], catalogue[condition.column], values, strict=True)
    for row, cell, value in cells:
        place = f"Sheet row {row}, column {condition.column!r}"
        if pd.isna(cell):
            yield f"{place} is empty, but it is a condition; fill it in, or remove the row."
        elif not np.isfinite(value):
            yield f"{place} is {value}, but it is a condition; give a finite number."
        elif condition.log and value <= 0:
            yield (
                f"{place} is {value:g}, which has no logarithm; correct it, or set log: false for "
                "this column in images.conditions."
            )
