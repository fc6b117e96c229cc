"""Stage: structures are split into training, validation and test, before anything is learned."""

from pathlib import Path

import pandas as pd

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.seeds import generator
from pspflow.studies.composite.paths import StructureTable
from pspflow.studies.composite.structures.options import StructureSplitOptions
from pspflow.studies.composite.structures.splits import draw, spared
from pspflow.studies.stage import Seed, stage


@stage
def split(
    *,
    table: StructureTable,
    splits: Path,
    options: StructureSplitOptions = StructureSplitOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Decide which structures are for training, validation and test, once for every run.

    Parameters
    ----------
    splits
        Parquet table to write: run, structure, split (train, validation, test, spare).
    options
        Shares, and the number of runs.

    Raises
    ------
    InputError
        If there are fewer specimens than splits.
    """
    rows = read_table(table)
    count, wanted = rows["specimen"].nunique(), sum(share > 0 for share in options.shares.values())
    if count < wanted:
        raise InputError(
            f"{table}: {count} specimens cannot be split into {wanted} parts; add specimens, or "
            "give each structure a specimen of its own where they are independent."
        )
    most = {"train": options.most_training, "validation": options.most_validation}

    def drawn(run: int) -> pd.DataFrame:
        parts = draw(rows, options.shares, generator(seed, "composite split", run))
        for part, count in most.items():
            parts = spared(parts, rows["specimen"], part, count)
        return pd.DataFrame({"run": run, "structure": rows["structure"], "split": parts})

    write_table(splits, pd.concat(map(drawn, range(options.runs))), origin)
