"""Every artefact of a run says what it is made of, and that is what the workflow gave its stage."""

import importlib
import inspect
import json
from itertools import combinations
from pathlib import Path
from typing import Annotated, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from safetensors import safe_open

from pspflow import __version__
from pspflow.io.arrays import open_store, provenance_of
from pspflow.io.artefacts import fingerprint
from pspflow.io.imagesets import image_path
from pspflow.io.sections import read_section
from pspflow.io.sheet import read_sheet
from pspflow.io.tables import read_table, table_provenance
from pspflow.io.weights import load_weights
from pspflow.options import Options
from pspflow.studies import registry
from pspflow.studies.composite.networks.symmetry import COPIES
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.symmetries import EVERY, MIRRORS
from pspflow.studies.shared.persistence.imaging import read_imaging
from pspflow.studies.stage import INPUT, UNRECORDED, stage_name
from pspflow.training.devices import chosen_device, recorded

pytestmark = pytest.mark.workflow
CONFIG = "tests/config.yaml"


def weights_record(path):
    with safe_open(path, framework="np") as file:
        return json.loads(file.metadata()["provenance"])


RECORDS = {
    ".parquet": table_provenance,
    ".zarr": lambda path: provenance_of(open_store(path)),
    ".safetensors": weights_record,
    ".json": lambda path: read_section(path)[1],
}


def is_input(hint):
    """Tell whether the type of a parameter marks what a stage reads."""
    if get_origin(hint) is Annotated and INPUT in hint.__metadata__:
        return True
    return any(is_input(part) for part in get_args(hint) if get_origin(part) is not None)


def function_of(job):
    module, _, name = job.stage.place.partition(":")
    return inspect.unwrap(getattr(importlib.import_module(module), name))


def parameters(job):
    """Yield the parameters of a stage that its record holds: flag, name, type."""
    types = get_type_hints(function_of(job), include_extras=True)
    for name in inspect.signature(function_of(job)).parameters:
        if name not in UNRECORDED:
            yield name.replace("_", "-"), name, types[name]


def inputs_of(job, folder):
    """Return the inputs that a command names, and the fingerprint of each as it lies there."""
    found = {}
    for flag, name, hint in parameters(job):
        if not is_input(hint) or flag not in job.flags:
            continue
        paths = {label: folder / path for label, path in job.named(flag).items()}
        if "=" in job.flags[flag][0]:
            found |= {f"{name} {label}": fingerprint(path) for label, path in paths.items()}
        else:
            found[name] = fingerprint(*paths.values())
    return found


def options_of(job):
    """Return what a command says of how to do it, by the names of the record."""
    found = {}
    for flag, name, hint in parameters(job):
        plain = get_args(hint)[0] if get_origin(hint) is Annotated else hint
        if name in {"seed", "options"} or is_input(hint) or Path in {plain, *get_args(plain)}:
            continue
        if isinstance(plain, type) and issubclass(plain, Options):
            found[name] = json.loads(job.flags[flag][0])
        elif plain is bool:
            found[name] = flag in job.flags
        elif get_origin(plain) is tuple:
            found[name] = job.flags.get(flag, [])
        elif flag in job.flags:
            (found[name],) = job.flags[flag]
        else:
            found[name] = None
    return found | json.loads(job.flags.get("options", ["{}"])[0])


def read_beside(job, folder):
    """Return the inputs that a stage finds itself: a sheet and its images, or those of a table."""
    if job.rule == "latent_curation_micrographs":
        rows = read_table(Path(folder, *job.flags["table"]))
        kept = rows.loc[rows["reason"] == "", "image"]
        return {"images": fingerprint(*(Path(folder, *job.flags["images"]) / i for i in kept))}
    if "sheet" not in job.flags or job.flags["sheet"][0] in job.outputs:
        return {}
    sheet = Path(folder, *job.flags["sheet"])
    images = [image_path(sheet, image) for image in read_sheet(sheet)["image"]]
    return {"sheet": fingerprint(sheet), "images": fingerprint(*images)}


