"""Which chips train, validate and test flows."""

import numpy as np
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


def chips_that_train(rows: pd.DataFrame, domain: str, *, paired: bool = True) -> np.ndarray:
    """Return the positions of the chips that train the flow of a domain.

    Parameters
    ----------
    rows
        One row per chip: `specimen`, `domain` and `split`.
    domain
        Name of the domain.
    paired
        Whether a specimen trains the flows of every domain that it was imaged in. If not, it trains
        that of one: specimens are dealt to their domains in turn, in the order of the rows.

    Returns
    -------
    Positions (n,) in ascending order, int64.

    Raises
    ------
    InputError
        If no specimen is dealt to the domain.
    """
    train = (rows["split"] == "train").to_numpy()
    here = train & (rows["domain"] == domain).to_numpy()
    if paired:
        return np.flatnonzero(here)
    imaged = rows[train].groupby("specimen", sort=False)["domain"].unique()
    dealt = {name: own[place % len(own)] for place, (name, own) in enumerate(imaged.items())}
    mine = np.flatnonzero(here & (rows["specimen"].map(dealt) == domain).to_numpy())
    if not len(mine):
        raise InputError(
            f"No training specimen is left to domain {domain!r} when each trains one domain "
            "(temper.flows.paired: false); add specimens, or let them train all of theirs."
        )
    return mine
