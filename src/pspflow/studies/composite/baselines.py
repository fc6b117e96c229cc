"""Stage of the baselines: stiffness from volume fractions, two-point statistics and latents."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.arrays import open_store, read_values
from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log
from pspflow.mechanics import hill_stiffness
from pspflow.studies.composite import regressors as fit
from pspflow.studies.composite.properties import NORMAL, POSITIONS, TARGETS, Target
from pspflow.studies.composite.regressors import Prediction, Sets
from pspflow.studies.composite.rows import read_split, rows_of
from pspflow.studies.composite.structures import PHASE
from pspflow.studies.composite.two_point import two_point_statistics

BASELINES = (
    "vrh",
    "volume_fraction",
    "two_point_linear",
    "two_point_gpr",
    "vae_linear",
    "vae_mlp",
    "vae_gpr",
    "vae_svr",
)
"""Names of the baselines, in the order of what they know of a structure."""


def baselines(
    *,
    target: Target,
    run: int,
    structures: Path,
    table: Path,
    phases: Path,
    stiffness: Path,
    splits: Path,
    latents: Path,
    predictions: Path,
    seed: int = 0,
) -> None:
    """Predict stiffness without a network of its own, from averages to Gaussian processes.

    Regressions are fitted on the training structures of the run; what they leave open is chosen on
    its validation structures.

    Parameters
    ----------
    target
        Properties to predict: c11, or normal for all six.
    run
        Which random split.
    structures
        Zarr store of the structures.
    table
        Table of the structures, with their volume fractions.
    phases
        Table of the phases' moduli.
    stiffness
        Table of the solved stiffnesses.
    splits
        Table of the splits.
    latents
        Table of the latents of the same run's plain autoencoder.
    predictions
        Parquet table to write: a row a baseline and structure.
    seed
        Seed of draws and of the first weights.
    """
    rows = read_split(splits, run)
    names = rows["structure"].to_numpy()
    values = rows_of(stiffness, names, splits)[list(TARGETS[target])].to_numpy(np.float64)
    fractions = rows_of(table, names, splits)["volume_fraction"].to_numpy(np.float64)
    features = rows_of(latents, names, splits).filter(regex=r"^z\d+$").to_numpy(np.float64)
    position = pd.Index(read_table(table)["structure"]).get_indexer(names)
    voxels = read_values(open_store(structures), PHASE)[position]
    moduli = read_table(phases).sort_values("phase")
    split = rows["split"].to_numpy()
    sets = Sets(np.flatnonzero(split == "train"), np.flatnonzero(split == "validation"))

    inputs: Inputs = {
        "structures": structures,
        "table": table,
        "phases": phases,
        "stiffness": stiffness,
        "splits": splits,
        "latents": latents,
    }
    made = []
    started = time.monotonic()
    hill = averages(fractions, moduli, target)
    for name, prediction in _predictions(hill, fractions, voxels, features, values, sets, seed):
        frame = rows.assign(model=name)
        for i, column in enumerate(TARGETS[target]):
            frame[column] = prediction.mean[:, i]
            frame[f"{column}_sd"] = prediction.sd[:, i]
        made.append(frame)
        log.info("%s: %.1f s", name, time.monotonic() - started)
        started = time.monotonic()
    origin = Provenance.of(f"composite baselines {target} run{run}", inputs, seed=seed)
    write_table(predictions, pd.concat(made, ignore_index=True), origin)


def averages(fractions: np.ndarray, phases: pd.DataFrame, target: Target) -> Prediction:
    """Return the Voigt-Reuss-Hill averages, which need no training.

    Parameters
    ----------
    fractions
        (n,) shares of phase 1.
    phases
        Moduli of phases 0 and 1: columns young_gpa and poisson.
    target
        Properties to return.
    """
    young, poisson = phases["young_gpa"].to_numpy(), phases["poisson"].to_numpy()
    hill = np.stack([hill_stiffness([1 - f, f], young, poisson) for f in fractions])
    places = dict(zip(NORMAL, POSITIONS, strict=True))
    mean = np.stack([hill[:, *places[column]] for column in TARGETS[target]], axis=1)
    return Prediction(mean, np.full_like(mean, np.nan))


def _predictions(
    hill: Prediction,
    fractions: np.ndarray,
    voxels: np.ndarray,
    latents: np.ndarray,
    values: np.ndarray,
    sets: Sets,
    seed: int,
) -> Iterator[tuple[str, Prediction]]:
    """Yield the baselines as they are made."""
    yield "vrh", hill
    yield "volume_fraction", fit.cubic(fractions[:, None], values, sets, seed)
    statistics = two_point_statistics(voxels).reshape(len(voxels), -1)
    scores = fit.principal_components(statistics, sets, seed)
    ridge = fit.leading(fit.ridge, fit.COMPONENTS, scores, values, sets, seed)
    yield "two_point_linear", ridge
    counts = fit.PROCESS_COMPONENTS
    yield "two_point_gpr", fit.leading(fit.gaussian_process, counts, scores, values, sets, seed)
    yield "vae_linear", fit.linear(latents, values, sets, seed)
    yield "vae_mlp", fit.perceptron(latents, values, sets, seed)
    yield "vae_gpr", fit.gaussian_process(latents, values, sets, seed)
    yield "vae_svr", fit.support_vectors(latents, values, sets, seed)
