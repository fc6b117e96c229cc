"""Dry runs whose commands several tests read, and what the stages of their jobs take."""

import importlib
import inspect
import json
from functools import cache
from typing import get_args, get_origin, get_type_hints

import pytest

SCALES = ("tests/config.yaml", "workflow/config/reference.yaml", "workflow/config/paper.yaml")
OWN = "own"


@pytest.fixture(scope="session")
def plan_of(make_checkout):
    """Return what plans a run of a scale; each once, whoever asks for it."""
    return cache(lambda scale: make_checkout("wiring").dry_run(scale))


@pytest.fixture(scope="session", params=[*SCALES, OWN])
def planned(request, make_checkout, plan_of):
    """Plan a run of every scale, and one of a user's own micrographs and structures."""
    if request.param != OWN:
        return plan_of(request.param)
    checkout = make_checkout("wiring")
    for name in ("a.tif", "stack.npy", "phases.csv", "table.csv", "vgg.safetensors", "uhcs.csv"):
        (checkout.folder / name).touch()
    (checkout.folder / "uhcs").mkdir()
    sheet = "image,domain,specimen\na.tif,b,s1\na.tif,a,s1\n"
    (checkout.folder / "sheet.csv").write_text(sheet)
    files = {"file": "stack.npy", "phases": "phases.csv", "table": "table.csv", "array": "mine"}
    images = {
        "source": "micrographs",
        "micrographs": {"sheet": "sheet.csv"},
        "domains": [{"name": "b", "label": "x"}, {"name": "a"}],
    }
    values = {
        "run": OWN,
        "seed": 11,
        "temper": {"images": images, "persistence": {"shards": 11}},
        "steel": {
            "images": {**images, "conditions": [{"column": "x"}], "split": {"by": "specimen"}},
            "codes": {"held_out": {"domain": "a"}},
            "generation": {"further": [[2.5], [7.5]]},
        },
        "latent": {
            "datasets": {
                "use": ["inpainted", "weld"],
                "shards": 3,
                "inpainted": {"image": "a.tif"},
            },
            "curation": {
                "source": "database",
                "database": {"table": "uhcs.csv", "images": "uhcs"},
                "use": ["uhcs_64x64"],
            },
        },
        "composite": {
            "structures": {
                "source": "stack",
                "stack": files,
                "solver": {"device": "cuda", "shards": 3},
                "split": {"runs": 12},
            },
            "networks": {"style_weights": "vgg.safetensors"},
            "localization": {"structures": None},
        },
    }
    return checkout.dry_run(checkout.overlay("own.yaml", values))


def hints(job):
    """Return the types of a stage's parameters; all its flags have the same names."""
    module, _, name = job.stage.place.partition(":")
    function = getattr(importlib.import_module(module), name)
    types = get_type_hints(function)
    return {each: types[each] for each in inspect.signature(function).parameters}


def holds(hint, kind):
    """Tell whether a type is, or is made of, a class."""
    plain = get_origin(hint) or hint
    mine = isinstance(plain, type) and issubclass(plain, kind)
    return mine or any(holds(part, kind) for part in get_args(hint))


def flag(name):
    return name.replace("_", "-")


def options_of(job):
    """Return the options that a job's stage is told."""
    return json.loads(job.flags["options"][0])
