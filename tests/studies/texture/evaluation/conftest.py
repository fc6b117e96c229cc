"""A test set, loops that are made up, and a ground truth that knows coefficients alone."""

import sys
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.mechanics import all_outputs
from pspflow.mechanics.texture import draw_recipes, make_candidates
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.multi_output_gp import fit_gp
from pspflow.studies.texture.evaluation.options import EvaluationOptions
from pspflow.studies.texture.evaluation.stages.compare import compare
from pspflow.studies.texture.evaluation.stages.draw_posteriors import draw_posteriors
from pspflow.studies.texture.evaluation.stages.trips import trips
from pspflow.studies.texture.evaluation.stages.verify import verify
from pspflow.studies.texture.loop.outputs import (
    write_history,
    write_observed,
    write_trips,
)
from pspflow.studies.texture.loop.state import Observation
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.tables import parameter_table
from pspflow.studies.texture.textures.store import texture_names, write_recipes
from pspflow.studies.texture.trained_models import save_flow, save_process

ORIGIN = Provenance("test", {}, 0, {})
POOL, TEST, GRAINS = 50, 30, 24
SIZES = {"coefficients": 36, "properties": 35, "blocks": 2, "width": 8}
OPTIONS = EvaluationOptions(
    samples=20, pool_textures=8, hull_textures=2, verified=2, verified_samples=1, resamples=100
)
TRUTH = PlasticityOptions(source="python", python="smooth_truth:Smooth")
CLASS = """
import numpy as np

from pspflow.mechanics import all_outputs
from pspflow.mechanics.texture import coefficients


class Smooth:
    def anisotropy_parameters(self, orientations, weights):
        return all_outputs(outputs(coefficients(orientations, weights)))


def outputs(given):
    slopes = np.random.default_rng(0).standard_normal((36, 35)) / 12
    free = 0.2 * np.tanh(given @ slopes)
    return free + np.where(np.arange(35) < 17, 1, -0.5)
"""
TRAININGS = {
    **{f"active/start{start}": (6, 12, 18) for start in range(2)},
    **{f"random/start{start}": (6, 12, 18, 36) for start in range(2)},
    **{f"active_warm/start{start}": (6, 12, 18) for start in range(2)},
    "full/start0": (POOL,),
}


@pytest.fixture(scope="session")
def smooth(tmp_path_factory):
    """Write the ground truth; return its function from coefficients to independent outputs."""
    folder = tmp_path_factory.mktemp("truth")
    (folder / "smooth_truth.py").write_text(CLASS)
    sys.path.insert(0, str(folder))
    yield import_module("smooth_truth").outputs
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def run(tmp_path_factory, smooth):
    """Write textures, parameters and loops; return their folder."""
    folder = tmp_path_factory.mktemp("evaluation")
    made = {}
    for number, (name, size) in enumerate({"pool": POOL, "test": TEST}.items()):
        recipes = draw_recipes(size // 3, size - size // 3, 4, np.random.default_rng(number))
        coefficients = make_candidates(recipes, GRAINS).coefficients
        write_recipes(folder / f"{name}.zarr", recipes, coefficients, GRAINS, ORIGIN)
        made[name] = (coefficients, smooth(coefficients))
    names = list(texture_names(TEST, "test"))
    failures = ["", "no equilibrium", *[""] * (TEST - 2)]
    parameters = all_outputs(made["test"][1])
    parameters[1] = np.nan
    table = parameter_table(np.arange(TEST), names, parameters, failures)
    write_table(folder / "parameters.parquet", table, ORIGIN)
    write_table(folder / "pool.parquet", pd.DataFrame({"texture": range(POOL)}), ORIGIN)
    for seed, (name, steps) in enumerate(TRAININGS.items()):
        loop(folder / name, seed, name.partition("/")[0], steps, made)
    return folder


def loop(folder, seed, arm, steps, made):
    """Write the files of a loop: a flow that draws from the pool, and a process fitted to it."""
    rng = np.random.default_rng(seed)
    textures, outputs = made["pool"]
    rows = rng.permutation(POOL)[: steps[-1]]
    flow = ConditionalFlow(**SIZES, seed=seed)
    flow.standardise(torch.from_numpy(textures), torch.from_numpy(outputs))
    process = fit_gp(textures[rows], outputs[rows], seed=0, reference=textures, iterations=0)
    folder.mkdir(parents=True)
    save_flow(folder / "flow.safetensors", flow, SIZES, ORIGIN)
    save_process(folder / "gp.safetensors", process, textures[rows], outputs[rows], ORIGIN)
    observed = [
        Observation(int(row), 0, tuple(all_outputs(outputs[row]).tolist()), "", 0.1) for row in rows
    ]
    observed[1] = Observation(int(rows[1]), 0, (), "no equilibrium", 0.1)
    write_observed(folder, observed, texture_names(POOL, "pool"), ORIGIN)
    error = 40 / np.array(steps) * (2 if arm == "random" else 1) * rng.uniform(0.95, 1.05)
    history = pd.DataFrame(
        {
            "iteration": range(len(steps)),
            "observations": steps,
            **{
                f"{kind}_{name}": np.log(steps) / 36
                for kind in ("validation", "test")
                for name in ("per_point", "per_dimension", "loss_per_dimension")
            },
            "own_error_mean": error,
            "own_error_95": 2 * error,
            "stopped": [*[""] * (len(steps) - 1), "That was all."],
            **{f"seconds_{name}": 1.0 for name in ("gp", "flow", "selection", "truth", "checks")},
        }
    )
    write_history(folder, history.to_dict("records"), ORIGIN)
    shown = np.array([0, 2, 3])  # texture 1 has no parameters
    near = made["test"][0][shown][:, None]
    drawn = [(near + rng.normal(0, 6 / step, (3, 4, 36))).astype(np.float32) for step in steps]
    write_trips(folder, drawn, len(steps), shown, ORIGIN)


@pytest.fixture(scope="session")
def evaluated(run):
    """Run the stages before the section; return the folder."""
    test = {"textures": run / "test.zarr", "parameters": run / "parameters.parquet"}
    judge = run / "full/start0/gp.safetensors"
    for name in TRAININGS:
        trips(
            training=name,
            flow=run / name / "flow.safetensors",
            gp=run / name / "gp.safetensors",
            judge=judge,
            observed=run / name / "observed.parquet",
            **test,
            trips=run / name / "round_trips.parquet",
            ranks=run / name / "ranks.parquet",
            options=OPTIONS,
            device="cpu",
        )
    checked = ("active", "random")
    flows = {
        arm: run / f"{arm}/start0/flow.safetensors"
        for arm in ("active", "random", "active_warm", "full")
    }
    verify(
        flows={arm: flows[arm] for arm in checked},
        gps={arm: run / f"{arm}/start0/gp.safetensors" for arm in checked},
        **test,
        verified=run / "verified.parquet",
        options=OPTIONS,
        truth=TRUTH,
        device="cpu",
    )
    draw_posteriors(
        trips=run / "active/start0/round_trips.parquet",
        flows=flows,
        textures=run / "test.zarr",
        posteriors=run / "posteriors.zarr",
        device="cpu",
    )
    compare(
        histories={name: run / name / "history.parquet" for name in TRAININGS},
        seconds={name: run / name / "seconds.parquet" for name in TRAININGS},
        drawn={name: run / name / "trips.zarr" for name in TRAININGS},
        parameters=test["parameters"],
        judge=judge,
        curves=run / "curves.parquet",
        efficiency=run / "efficiency.parquet",
        options=OPTIONS,
        device="cpu",
    )
    return run
