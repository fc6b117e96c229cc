"""Stage: what is measured of all trials is gathered in one table."""

from pathlib import Path

import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite.trials.tables import named
from pspflow.studies.paths import NamedTables
from pspflow.studies.stage import stage


@stage
def gather(*, measures: NamedTables, trials: Path, origin: Provenance) -> None:
    """Gather what is measured of all trials.

    Parameters
    ----------
    measures
        Measures of the trials of every set and run, SET/runN.
    trials
        Parquet table to write: one row per trial and split, with what varies, network and run.
    """
    parts = [
        named(str(name), rows.drop(columns="trial").reset_index(drop=True))
        for path in measures.values()
        for name, rows in read_table(path).groupby("trial", sort=False)
    ]
    write_table(trials, pd.concat(parts, ignore_index=True), origin)
