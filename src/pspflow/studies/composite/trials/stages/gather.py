"""Stage: what is measured of all trials is gathered in one table."""

from pathlib import Path

import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.studies.composite.paths import NamedTrials
from pspflow.studies.composite.trials.tables import named
from pspflow.studies.stage import stage


@stage
def gather(*, measures: NamedTrials, trials: Path, origin: Provenance) -> None:
    """Gather what is measured of all trials.

    Parameters
    ----------
    trials
        Parquet table to write: one row per trial and split, with what varies, network and run.
    """
    parts = [named(name, read_table(path)) for name, path in measures.items()]
    write_table(trials, pd.concat(parts, ignore_index=True), origin)
