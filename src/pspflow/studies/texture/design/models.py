"""What a design rests on: forward and inverse model of a loop, its pool, and what was observed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError

from pspflow.errors import InputError
from pspflow.io.artefacts import fingerprint
from pspflow.io.tables import table_provenance
from pspflow.mechanics.texture import coefficient_distance
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.studies.texture.design.quantities import Floats
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.tables import read_labelled
from pspflow.studies.texture.textures.store import TextureSet, open_textures
from pspflow.studies.texture.trained_models import load_flow, load_process

Model = TypeVar("Model", MultiOutputGP, ConditionalFlow)
ARM: Final = "loop/active/start0"
"""Folder of the models that designs are made with."""
POOL: Final = "textures pool"
"""Name of the pool among the inputs of a loop."""
LABELS: Final = "plasticity/pool/parameters.parquet"
"""Parameters of all textures of the pool, in the folder of the study."""
REMEDY: Final = "let --model name the folder of the study in a run, results/RUN/texture"
NEIGHBOURS: Final = 500
"""Textures of the pool whose distance to the nearest other one says how close it is filled."""
MOST: Final = 0.99


class Models(NamedTuple):
    """Models of a loop, and the textures they know."""

    process: MultiOutputGP
    """Forward model, from coefficients to independent outputs."""
    flow: ConditionalFlow
    """Inverse model."""
    pool: TextureSet
    """Candidate textures."""
    observed: NDArray[np.int64]
    """Rows of the pool whose parameters are known, `m`."""
    parameters: Floats
    """Their parameters, `m x 54`."""

    @property
    def observed_coefficients(self) -> Floats:
        """Coefficients of the observed textures, `m x 36`."""
        return self.pool.coefficients[self.observed]


class ModelFiles(NamedTuple):
    """Files of a run that make up `Models`."""

    process: Path
    flow: Path
    pool: Path
    observed: Path


def load_models(files: ModelFiles, device: str | torch.device = "cpu") -> Models:
    """Read models, their pool and what was observed.

    Raises
    ------
    InputError
        If a file is missing, or holds something else; or if the pool was made anew since the models
        learned from it, so that rows of what was observed are those of other textures.
    """
    for path in files:
        if not path.exists():
            raise InputError(f"{path}: there is no such file; {REMEDY}.")
    recorded = _record(files.observed, "inputs").get(POOL)
    if recorded and recorded != fingerprint(files.pool):
        raise InputError(
            f"{files.observed}: it was made with other textures than those of {files.pool}; run "
            "the study again, so that both are of one configuration."
        )
    process = _loaded(files.process, load_process, MultiOutputGP, device)
    flow = _loaded(files.flow, load_flow, ConditionalFlow, device)
    known = read_labelled(files.observed)
    return Models(process, flow, open_textures(files.pool), known.textures, known.parameters)


def _loaded(
    path: Path,
    load: Callable[[Path, str | torch.device], Model],
    kind: type[Model],
    device: str | torch.device,
) -> Model:
    try:
        return load(path, device)
    except (
        SafetensorError,
        json.JSONDecodeError,
        KeyError,
        TypeError,
        RuntimeError,
        ValueError,
    ) as error:
        raise InputError(f"{path}: it holds no {kind.__name__} of textures; {REMEDY}.") from error


def find_models(folder: Path) -> ModelFiles:
    """Locate models by the folder of the study in a run, or of one start of an arm of its loop.

    Raises
    ------
    InputError
        If it is neither.
    """
    loop = folder / ARM if (folder / "loop").is_dir() else folder
    if not (loop / "gp.safetensors").is_file() or len(loop.resolve().parents) < 3:
        raise InputError(f"{loop / 'gp.safetensors'}: there is no such file; {REMEDY}.")
    study = loop.resolve().parents[2]
    return ModelFiles(
        loop / "gp.safetensors",
        loop / "flow.safetensors",
        study / "textures/pool/textures.zarr",
        loop / "observed.parquet",
    )


def truth_of(files: ModelFiles) -> PlasticityOptions:
    """Return where the parameters that models learned from came from, as their tables record it.

    That of a loop records it; that of the arm `full` has the parameters of another table, which
    records it.

    Raises
    ------
    InputError
        If nothing records it, or the folder of a table that is filled elsewhere is not there.
    """
    options = _record(files.observed, "options")
    truth = options.get("truth")
    if truth is None:
        table = files.observed.resolve().parents[3] / LABELS
        of_pool = _record(files.observed, "inputs").get("parameters pool")
        if not table.is_file() or of_pool != fingerprint(table):
            raise InputError(
                f"{files.observed}: its parameters are those of {table}, which is not there or was "
                "made anew; run the study again, or name the folder of another arm."
            )
        options = _record(table, "options")
        fields = PlasticityOptions.model_fields
        truth = {name: value for name, value in options.items() if name in fields}
    found = PlasticityOptions.model_validate(truth)
    folder = found.table.folder
    if found.source == "table" and not Path(str(folder)).is_dir():
        raise InputError(
            f"{folder}: the run's table is filled in this folder, which is not there; run the "
            "command where snakemake ran."
        )
    return found


def _record(table: Path, part: str) -> dict[str, Any]:
    found: dict[str, Any] = table_provenance(table).get(part, {})
    return found


def nearest_distances(coefficients: Floats, others: Floats) -> Floats:
    """Return the distance of each texture, `n x 36`, to the nearest of others, `m x 36`."""
    return np.array([coefficient_distance(each, others).min() for each in coefficients])


def usual_distance(pool: Floats, rng: np.random.Generator) -> float:
    """Return how far textures of a pool, `n x 36`, are from their nearest neighbour at most.

    It is the 99th percentile over a part of them: what is farther from the pool is unlike it.
    """
    part = rng.permutation(len(pool))[:NEIGHBOURS]
    apart = [
        np.partition(coefficient_distance(pool[each], pool), 1)[1] if len(pool) > 1 else 0.0
        for each in part
    ]
    return float(np.quantile(apart, MOST))