def copies_of(path):
    """Return what may be recorded of symmetric copies, which a stage finds out itself."""
    if "/networks/" not in path:
        return {None, str(EVERY.around_x()), str(MIRRORS)}
    two = any(f"/networks/{name}/" in path for name in ("pair", "held_out", "large_pair"))
    if "/trials/" in path:
        two = "/structures-" not in path  # the learning curve is of set all
    return {None, str(MIRRORS if two else EVERY)}


def device_of(job):
    """Return how a record names the device that a command names."""
    return recorded(chosen_device(job.flags["device"][0]))


def faults(checkout, study):
    """Compare the record of every artefact of a study with the command that makes it."""
    planned, folder = checkout.dry_run(CONFIG, "changes.yaml", target=study), checkout.folder
    checked = 0
    for job in planned.jobs:
        assert job.words[0] in {study, *registry.stands_on(study)}
        origin = job
        inputs = inputs_of(job, folder)
        if "shards" in job.flags:  # a whole says what its shares are made of
            origin = planned.makers[job.flags["shards"][0]]
            inputs = {"shards": inputs["shards"]} | inputs_of(origin, folder)
        beside = read_beside(job, folder)
        told = {
            name: value
            for name, value in options_of(origin).items()
            if origin is job or name != "shard"
        }
        if "grid" in origin.flags and job.words[1] == "persistence":
            imaging = read_imaging(Path(folder, *origin.flags["grid"])).model_dump(mode="json")
            told = imaging | told if origin.stage.name == "compute" else told
        taken = inspect.signature(function_of(origin)).parameters
        for path in job.outputs:
            read = RECORDS.get(Path(path).suffix)
            if read is None:
                continue
            checked += 1
            record = read(folder / path)
            wanted = {
                "stage": stage_name(function_of(job)),
                "seed": planned.config.seed if "seed" in taken else None,
                "device": device_of(origin) if "device" in taken else None,
                "version": __version__,
                "inputs": inputs | {k: v for k, v in beside.items() if k in record["inputs"]},
                "options": told,
            }
            given = {"device": None, **record, "options": {**record["options"]}}
            if (copies := given["options"].pop(COPIES, None)) not in copies_of(path):
                yield f"{path}: the copies are {copies}"
            for name, value in told.items():  # a command line holds text
                if isinstance(value, str) and str(given["options"].get(name)) == value:
                    given["options"][name] = value
            for key, value in wanted.items():
                if given[key] != value:
                    yield f"{path}: {key} is {given[key]}, not {value}"
            if set(beside) and "images" not in record["inputs"]:
                yield f"{path}: its images are not recorded"
    assert checked > 20


@pytest.mark.xdist_group("workflow")
def test_temper_is_made_of_what_the_workflow_gives(finished):
    """Stage, options, seed and inputs of every artefact are those of its command."""
    assert list(faults(finished, "temper")) == []


@pytest.mark.xdist_group("composite")
def test_composite_is_made_of_what_the_workflow_gives(composite):
    """Stage, options, seed and inputs of every artefact are those of its command."""
    assert list(faults(composite, "composite")) == []


@pytest.mark.xdist_group("texture")
def test_texture_is_made_of_what_the_workflow_gives(texture):
    """Stage, options, seed and inputs of every artefact are those of its command."""
    assert list(faults(texture, "texture")) == []


@pytest.mark.xdist_group("steel")
def test_steel_is_made_of_what_the_workflow_gives(steel):
    """Stage, options, seed and inputs of every artefact are those of its command."""
    assert list(faults(steel, "steel")) == []


@pytest.mark.xdist_group("arena")
def test_the_arena_is_made_of_what_the_workflow_gives(arena):
    """Networks of three studies, of the arena's chips and options."""
    assert list(faults(arena, "arena")) == []


FIXED = ("M", "M_inv")
"""Rotations between the layers of a flow, which are the same in every one."""


def same(first, second):
    """Tell whether two models have a tensor in common that is drawn or learned, not constant."""
    return any(
        tensor.shape == second[name].shape
        and tensor.numel() > 8
        and tensor.std() > 0
        and bool((tensor == second[name]).all())
        for name, tensor in first.items()
        if name in second and tensor.is_floating_point() and name.split(".")[-1] not in FIXED
    )


