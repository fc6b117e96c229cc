"""Stage: the predictions of test structures are measured."""

from pathlib import Path
from typing import get_args

import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log_table
from pspflow.studies.composite.forward.accuracy import MEASURES, errors_of, summary
from pspflow.studies.composite.forward.held_out import held_out
from pspflow.studies.composite.paths import NamedBaselines, NamedPredictions, StiffnessTable
from pspflow.studies.composite.structures.properties import Target
from pspflow.studies.stage import stage


@stage
def accuracy(
    *,
    predictions: NamedPredictions,
    baselines: NamedBaselines,
    stiffness: StiffnessTable,
    accuracy: Path,
    origin: Provenance,
) -> None:
    """Measure the errors of networks and baselines on test structures.

    Parameters
    ----------
    accuracy
        Parquet table to write: one row per model, target, property and run.
    """
    rows = pd.concat(
        errors_of(points, target).assign(target=target, run=run)
        for target, run, points in held_out(predictions, baselines, stiffness)
    )
    table = rows[["model", "target", "property", "run", *MEASURES]].reset_index(drop=True)
    for target in get_args(Target):
        if (table["target"] == target).any():
            log_table(summary(table, target).round(3))
    write_table(accuracy, table, origin)
