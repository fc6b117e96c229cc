"""Stage: a set of textures is simulated."""

from pathlib import Path

import numpy as np

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log, progress
from pspflow.studies.stage import Seed, stage
from pspflow.studies.texture.textures.options import SetName, SimulatedTexturesOptions
from pspflow.studies.texture.textures.sets import (
    CRYSTALS,
    batches_of_coefficients,
    draw_set,
    set_table,
)
from pspflow.studies.texture.textures.store import write_recipes


@stage
def simulate(
    *,
    name: SetName = "pool",
    textures: Path,
    table: Path,
    options: SimulatedTexturesOptions = SimulatedTexturesOptions(),
    seed: Seed = 0,
    origin: Provenance,
) -> None:
    """Simulate a set of textures: single crystals and mixtures of crystals, with a spread.

    Parameters
    ----------
    name
        Name of the set: `pool` of candidates, `validation` or `test`.
    textures
        Zarr store to write: coefficients, and what the textures are mixed from.
    table
        Parquet table to write: one row per texture.
    options
        Numbers of textures, crystals, spread and grains.
    """
    recipes = draw_set(name, options, seed)
    count = len(recipes.shares)
    made = batches_of_coefficients(recipes, options.grains)
    batches = progress(made, count, f"textures of set {name}", "texture", len)
    coefficients = np.concatenate(list(batches))
    write_recipes(textures, recipes, coefficients, options.grains, origin)
    rows = set_table(name, recipes, coefficients)
    write_table(table, rows, origin)
    log.info("Simulated %d textures, %d of them of one crystal", count, (rows[CRYSTALS] == 1).sum())
