"""Stage: curves of all loops, and what active learning saves."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.errors import InputError
from pspflow.io.arrays import get_array, open_store, read_values, reading
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log_table
from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.seeds import generator
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.texture.evaluation.arms import Training
from pspflow.studies.texture.evaluation.curves import curve
from pspflow.studies.texture.evaluation.curves import judge as judged_by
from pspflow.studies.texture.evaluation.efficiency import AT_STOP
from pspflow.studies.texture.evaluation.efficiency import efficiency as efficiencies
from pspflow.studies.texture.evaluation.options import EvaluationOptions
from pspflow.studies.texture.paths import LoopStores, LoopTables, ParameterTable, ProcessWeights
from pspflow.studies.texture.plasticity.tables import Labelled, read_labelled
from pspflow.studies.texture.trained_models import load_process
from pspflow.training.session import prepare

Floats = NDArray[np.float64]


@stage
def compare(
    *,
    histories: LoopTables,
    seconds: LoopTables,
    drawn: LoopStores,
    parameters: ParameterTable,
    judge: ProcessWeights | None = None,
    curves: Path,
    efficiency: Path,
    options: EvaluationOptions = EvaluationOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Collect the curves of all loops; count what active arms save.

    Parameters
    ----------
    histories, seconds, drawn
        Iterations of each loop, how long they took and the textures that its flows drew, as
        ARM/startN=PATH.
    parameters
        Of the test set.
    judge
        A forward model that judges all arms.
    curves
        Parquet table to write: errors and likelihoods by observations.
    efficiency
        Parquet table to write: observations that arms need for an error.
    """
    prepare(threads, seed)
    forward = judge and load_process(judge, device)
    labelled = read_labelled(parameters)
    made = [
        curve(
            Training.of(name),
            read_table(path),
            read_table(seconds[name]),
            _judged(drawn[name], labelled, forward) if forward else None,
        )
        for name, path in histories.items()
    ]
    table = pd.concat(made, ignore_index=True)
    write_table(curves, table, origin)
    found = efficiencies(table, options.resamples, generator(seed, "efficiency"))
    log_table(found[found["at"] == AT_STOP].round(3))
    write_table(efficiency, found, origin)


def _judged(path: Path, labelled: Labelled, forward: MultiOutputGP) -> tuple[Floats, Floats]:
    store = open_store(path)
    place = {int(row): number for number, row in enumerate(labelled.textures)}
    rows = read_values(store, "textures").tolist()
    if unknown := set(rows) - set(place):
        raise InputError(
            f"{path}: test texture {min(unknown)} has no parameters; delete the folder of the loop "
            "and rerun it."
        )
    samples = get_array(store, "samples")
    wanted = labelled.parameters[[place[row] for row in rows]]
    with reading(samples):
        each = (np.asarray(samples[number]) for number in range(samples.shape[0]))
        return judged_by(each, wanted, forward)
