"""Chips that models of codes are trained on, and chips that are encoded."""

from typing import Literal, get_args

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.microstructure.chips import few_chips
from pspflow.seeds import generator

TrainedOn = Literal["all", "held_out"]
"""What networks are trained on: chips of all domains, or of all but `codes.held_out.domain`."""
TRAINED_ON: tuple[TrainedOn, ...] = get_args(TrainedOn)


def training_chips(
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
        Sorted positions in the table, int64.

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
    """Draw chips of all splits and domains to encode: sorted positions in the table, int64."""
    return few_chips(rows, chips_per_micrograph, generator(seed, "encoded chips"), ("micrograph",))
