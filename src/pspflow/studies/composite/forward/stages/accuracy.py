"""Stage: the predictions of test structures are measured."""

from pathlib import Path
from typing import get_args

import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log, log_table
from pspflow.studies.composite.forward.accuracy import MEASURES, errors_of, nearly_none, summary
from pspflow.studies.composite.forward.held_out import held_out
from pspflow.studies.composite.paths import NamedBaselines, NamedPredictions, StiffnessTable
from pspflow.studies.composite.structures.properties import TARGETS, Target
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
    parts = []
    for target, run, points in held_out(predictions, baselines, stiffness):
        parts.append(errors_of(points, target).assign(target=target, run=run))
        for column in TARGETS[target]:
            solved = points.drop_duplicates("structure")[f"{column}_solved"]
            if left := int(nearly_none(solved).sum()):
                log.warning(
                    "Run %d: %d of %d test structures have nearly no %s, below 1 %% of the mean, "
                    "and are left out of its mean relative error",
                    *(run, left, len(solved), column),
                )
    rows = pd.concat(parts)
    table = rows[["model", "target", "property", "run", *MEASURES]].reset_index(drop=True)
    for target in get_args(Target):
        if (table["target"] == target).any():
            log_table(summary(table, target).round(3))
    write_table(accuracy, table, origin)
