"""Stage: the shares of the stiffness are joined."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.arrays import read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite.paths import StructureTable
from pspflow.studies.composite.structures.properties import NORMAL, POSITIONS
from pspflow.studies.composite.structures.solved_stores import STIFFNESS, open_set
from pspflow.studies.paths import ShardStores
from pspflow.studies.stage import stage


@stage
def merge_stiffness(
    *, shards: ShardStores, table: StructureTable, stiffness: Path, origin: Provenance
) -> None:
    """Join the shares of the solver's work into a table of stiffness, one row per structure.

    Parameters
    ----------
    stiffness
        Parquet table to write: components of the stiffness in GPa.

    Raises
    ------
    InputError
        If the shares are not those of one set, made with the same options.
    """
    names = read_table(table)["structure"]
    stores, whole = open_set(shards, stiffness, origin.stage, len(names))
    blocks = np.concatenate([read_values(store, STIFFNESS) for store in stores])
    values = {name: blocks[:, row, col] for name, (row, col) in zip(NORMAL, POSITIONS, strict=True)}
    write_table(stiffness, pd.DataFrame({"structure": names, **values}), whole)
