"""Stage: localization's networks are compared with linear models, and timed."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.evaluation.fields import VALUES
from pspflow.evaluation.resampling import resamples
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log_table
from pspflow.mechanics.localization import LinearConvolution, Pairs, PhaseMean, Predictor
from pspflow.models.parameters import parameter_count
from pspflow.seeds import generator
from pspflow.studies.composite.localization.accuracy import (
    STRUCTURES_AT_ONCE,
    accuracy_of,
    predict_all,
)
from pspflow.studies.composite.localization.examples import chosen_examples, write_examples
from pspflow.studies.composite.localization.fields import StrainSet
from pspflow.studies.composite.localization.localizers import load_localizer
from pspflow.studies.composite.localization.names import LINEAR, PHASE_MEAN
from pspflow.studies.composite.localization.options import LocalizationOptions
from pspflow.studies.composite.localization.speed import speeds
from pspflow.studies.composite.paths import (
    PhaseTable,
    SplitTable,
    StrainStore,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.training.memory import keep_freed_memory


@stage
def evaluate(
    *,
    weights: NamedWeights,
    structures: StructureStore,
    strain: StrainStore,
    table: StructureTable,
    phases: PhaseTable,
    splits: SplitTable,
    accuracy: Path,
    examples: Path,
    speed: Path,
    options: LocalizationOptions = LocalizationOptions(),
    solver: SolutionOptions = SolutionOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Predict the strains of test structures with networks and linear models; time them.

    Parameters
    ----------
    accuracy
        Parquet table to write: measures of each model over the test structures.
    examples
        Zarr store to write: a few test structures, their true and predicted strains, and voxels
        drawn from all test structures.
    speed
        Parquet table to write: seconds per structure of each model, of CPNet by its gap, and of the
        solver, each with its device and threads.
    options
        Resamples of the intervals.
    solver
        Element and tolerance with which the solver is timed.

    Raises
    ------
    InputError
        If stores and tables do not belong together, or a structure has no solution.
    """
    torch.set_num_threads(threads)
    keep_freed_memory()
    fields = StrainSet.open(structures, strain, table, splits)
    train, test = fields.places("train"), fields.places("test")
    networks = {name: load_localizer(path, device) for name, path in weights.items()}
    predictors: dict[str, Predictor] = {
        PHASE_MEAN: PhaseMean.fit(_pairs(fields, train)),
        LINEAR: LinearConvolution.fit(_pairs(fields, train), fields.macro_strain),
        **networks,
    }
    parameters = {PHASE_MEAN: 2, LINEAR: fields.edge**3}
    parameters |= {name: parameter_count(network) for name, network in networks.items()}

    sums, voxels = predict_all(fields, test, predictors, generator(seed, "localization voxels"))
    specimens = pd.factorize(fields.rows["specimen"].to_numpy()[test])[0]
    draws = resamples(
        np.zeros(specimens.max() + 1), options.resamples, generator(seed, "localization resamples")
    )
    measured = pd.DataFrame(
        {"model": name, "parameters": parameters[name], **accuracy_of(sums[name], specimens, draws)}
        for name in predictors
    )
    log_table(measured[["model", "parameters", *VALUES]].round(4))
    write_table(accuracy, measured, origin)
    timed = speeds(fields, predictors, parameters, read_table(phases), solver, threads, device)
    write_table(speed, timed, origin)
    shown = chosen_examples(fields.rows, test)
    write_examples(examples, fields, shown, predictors, voxels, origin)


def _pairs(fields: StrainSet, places: np.ndarray) -> Pairs:
    return ((ids, strains) for _, ids, strains in fields.batches(places, STRUCTURES_AT_ONCE))
