"""Stage: round trips of a trained flow, and the ranks of the truth among what it draws."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.errors import InputError
from pspflow.evaluation.calibration import ranks_among
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.mechanics import independent_outputs
from pspflow.mechanics.texture import nearest_texture
from pspflow.mechanics.texture.gsh import names
from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.seeds import generator
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.texture.evaluation.arms import Training
from pspflow.studies.texture.evaluation.options import EvaluationOptions
from pspflow.studies.texture.evaluation.verification import parameter_columns
from pspflow.studies.texture.loop.round_trips import (
    drawn_textures,
    error_summary,
    errors_percent,
    reached_parameters,
    stream,
)
from pspflow.studies.texture.paths import (
    FlowWeights,
    ObservedTable,
    ParameterTable,
    ProcessWeights,
    TextureStore,
)
from pspflow.studies.texture.plasticity.tables import read_labelled
from pspflow.studies.texture.textures.store import open_textures
from pspflow.studies.texture.trained_models import load_flow, load_process
from pspflow.training.session import prepare

Floats = NDArray[np.float64]
DRAWS_AT_ONCE: Final = 40_000
"""Drawn textures that are in memory at a time, with their parameters."""


@stage
def trips(
    *,
    training: str,
    flow: FlowWeights,
    gp: ProcessWeights,
    judge: ProcessWeights | None = None,
    observed: ObservedTable,
    textures: TextureStore,
    parameters: ParameterTable,
    trips: Path,
    ranks: Path,
    options: EvaluationOptions = EvaluationOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Make round trips of test textures and of observed candidates; rank the truth.

    Parameters
    ----------
    training
        Arm and start, as ARM/startN.
    gp
        Its own forward model.
    judge
        A forward model that judges all arms.
    textures, parameters
        Of the test set.
    trips
        Parquet table to write: one row per texture, with its errors in percent, the drawn textures
        that have no parameters, the first one's distance from the hull (of some), and the wanted
        and reached parameters.
    ranks
        Parquet table to write: rank of each test texture's coefficients among the drawn ones.

    Raises
    ------
    InputError
        If no test texture, or no observed one, has parameters.
    """
    prepare(threads, seed)
    model = load_flow(flow, device)
    own = load_process(gp, device)
    other = own if judge == gp else judge and load_process(judge, device)
    labelled, candidates = read_labelled(parameters), read_labelled(observed)
    for path, each in ((parameters, labelled), (observed, candidates)):
        if not len(each.textures):
            raise InputError(f"{path}: no texture has parameters; see its column 'failure'.")
    mean = candidates.parameters.mean(axis=0)
    truths = open_textures(textures).coefficients[labelled.textures]
    rng = generator(seed, "round trips", "observed", training)
    kept = np.sort(rng.permutation(len(candidates.textures))[: options.pool_textures])
    sets = {
        "test": (labelled.textures, labelled.parameters),
        "pool": (candidates.textures[kept], candidates.parameters[kept]),
    }
    known = {"own": own} | ({"judged": other} if other else {})
    made, ranked = [], []
    for name, (rows, wanted) in sets.items():
        step = max(1, DRAWS_AT_ONCE // options.samples)
        for low in range(0, len(rows), step):
            part = slice(low, low + step)
            key = stream(seed, "round trips", training, name, low)
            outputs = independent_outputs(wanted[part])
            samples = drawn_textures(model, outputs, options.samples, key).astype(np.float64)
            made.append(_table(name, rows[part], wanted[part], samples, known, mean))
            if name == "test":
                ranked.append(_ranks(rows[part], truths[part], samples))
                distances = [
                    _outside(each) for each in samples[: max(0, options.hull_textures - low), 0]
                ]
                made[-1].loc[: len(distances) - 1, "hull_distance"] = distances
    table = pd.concat(made, ignore_index=True)
    _report(training, table, options.samples)
    write_table(trips, table, origin)
    write_table(ranks, pd.concat(ranked, ignore_index=True), origin)


def _table(
    name: str,
    rows: NDArray[np.int64],
    wanted: Floats,
    samples: Floats,
    forward: dict[str, MultiOutputGP],
    mean: Floats,
) -> pd.DataFrame:
    found = {who: reached_parameters(model, samples) for who, model in forward.items()}
    by_judge = found.get("judged")
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "set": name,
                    "texture": rows,
                    "error_own": errors_percent(found["own"].parameters, wanted),
                    "error_judged": errors_percent(by_judge.parameters, wanted)
                    if by_judge
                    else np.nan,
                    "error_mean": errors_percent(mean[None], wanted),
                    "unphysical_own": found["own"].left_out,
                    "unphysical_judged": by_judge.left_out if by_judge else 0,
                    "hull_distance": np.nan,
                }
            ),
            parameter_columns("wanted", wanted),
            parameter_columns("reached", (by_judge or found["own"]).parameters),
        ],
        axis=1,
    )


def _ranks(rows: NDArray[np.int64], truths: Floats, samples: Floats) -> pd.DataFrame:
    """Rank the coefficients of textures, without those of which a drawn one is no number."""
    valid = np.isfinite(samples).all(axis=(1, 2))
    if not valid.all():
        log.warning("%d textures are left out of the ranks: a drawn one is NaN.", (~valid).sum())
    ranks = ranks_among(truths[valid], samples[valid])
    return pd.DataFrame(
        {
            "texture": np.repeat(rows[valid], ranks.shape[1]),
            "coefficient": np.tile(names(), len(ranks)),
            "rank": ranks.ravel(),
        }
    )


def _outside(coefficients: Floats) -> float:
    """Return the distance from the hull, 0 inside it; infinite for what is no number."""
    if not np.isfinite(coefficients).all():
        return float("inf")
    return nearest_texture(coefficients).outside


def _report(training: str, table: pd.DataFrame, samples: int) -> None:
    test = table[table["set"] == "test"]
    mean, worst = error_summary(test["error_own"].to_numpy())
    log.info(
        "%s: mean error %.2f %%, 95 %% below %.2f %%, by its own forward model; %d of %d drawn "
        "textures have no parameters; %.0f %% of those checked lie outside the hull.",
        Training.of(training).arm,
        mean,
        worst,
        table["unphysical_own"].sum(),
        samples * len(table),
        100 * (test["hull_distance"].dropna() > 0).mean(),
    )
