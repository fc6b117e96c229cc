"""Which chips train, validate and test flows."""

import pandas as pd

from pspflow.errors import InputError


def held_out_split(rows: pd.DataFrame) -> str:
    """Name the split that flows are tested on: test, or validation in a run without test chips."""
    return "test" if (rows["split"] == "test").any() else "validation"


def check_splits(rows: pd.DataFrame) -> None:
    """Refuse a domain without chips to train on, to choose the epoch by, or to test on.

    Raises
    ------
    InputError
        That names the domain and the split.
    """
    for split in ("train", "validation", held_out_split(rows)):
        lacking = set(rows["domain"]) - set(rows.loc[rows["split"] == split, "domain"])
        if lacking:
            raise InputError(
                f"Domain {min(lacking)!r} has no {split} chip, and flows need some of every "
                f"domain; raise temper.images.split.{split}, add specimens or split by region."
            )
