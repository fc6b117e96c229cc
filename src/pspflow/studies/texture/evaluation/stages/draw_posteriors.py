"""Stage: posteriors of three test textures."""

from pathlib import Path

import numpy as np

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.logs import log
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.texture.evaluation.posteriors import (
    KINDS,
    Posteriors,
    choose,
    draw_posterior,
    write_posteriors,
)
from pspflow.studies.texture.evaluation.verification import columns
from pspflow.studies.texture.paths import TextureStore, TripTable
from pspflow.studies.texture.textures.store import open_textures
from pspflow.studies.texture.trained_models import load_flow
from pspflow.training.session import prepare


@stage
def draw_posteriors(
    *,
    trips: TripTable,
    flows: NamedWeights,
    textures: TextureStore,
    posteriors: Path,
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Draw textures of every arm for three test textures, chosen by a rule.

    Parameters
    ----------
    trips
        Round trips of the active arm, by which they are chosen.
    flows
        Flow of every arm, as ARM=PATH.
    textures
        The test set.
    posteriors
        Zarr store to write.
    """
    prepare(threads, seed)
    table = read_table(trips)
    table = table[table["set"] == "test"].reset_index(drop=True)
    coefficients = open_textures(textures).coefficients[table["texture"]]
    errors = table["error_judged"].fillna(table["error_own"]).to_numpy(np.float64)
    places = choose(coefficients, errors)
    for kind, place in zip(KINDS, places, strict=True):
        log.info(
            "Target %s: test texture %d, error %.2f %%.",
            kind,
            table["texture"][place],
            errors[place],
        )
    wanted = table.loc[places, list(columns("wanted"))].to_numpy(np.float64)
    drawn = {
        arm: draw_posterior(load_flow(path, device), wanted, seed, arm)
        for arm, path in flows.items()
    }
    found = Posteriors(
        list(drawn),
        table["texture"][places].tolist(),
        errors[places].tolist(),
        coefficients[places],
        np.stack([samples for samples, _ in drawn.values()]),
        np.stack([densities for _, densities in drawn.values()]),
    )
    write_posteriors(posteriors, found, origin)
