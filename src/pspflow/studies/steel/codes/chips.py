"""Which chips models of codes are trained on, tested on and used for."""

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.microstructure.chips import few_chips
from pspflow.seeds import generator


def split_chips(
    rows: pd.DataFrame,
    split: str,
    chips_per_micrograph: int,
    seed: int,
    left_out: str | None = None,
) -> np.ndarray:
    """Draw chips of one split; every model of codes sees the same.

    Parameters
    ----------
    rows
        The table of chips.
    split
        Its split.
    chips_per_micrograph
        Most chips of a micrograph.
    seed
        Seed of the draw.
    left_out
        Domain of which none is drawn.

    Returns
    -------
    ndarray
        Sorted positions in the table, (n,) int64.

    Raises
    ------
    InputError
        If there is no chip to draw.
    """
    wanted = (rows["split"] == split) & (rows["domain"] != left_out)
    here = np.flatnonzero(wanted.to_numpy(bool))
    if not len(here):
        without = f" outside domain {left_out!r}" if left_out else ""
        raise InputError(
            f"No chip of the split {split!r}{without} is left for the models of codes; give more "
            "micrographs, or change the shares of images.split."
        )
    few = few_chips(
        rows.iloc[here], chips_per_micrograph, generator(seed, "codes", split), ("micrograph",)
    )
    return here[few]


def encoded_chips(rows: pd.DataFrame, chips_per_micrograph: int, seed: int) -> np.ndarray:
    """Draw chips of all splits and domains to encode: sorted positions (n,) in the table."""
    return few_chips(rows, chips_per_micrograph, generator(seed, "encoded chips"), ("micrograph",))


def few_of_each(rows: pd.DataFrame, most: int, rng: np.random.Generator) -> np.ndarray:
    """Draw at most `most` chips of each domain: positions (n,), domains in the table's order."""
    at = few_chips(rows, most, rng, ("domain",))
    domains = list(dict.fromkeys(rows["domain"]))
    order = np.argsort([domains.index(name) for name in rows["domain"].iloc[at]], kind="stable")
    return at[order]
