"""A small study, as a run leaves it: sets of textures, parameters, and the models of a loop."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.tables import write_table
from pspflow.mechanics import anisotropy_parameters, independent_outputs
from pspflow.mechanics.texture import draw_recipes, make_candidates, texture_index
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.flow_training import train_flow
from pspflow.models.texture.multi_output_gp import fit_gp
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.tables import parameter_table
from pspflow.studies.texture.textures.store import open_textures, texture_names, write_recipes
from pspflow.studies.texture.trained_models import save_flow, save_process

GRAINS, POOL, TEST, OBSERVED = 24, 200, 12, 60
SIZES = {"coefficients": 36, "properties": 35, "blocks": 4, "width": 16}
ORIGIN = Provenance("texture test", {}, 0, {})
TRUTH = {"truth": PlasticityOptions().truth.model_dump(mode="json")}


def _write_set(study, name, singles, mixtures, seed):
    recipes = draw_recipes(singles, mixtures, 4, np.random.default_rng(seed))
    made = make_candidates(recipes, GRAINS)
    folder = study / "textures" / name
    write_recipes(folder / "textures.zarr", recipes, made.coefficients, GRAINS, ORIGIN)
    names = list(texture_names(len(made.weights), name))
    columns = {
        "texture": np.arange(len(names)),
        "name": names,
        "crystals": (recipes.shares > 0).sum(axis=1),
        "half_width_deg": np.degrees(recipes.half_widths_rad),
        "texture_index": texture_index(made.coefficients),
    }
    write_table(folder / "textures.parquet", pd.DataFrame(columns), ORIGIN)
    return open_textures(folder / "textures.zarr"), names


def _labels(textures, rows):
    return np.array([anisotropy_parameters(*textures.symmetric_grains(int(row))) for row in rows])


@pytest.fixture(scope="session")
def small_study(tmp_path_factory):
    """Return the folder of a study: sets, parameters, and the models of the active arm."""
    study = tmp_path_factory.mktemp("run") / "texture"
    pool, names = _write_set(study, "pool", 30, POOL - 30, 0)
    test, test_names = _write_set(study, "test", 2, TEST - 2, 1)
    every = np.arange(TEST)
    table = parameter_table(every, test_names, _labels(test, every), [""] * TEST)
    write_table(study / "plasticity/test/parameters.parquet", table, ORIGIN)

    rows = np.random.default_rng(2).permutation(POOL)[:OBSERVED]
    known = _labels(pool, rows)
    observed = parameter_table(rows, [names[row] for row in rows], known, [""] * OBSERVED)
    observed = observed.drop(columns="name").assign(order=np.arange(OBSERVED), iteration=0)
    loop = study / "loop/active/start0"
    learned = {"textures pool": fingerprint(study / "textures/pool/textures.zarr")}
    made = Provenance("texture test", TRUTH, 0, learned)
    write_table(loop / "observed.parquet", observed, made)
    textures, outputs = pool.coefficients[rows], independent_outputs(known)
    process = fit_gp(textures, outputs, seed=0, reference=pool.coefficients, iterations=15)
    save_process(loop / "gp.safetensors", process, textures, outputs, ORIGIN)

    posterior = process.predict(pool.coefficients)
    flow = ConditionalFlow(**SIZES, seed=0)
    drawn = [torch.from_numpy(each).float() for each in (pool.coefficients, posterior.mean())]
    flow.standardise(*drawn)
    train_flow(flow, pool.coefficients, posterior.sampler(0), epochs=8, seed=0)
    save_flow(loop / "flow.safetensors", flow, SIZES, ORIGIN)
    return study
