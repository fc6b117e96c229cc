"""Artefacts of a finished loop: history, seconds, observations, drawn textures and both models."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.io.arrays import add_array, new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.studies.texture.loop.files import FILES
from pspflow.studies.texture.loop.state import Observation
from pspflow.studies.texture.trained_models import save_flow, save_process

Floats = NDArray[np.float64]
ITERATION, OBSERVATIONS = "iteration", "observations"
SAMPLES, TEXTURES = "samples", "textures"
SECONDS_PREFIX: Final = "seconds_"


@dataclass(frozen=True)
class Finished:
    """What a loop ends with."""

    rows: Sequence[dict[str, Any]]
    """What is known of its iterations."""
    observations: Sequence[Observation]
    """What it observed, in this order."""
    process: MultiOutputGP
    textures: Floats
    """Coefficients of the observed textures that the process is conditioned on, `n x 36`."""
    outputs: Floats
    """Their independent outputs, `n x 35`."""
    flow: ConditionalFlow
    sizes: dict[str, Any]
    """Arguments that make a flow of its size."""
    samples: Iterable[NDArray[np.float32]]
    """Textures that the flow of every iteration drew."""
    trips: NDArray[np.int64]
    """Rows of the test set for whose parameters they were drawn."""


def write_loop(folder: Path, loop: Finished, names: Sequence[str], origin: Provenance) -> None:
    """Write the artefacts of a finished loop into its folder.

    Parameters
    ----------
    folder
        Folder to write.
    loop
        The loop.
    names
        Names of the textures of the pool.
    origin
        Provenance of all of them.
    """
    save_process(folder / FILES["process"], loop.process, loop.textures, loop.outputs, origin)
    save_flow(folder / FILES["flow"], loop.flow, loop.sizes, origin)
    write_trips(folder, loop.samples, len(loop.rows), loop.trips, origin)
    write_observed(folder, loop.observations, names, origin)
    write_history(folder, loop.rows, origin)


def write_history(folder: Path, rows: Sequence[dict[str, Any]], origin: Provenance) -> None:
    """Write what is known of the iterations; how long they took, in a table of its own.

    The clock is the only thing that is not the same when a loop is made again.
    """
    history = pd.DataFrame(rows)
    clock = [name for name in history if str(name).startswith(SECONDS_PREFIX)]
    write_table(folder / FILES["history"], history.drop(columns=clock), origin)
    write_table(folder / FILES["seconds"], history[[ITERATION, OBSERVATIONS, *clock]], origin)


def write_observed(
    folder: Path, observations: Sequence[Observation], names: Sequence[str], origin: Provenance
) -> None:
    """Write what was observed, in this order; textures without parameters say why."""
    nothing = (np.nan,) * len(PARAMETER_NAMES)
    values = np.array([each.parameters or nothing for each in observations])
    table = pd.DataFrame(
        {
            "order": np.arange(len(observations)),
            ITERATION: [each.iteration for each in observations],
            "texture": [each.texture for each in observations],
            "name": [names[each.texture] for each in observations],
            **dict(zip(PARAMETER_NAMES, values.T, strict=True)),
            "failure": [each.failure for each in observations],
        }
    )
    write_table(folder / FILES["observed"], table, origin)


def write_trips(
    folder: Path,
    samples: Iterable[NDArray[np.float32]],
    count: int,
    textures: NDArray[np.int64],
    origin: Provenance,
) -> None:
    """Write the textures that flows drew.

    Parameters
    ----------
    folder
        Folder of the loop.
    samples
        Of every iteration, coefficients `n x s x 36`.
    count
        Iterations.
    textures
        Rows of the test set for whose parameters they were drawn, `n`.
    """
    with new_store(folder / FILES["trips"], origin) as store:
        for number, drawn in enumerate(samples):
            if not number:
                dims = (ITERATION, "texture", "sample", "coefficient")
                array = add_array(store, SAMPLES, (count, *drawn.shape), np.float32, dims, "1")
            array[number] = drawn
        put_array(store, TEXTURES, textures, ("texture",), "1")
