"""Splits of micrographs that keep samples together, by how many crops they give."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.microstructure.splits import SPLITS


@refuses_masks
def split_groups(
    groups: np.ndarray, crops: np.ndarray, shares: Mapping[str, float], rng: np.random.Generator
) -> dict[str, str]:
    """Assign every group to one split, so that the splits' crops come near to their shares.

    Groups are taken from the one of most crops to the one of fewest, equal ones in random order;
    each goes to the split that lacks most of its share. Small splits get their first group before
    large ones are full.

    Parameters
    ----------
    groups, crops
        (n,) group of each micrograph, and its number of crops.
    shares
        Share of each split.
    rng
        Decides between groups of as many crops.

    Returns
    -------
    dict
        Split of each group that has crops.

    Raises
    ------
    InputError
        If there are fewer groups than splits.
    """
    totals = pd.Series(crops).groupby(np.asarray(groups, str)).sum()
    totals = totals[totals > 0]
    if len(totals) < len(SPLITS):
        raise InputError(
            f"Crops come from {len(totals)} samples, but training, validation and test need one "
            "each; use more micrographs, or correct curation.database.columns.group."
        )
    order = totals.iloc[rng.permutation(len(totals))].sort_values(ascending=False, kind="stable")
    found: dict[str, str] = {}
    filled = dict.fromkeys(SPLITS, 0.0)
    for place, (group, count) in enumerate(order.items()):
        left = len(order) - place
        empty = [name for name in SPLITS if filled[name] == 0]
        names = empty if left <= len(empty) else SPLITS
        lacking = {name: 1 - filled[name] / (shares[name] * totals.sum()) for name in names}
        best = max(names, key=lambda name: lacking[name] * shares[name])
        found[str(group)] = best
        filled[best] += float(count)
    return found
