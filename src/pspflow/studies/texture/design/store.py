"""Tables and stores of targets and designs."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.io.arrays import new_store, open_store, put_array, read_values
from pspflow.io.artefacts import Provenance, replacing
from pspflow.io.textures.mtex import write_orientations
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.mechanics.texture.gsh import names
from pspflow.studies.texture.design.designs import Proposed, Texture
from pspflow.studies.texture.design.quantities import Floats
from pspflow.studies.texture.design.reach import Reach
from pspflow.studies.texture.design.targets import Target
from pspflow.studies.texture.loop.round_trips import parameters_of
from pspflow.studies.texture.textures.store import (
    COEFFICIENTS,
    ORIENTATIONS,
    WEIGHTS,
    Grains,
)

FIRST: Final = "first"
"""Array of the first grain of each texture, since textures have different numbers of them."""


def target_table(
    targets: Sequence[Target],
    proposed: Mapping[str, Proposed],
    unreachable: Mapping[str, Reach] | None = None,
) -> pd.DataFrame:
    """Make the table of targets: one row per quantity of each.

    Columns: target, kind, texture (row of the test texture, -1 for other kinds), quantity, wanted
    (NaN for what was completed), completed_mean and completed_sd (over what the flow was given; NaN
    for r-values), reachable (the nearest value that the pool reaches; NaN for what is completed),
    reachable_error_percent and pool_error_percent (of the nearest that the pool reaches by
    mixtures and by one texture), candidates, and outside (those that were moved into the hull).
    One that no texture comes near has 0 candidates, and rows for what is wanted alone.
    """
    parts = []
    for target in targets:
        if unreachable and target.name in unreachable:
            parts.append(_unreachable(target, unreachable[target.name]))
            continue
        found = proposed[target.name]
        reached = dict(zip(target.names, found.reach.numbers.tolist(), strict=True))
        given = parameters_of(found.outputs)
        every = [*PARAMETER_NAMES, *(name for name in target.names if name not in PARAMETER_NAMES)]
        blank = np.full(len(every) - len(PARAMETER_NAMES), np.nan)
        parts.append(
            pd.DataFrame(
                {
                    "target": target.name,
                    "kind": target.kind,
                    "texture": target.texture,
                    "quantity": every,
                    "wanted": [target.wanted.get(name, np.nan) for name in every],
                    "completed_mean": np.concatenate([given.mean(axis=0), blank]),
                    "completed_sd": np.concatenate([given.std(axis=0), blank]),
                    "reachable": [reached.get(name, np.nan) for name in every],
                    "reachable_error_percent": found.reach.error_percent,
                    "pool_error_percent": found.reach.texture_error_percent,
                    "candidates": len(found.outputs),
                    "outside": found.outside,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _unreachable(target: Target, reach: Reach) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "target": target.name,
            "kind": target.kind,
            "texture": target.texture,
            "quantity": list(target.names),
            "wanted": target.numbers,
            "completed_mean": np.nan,
            "completed_sd": np.nan,
            "reachable": reach.numbers,
            "reachable_error_percent": reach.error_percent,
            "pool_error_percent": reach.texture_error_percent,
            "candidates": 0,
            "outside": 0,
        }
    )


def targets_of_table(table: pd.DataFrame) -> list[Target]:
    """Read targets from the table that `target_table` makes."""
    targets = []
    for name, rows in table.groupby("target", sort=False):
        known = rows[rows["wanted"].notna()]
        wanted = dict(zip(known["quantity"], known["wanted"].tolist(), strict=True))
        first = rows.iloc[0]
        targets.append(Target(str(name), first["kind"], wanted, int(first["texture"])))
    return targets


def write_designs(path: Path, textures: Sequence[Texture], origin: Provenance) -> None:
    """Write textures, in the order of their table.

    Textures have different numbers of grains: those of texture i are from `first[i]` up to
    `first[i + 1]`.
    """
    sizes = [len(each.grains.weights) for each in textures]
    with new_store(path, origin) as store:
        store.attrs["coefficient_names"] = list(names())
        coefficients = np.array([each.coefficients for each in textures])
        put_array(store, COEFFICIENTS, coefficients, ("design", "coefficient"), "1")
        put_array(store, FIRST, np.cumsum([0, *sizes]), ("bound",), "1")
        orientations = np.concatenate([each.grains.orientations for each in textures])
        put_array(store, ORIENTATIONS, orientations, ("grain", "angle"), "rad")
        weights = np.concatenate([each.grains.weights for each in textures])
        put_array(store, WEIGHTS, weights, ("grain",), "1")


def read_designs(path: Path) -> tuple[Floats, list[Grains]]:
    """Read coefficients `n x 36` and orientations of designs, in the order of their table."""
    store = open_store(path)
    first: NDArray[np.int64] = read_values(store, FIRST)
    orientations, weights = read_values(store, ORIENTATIONS), read_values(store, WEIGHTS)
    grains = [
        Grains(orientations[low:high], weights[low:high]) for low, high in pairwise(first.tolist())
    ]
    return read_values(store, COEFFICIENTS), grains


def write_texts(folder: Path, table: pd.DataFrame, textures: Sequence[Texture]) -> None:
    """Write the orientations of designs as text that MTEX reads: TARGET_RANK.txt.

    Parameters
    ----------
    folder
        Folder to make.
    table
        As of `designs.table_of`.
    textures
        In the order of the table.
    """
    with replacing(folder) as staged:
        staged.mkdir()
        for place, row in enumerate(table.itertuples()):
            if row.origin == "design":
                grains = textures[place].grains
                write_orientations(staged / f"{row.target}_{row.rank}.txt", *grains)
