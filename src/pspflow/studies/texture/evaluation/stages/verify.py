"""Stage: the ground truth checks round trips."""

from pathlib import Path

import numpy as np
import pandas as pd

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log_table
from pspflow.mechanics import independent_outputs
from pspflow.seeds import generator
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.texture.evaluation.options import EvaluationOptions
from pspflow.studies.texture.evaluation.verification import (
    OWN_COEFFICIENTS,
    Drawn,
    verified_errors,
)
from pspflow.studies.texture.evaluation.verification import verify as check
from pspflow.studies.texture.loop.round_trips import (
    drawn_textures,
    reached_parameters,
    stream,
)
from pspflow.studies.texture.paths import ParameterTable, TextureStore
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.tables import read_labelled
from pspflow.studies.texture.plasticity.truth import ground_truth
from pspflow.studies.texture.textures.store import open_textures
from pspflow.studies.texture.trained_models import load_flow, load_process
from pspflow.training.session import prepare


@stage
def verify(
    *,
    flows: NamedWeights,
    gps: NamedWeights,
    textures: TextureStore,
    parameters: ParameterTable,
    verified: Path,
    options: EvaluationOptions = EvaluationOptions(),
    truth: PlasticityOptions = PlasticityOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Check round trips of test textures with the ground truth, and how near it can get.

    Parameters
    ----------
    flows, gps
        Flow and forward model of each arm that is checked, as ARM=PATH.
    textures, parameters
        Of the test set.
    verified
        Parquet table to write: one row per drawn texture, and one per test texture whose own
        coefficients are checked.
    truth
        The ground truth.
    """
    prepare(threads, seed)
    labelled = read_labelled(parameters)
    order = generator(seed, "verified").permutation(len(labelled.textures))
    places = np.sort(order[: options.verified])
    rows, wanted = labelled.textures[places], labelled.parameters[places]
    nothing = np.full_like(wanted, np.nan)
    own = pd.DataFrame({"arm": OWN_COEFFICIENTS, "texture": rows, "sample": -1})
    parts = [Drawn(own, open_textures(textures).coefficients[rows], wanted, nothing)]
    count = options.verified_samples
    for arm, path in flows.items():
        samples = drawn_textures(
            load_flow(path, device),
            independent_outputs(wanted),
            count,
            stream(seed, "verified", arm),
        )
        each = samples.reshape(-1, 1, samples.shape[-1]).astype(np.float64)
        predicted = reached_parameters(load_process(gps[arm], device), each).parameters
        drawn = {"arm": arm, "texture": np.repeat(rows, count)}
        drawn["sample"] = np.tile(np.arange(count), len(rows))
        parts.append(
            Drawn(pd.DataFrame(drawn), each[:, 0], np.repeat(wanted, count, axis=0), predicted)
        )
    everything = Drawn(
        pd.concat([each.rows for each in parts], ignore_index=True),
        *(np.concatenate(arrays) for arrays in list(zip(*parts, strict=True))[1:]),
    )
    table = check(ground_truth(truth, threads), everything)
    log_table(verified_errors(table).round(2))
    write_table(verified, table, origin)
