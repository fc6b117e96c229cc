"""In how many directions transferred chips are as near to real ones as rulers say, by measure."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from pspflow.studies.temper.transfer.plausibility import (
    BELOW_ZERO,
    DENSITY,
    FLOOR,
    OTHERS,
    RULERS,
    SOURCE,
)

CLOSER, NEAR, NEAR_TWICE, FLOORED = (
    "closer than the source",
    "at most as far as other specimens",
    "at most twice as far as other specimens",
    "at most twice the floor",
)
EXCEPT: Final = "not closer than the source"
COUNTED: Final = {
    CLOSER: "closer to real chips of the target than their untransferred sources are",
    NEAR: "at most as far from real chips of the target as real chips of other specimens are",
    FLOORED: "at most twice as far from real chips of the target as halves of these are from "
    "each other",
}
"""What a count says, in a sentence."""


def rulers_met(wide: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count directions, by variant and measure.

    Parameters
    ----------
    wide
        Measure, its table with one row per direction and one column per variant or ruler.

    Returns
    -------
    DataFrame
        `variant`, `measure`, `directions`, the counts `CLOSER`, `NEAR`, `NEAR_TWICE` and `FLOORED`,
        and `EXCEPT`: the directions that are not closer. NaN where a ruler was not measured, or
        where twice a floor near 0 means nothing.
    """
    rows = []
    for variant in (name for name in next(iter(wide.values())) if name not in RULERS):
        for measure, table in wide.items():
            made = table[variant]
            closer = made < table[SOURCE]
            others = table.get(OTHERS)
            floored = FLOOR in table and measure not in (*BELOW_ZERO, DENSITY)
            rows.append(
                {
                    "variant": variant,
                    "measure": measure,
                    "directions": len(table),
                    CLOSER: closer.sum(),
                    NEAR: np.nan if others is None else (made <= others).sum(),
                    NEAR_TWICE: np.nan if others is None else (made <= 2 * others).sum(),
                    FLOORED: (made <= 2 * table[FLOOR]).sum() if floored else np.nan,
                    EXCEPT: ", ".join(table.index[~closer]) or "none",
                }
            )
    return pd.DataFrame(rows)


def rulers_findings(counts: pd.DataFrame) -> list[str]:
    """Say for each ruler how many directions and measures meet it, the fewest first."""
    said = []
    for column, words in COUNTED.items():
        known = counts.dropna(subset=column)
        if known.empty:
            continue
        totals = known.groupby("variant", sort=False)[[column, "directions"]].sum()
        (total,) = set(totals["directions"])
        ordered = totals[column].astype(int).sort_values(kind="stable")
        shares = ", ".join(
            f"{count} ({', '.join(them.index)})"
            for count, them in ordered.groupby(ordered, sort=False)
        )
        never = known.groupby("measure", sort=False)[column].max() == 0
        lacking = f"; by no variant by {'; '.join(never.index[never])}" if never.any() else ""
        said.append(
            f"{shares} of {total} distances ({known['measure'].nunique()} measures in "
            f"{known['directions'].iloc[0]} directions): transferred chips are {words}{lacking}."
        )
    return said