@pytest.mark.xdist_group("workflow")
def test_trainings_of_flows_are_independent(finished):
    """Every seed draws weights of its own, and every training its own distances."""
    made = finished.folder / "results/tests/temper"
    paths = {
        f"{kind}/seed{seed}": made / f"flows/{kind}/seed{seed}/weights.safetensors"
        for kind in ("none", "exact")
        for seed in (0, 1)
    }
    weights = {name: load_weights(path)[0] for name, path in paths.items()}
    for one, other in combinations(weights, 2):
        different = one.split("/")[1] != other.split("/")[1]
        assert not (different and same(weights[one], weights[other])), (one, other)
    table = read_table(made / "transfer/plausibility.parquet")
    flows = table[table["flow"].isin(paths)]
    assert len(flows) == len(paths) * flows["measure"].nunique() * 6
    values = flows.pivot_table(
        index=["measure", "source", "target"], columns="flow", values="value"
    )
    texture = values.loc["KID"]
    assert all((texture[a] != texture[b]).all() for a, b in combinations(paths, 2))


@pytest.mark.xdist_group("composite")
def test_runs_are_independent(composite):
    """Each run has its split, its weights and its rows in the tables of accuracy."""
    made = composite.folder / "results/tests/composite"
    splits = read_table(made / "structures/all/splits.parquet")
    assert sorted(splits["run"].unique()) == [0, 1]
    split = {run: rows.set_index("structure")["split"] for run, rows in splits.groupby("run")}
    assert (split[0] != split[1]).any()
    # of the families' networks one run is trained
    networks = [
        path for path in (made / "networks/all").glob("*/*/run*") if "convolved" not in str(path)
    ]
    assert len(networks) == 12
    for folder in networks:
        run = int(folder.name.removeprefix("run"))
        other = load_weights(folder.with_name(f"run{1 - run}") / "weights.safetensors")[0]
        assert not same(load_weights(folder / "weights.safetensors")[0], other), folder
    tables = [*made.glob("networks/all/*/*/run*/*s.parquet")]
    tables += [*made.glob("forward/baselines/*/run*.parquet")]
    assert len(tables) >= 14
    for path in tables:
        run = int(next(part for part in (path.stem, path.parent.name) if part[:3] == "run")[3:])
        rows = read_table(path)
        assert (rows["split"].to_numpy() == split[run][rows["structure"]].to_numpy()).all(), path
    accuracy = read_table(made / "forward/accuracy.parquet")
    assert set(accuracy["run"]) == {0, 1}
    by_run = accuracy.pivot_table(
        index=["model", "target", "property"], columns="run", values="mape"
    )
    assert (by_run[0] != by_run[1]).all()


@pytest.mark.xdist_group("composite")
def test_reported_accuracies_are_those_of_test_structures(composite):
    """The error of every network, computed anew from its predictions and the solved stiffness."""
    made = composite.folder / "results/tests/composite"
    solved = read_table(made / "structures/all/stiffness.parquet").set_index("structure")
    accuracy = read_table(made / "forward/accuracy.parquet").set_index(
        ["target", "model", "run", "property"]
    )["mape"]
    checked = 0
    for path in made.glob("networks/all/*/*/run*/predictions.parquet"):
        target, model, run = path.parts[-4:-1]
        rows = read_table(path).set_index("structure")
        test = rows[rows["split"] == "test"]
        for column in set(NORMAL) & set(test.columns):
            true = solved.loc[test.index, column]
            error = 100 * (test[column] - true).abs().mean() / true.abs().mean()
            told = accuracy.loc[target, model, int(run[3:]), column]
            np.testing.assert_allclose(told, error, rtol=1e-6, err_msg=str(path))
            checked += 1
    assert checked == 2 * (4 + 6)


@pytest.mark.xdist_group("latent")
def test_latent_is_made_of_what_the_workflow_gives(latent):
    """Every record holds its inputs, its options and the seed."""
    assert list(faults(latent, "latent")) == []
