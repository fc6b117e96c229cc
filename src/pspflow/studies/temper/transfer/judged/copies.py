"""Whether transferred chips are copies of training chips of their target."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.copies import LEFT_RIGHT, NEAREST_SHARE, block_means, flipped, nearest

COLUMNS: Final = ("flow", "source", "target", "chips", "nearer_share")


def copies(
    training: Mapping[str, np.ndarray],
    real: Mapping[str, np.ndarray],
    synthetic: Mapping[str, Callable[[str, str], np.ndarray]],
) -> pd.DataFrame:
    """Count transferred chips that are nearer to a training chip than nearly all real ones are.

    Distances are those of grey levels averaged over blocks of 8 x 8 pixels, brought to mean 0 and
    length 1 in each chip; training chips count mirrored too.

    Parameters
    ----------
    training
        Domain, all of its training chips (n, rows, columns) uint8.
    real
        Domain, its held-out chips.
    synthetic
        Name of a flow; returns the chips of a source and a target.

    Returns
    -------
    DataFrame
        `flow`, `source`, `target`, `chips`, and the `nearer_share` of them that are nearer to a
        training chip than the nearest 2.5 % of the real held-out chips of the target are: 0.025 is
        what chance gives chips that are like these.
    """
    rows = []
    for target, chips in training.items():
        known = np.concatenate(
            [block_means(each) for each in (chips, *(flipped(chips, *f) for f in LEFT_RIGHT))]
        )
        limit = np.quantile(nearest(block_means(real[target]), known), NEAREST_SHARE)
        for flow, transferred in synthetic.items():
            for source in training:
                if source != target:
                    made = transferred(source, target)
                    share = float((nearest(block_means(made), known) < limit).mean())
                    rows.append((flow, source, target, len(made), share))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def copies_finding(table: pd.DataFrame) -> str:
    """Say by kind of training how many chips may be copies, the most first."""
    kinds = table["flow"].str.split("/").str[0]
    means = table.groupby(kinds, sort=False)["nearer_share"].mean()
    most = means.sort_values(ascending=False, kind="stable")
    each = ", ".join(f"{100 * share:.1f} % ({kind})" for kind, share in most.items())
    return (
        f"{each} of the transferred chips are nearer to a training chip of the target than the "
        f"nearest {100 * NEAREST_SHARE:g} % of real held-out chips are (mean over directions and "
        f"trainings; chance gives real ones {100 * NEAREST_SHARE:g} %; more may be copies)."
    )
