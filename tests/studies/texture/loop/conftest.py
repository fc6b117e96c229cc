"""A small pool, and a cheap ground truth as a class of the user's."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.mechanics.texture import draw_recipes, make_candidates
from pspflow.studies.texture.loop.options import LoopOptions
from pspflow.studies.texture.loop.stages.run import run
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.tables import parameter_table
from pspflow.studies.texture.plasticity.truth import ground_truth
from pspflow.studies.texture.textures.store import open_textures, texture_names, write_recipes

ORIGIN = Provenance("test", {}, 0, {})
SIZES = {"pool": 60, "validation": 12, "test": 20}
GRAINS = 24
CLASS = """
import numpy as np

from pspflow.mechanics import all_outputs
from pspflow.mechanics.texture import coefficients

FAILS = set()


class Cheap:
    def anisotropy_parameters(self, orientations, weights):
        given = coefficients(orientations, weights)
        if round(float(given[0]), 6) in FAILS:
            raise ArithmeticError("no equilibrium")
        slopes = np.random.default_rng(0).standard_normal((len(given), 35)) / 12
        free = np.tanh(given @ slopes)
        return all_outputs(np.concatenate([1 + 0.2 * free[:17], -0.5 + 0.2 * free[17:]]))
"""
TRUTH = PlasticityOptions(source="python", python="cheap_truth:Cheap")
OPTIONS = LoopOptions.model_validate(
    {
        "first": 6,
        "flow_every": 3,
        "batch": 3,
        "most_observations": 15,
        "random_observations": 24,
        "trip_textures": 5,
        "trip_samples": 4,
        "gp": {"iterations": 5},
        "flow": {"blocks": 2, "width": 8, "epochs": 2, "warm_epochs": 1},
    }
)


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """Write the sets and, of validation and test, the parameters; return their folder."""
    folder = tmp_path_factory.mktemp("textures")
    (folder / "cheap_truth.py").write_text(CLASS)
    sys.path.insert(0, str(folder))
    truth = ground_truth(TRUTH)
    for number, (name, size) in enumerate(SIZES.items()):
        recipes = draw_recipes(size // 3, size - size // 3, 4, np.random.default_rng(number))
        made = make_candidates(recipes, GRAINS)
        write_recipes(folder / f"{name}.zarr", recipes, made.coefficients, GRAINS, ORIGIN)
        names = list(texture_names(size, name))
        rows = pd.DataFrame({"texture": np.arange(size), "name": names})
        write_table(folder / f"{name}.parquet", rows, ORIGIN)
        textures = open_textures(folder / f"{name}.zarr")
        found = truth.parameters([textures.symmetric_grains(t) for t in range(size)], names)
        failures = [found.failures.get(place, "") for place in range(size)]
        table = parameter_table(np.arange(size), names, found.parameters, failures)
        write_table(folder / f"{name}-parameters.parquet", table, ORIGIN)
    yield folder
    sys.path.remove(str(folder))


def inputs(data: Path) -> dict:
    """Name the inputs of a loop."""
    return {
        "textures": {name: data / f"{name}.zarr" for name in SIZES},
        "table": data / "pool.parquet",
        "parameters": {name: data / f"{name}-parameters.parquet" for name in SIZES},
    }


@pytest.fixture(scope="session")
def looped(data):
    """Return a function that runs a loop into a folder."""

    def looped(made, arm="active", **more):
        given = {**inputs(data), "options": OPTIONS, "truth": TRUTH, "device": "cpu", **more}
        run(arm=arm, made=made, **given)
        return made

    return looped
