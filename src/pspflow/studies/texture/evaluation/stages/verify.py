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
    verified_errors,
)
from pspflow.studies.texture.evaluation.verification import verify as check
from pspflow.studies.texture.loop.round_trips import drawn_textures, stream
from pspflow.studies.texture.paths import ParameterTable, TextureStore
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.tables import read_labelled
from pspflow.studies.texture.plasticity.truth import ground_truth
from pspflow.studies.texture.textures.store import open_textures
from pspflow.studies.texture.trained_models import load_flow
from pspflow.training.session import prepare


@stage
def verify(
    *,
    flows: NamedWeights,
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
    flows
        Flow of each arm that is checked, as ARM=PATH.
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
    tables = [pd.DataFrame({"arm": OWN_COEFFICIENTS, "texture": rows, "sample": -1})]
    coefficients, asked = [open_textures(textures).coefficients[rows]], [wanted]
    for arm, path in flows.items():
        flow = load_flow(path, device)
        samples = drawn_textures(
            flow,
            independent_outputs(wanted),
            options.verified_samples,
            stream(seed, "verified", arm),
        ).astype(np.float64)
        tables.append(
            pd.DataFrame(
                {
                    "arm": arm,
                    "texture": np.repeat(rows, options.verified_samples),
                    "sample": np.tile(np.arange(options.verified_samples), len(rows)),
                }
            )
        )
        coefficients.append(samples.reshape(-1, samples.shape[-1]))
        asked.append(np.repeat(wanted, options.verified_samples, axis=0))
    table = check(
        ground_truth(truth, threads),
        pd.concat(tables, ignore_index=True),
        np.concatenate(coefficients),
        np.concatenate(asked),
    )
    log_table(verified_errors(table).round(2))
    write_table(verified, table, origin)
