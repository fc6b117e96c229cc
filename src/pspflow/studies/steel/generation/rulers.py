"""Whether generated chips are farther from real test chips than the rulers are: counts."""

from typing import Final

import pandas as pd

from pspflow.studies.steel.generation.baseline import set_name
from pspflow.studies.steel.generation.distances import (
    COVERAGE,
    DENSITY,
    FLOOR,
    KID,
    NEIGHBOUR,
    OTHERS,
)
from pspflow.studies.steel.generation.making import PRIOR

FACTORS: Final = {NEIGHBOUR: 1, OTHERS: 1, FLOOR: 2}
"""How many times a ruler generated chips are compared with."""
NAMES: Final = {
    NEIGHBOUR: "chips of a neighbouring domain",
    OTHERS: "real training chips",
    FLOOR: "twice the floor",
}


def ruler_table(distances: pd.DataFrame, models: list[str]) -> pd.DataFrame:
    """Count the domains in which generated chips are farther than each ruler.

    Parameters
    ----------
    distances
        See `distances.tabulate`.
    models
        Models of codes.

    Returns
    -------
    DataFrame
        `code_model`, `measure`, `ruler`, `domains`, `farther`, and `apart`: in how many of these
        the intervals of both do not overlap.
    """
    spatial = distances[~distances["measure"].str.startswith((DENSITY, COVERAGE))]
    rows = []
    for model in models:
        for measure, part in spatial.groupby("measure", sort=False):
            by_name = {name: each.set_index("domain") for name, each in part.groupby("made")}
            made = by_name.get(set_name(f"{model}/all", PRIOR))
            for ruler, factor in FACTORS.items():
                # of equal sets KID is 0 on average, and twice that no ruler
                if made is None or ruler not in by_name or (ruler == FLOOR and measure == KID):
                    continue
                pair = made.merge(
                    by_name[ruler], left_index=True, right_index=True, suffixes=("", "_ruler")
                )
                farther = pair["value"] > factor * pair["value_ruler"]
                apart = pair["low"] > factor * pair["high_ruler"]
                counts = (len(pair), int(farther.sum()), int((farther & apart).sum()))
                rows.append((model, str(measure), ruler, *counts))
    columns = ["code_model", "measure", "ruler", "domains", "farther", "apart"]
    return pd.DataFrame(rows, columns=columns)
