"""Stage: baselines predict the stiffness."""

import time
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.evaluation.regressors import Sets
from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log
from pspflow.studies.composite.forward.baselines import BASELINES, Known
from pspflow.studies.composite.paths import (
    NamedLatents,
    PhaseTable,
    SplitTable,
    StiffnessTable,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.properties import TARGETS, Target
from pspflow.studies.composite.structures.rows import read_split, rows_of
from pspflow.studies.composite.structures.sets import PHASE
from pspflow.studies.stage import Index, Seed, stage


@stage
def baselines(
    *,
    target: Target,
    run: Index,
    structures: StructureStore,
    table: StructureTable,
    phases: PhaseTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    latents: NamedLatents,
    predictions: Path,
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Predict the stiffness without a network of its own, from averages to Gaussian processes.

    Regressions are fitted on the training structures of the run; what they leave open is chosen on
    its validation structures.

    Parameters
    ----------
    target
        Properties to predict: c11, or normal for all six.
    run
        Number of the random split. The latents are those of its plain autoencoders.
    predictions
        Parquet table to write: one row per baseline and structure.
    """
    rows = read_split(splits, run)
    names = rows["structure"].to_numpy()
    split = rows["split"].to_numpy()
    position = pd.Index(read_table(table)["structure"]).get_indexer(names)
    known = Known(
        target=target,
        values=rows_of(stiffness, names, splits)[list(TARGETS[target])].to_numpy(np.float64),
        fractions=rows_of(table, names, splits)["volume_fraction"].to_numpy(np.float64),
        moduli=read_table(phases).sort_values("phase"),
        voxels=read_values(open_store(structures), PHASE)[position],
        latents={
            autoencoder: rows_of(path, names, splits).filter(regex=r"^z\d+$").to_numpy(np.float64)
            for autoencoder, path in latents.items()
        },
        sets=Sets(np.flatnonzero(split == "train"), np.flatnonzero(split == "validation")),
        seed=seed,
    )
    made = []
    for name, baseline in BASELINES.items():
        if baseline.autoencoder and baseline.autoencoder not in latents:
            continue
        started = time.monotonic()
        prediction = baseline.predict(known)
        frame = rows.assign(model=name)
        for i, column in enumerate(TARGETS[target]):
            frame[column] = prediction.mean[:, i]
            frame[f"{column}_sd"] = prediction.sd[:, i]
        made.append(frame)
        log.info("%s: %.1f s", name, time.monotonic() - started)
    write_table(predictions, pd.concat(made, ignore_index=True), origin)
