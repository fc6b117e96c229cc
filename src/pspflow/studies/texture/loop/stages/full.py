"""Stage: both models learn from the whole pool at once."""

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table
from pspflow.logs import log
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.models.texture.multi_output_gp import EXACT_POINTS, fit_gp
from pspflow.seeds import generator
from pspflow.studies.paths import NamedStores, NamedTables
from pspflow.studies.stage import AUTO, Device, Index, Seed, Threads, stage
from pspflow.studies.texture.loop.files import FILES
from pspflow.studies.texture.loop.inputs import read_checks
from pspflow.studies.texture.loop.inverse_model import Flow, checked, trained_flow
from pspflow.studies.texture.loop.options import LoopOptions
from pspflow.studies.texture.loop.outputs import Finished, write_loop
from pspflow.studies.texture.loop.round_trips import stream
from pspflow.studies.texture.loop.state import LoopState, Observation
from pspflow.studies.texture.paths import TextureTable
from pspflow.studies.texture.plasticity.tables import FAILURE, NAME, TEXTURE, read_labelled
from pspflow.studies.texture.textures.store import open_textures
from pspflow.training.session import prepare


@stage
def full(
    *,
    start: Index = 0,
    textures: NamedStores,
    table: TextureTable,
    parameters: NamedTables,
    made: Path,
    options: LoopOptions = LoopOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Learn both models from all textures of the pool, with their parameters.

    Its flow shows what the loops can reach, and its Gaussian process judges theirs.

    Parameters
    ----------
    start
        Which training; it seeds the weights.
    textures
        pool=PATH validation=PATH test=PATH: Zarr stores of the textures of the sets.
    table
        Table of the pool.
    parameters
        pool=PATH validation=PATH test=PATH: tables of their anisotropy parameters.
    made
        Folder to write, with the files of a loop; its history has one row.
    options
        Options of the loop.

    Raises
    ------
    InputError
        If a flow does not train.
    """
    prepare(threads, seed)
    names = read_table(table)[NAME].tolist()
    known = read_labelled(parameters["pool"])
    pool = open_textures(textures["pool"]).coefficients[known.textures]
    checks, trips = read_checks(textures, parameters, options)
    state = LoopState(origin.resume_folder(made / FILES["history"]), origin)
    if not state.has_flow(0):
        began = time.perf_counter()
        how = Flow(stream(seed, "loop flow", start, 0), options.flow, device)
        trained, sizes = trained_flow(how, pool, lambda _: known.outputs)
        state.save_flow(0, trained, sizes, time.perf_counter() - began)
    flow, sizes = state.flow(0, device)
    began = time.perf_counter()
    part = _part(len(pool), seed, start)
    model = fit_gp(
        pool[part],
        known.outputs[part],
        seed=stream(seed, "full process", start),
        reference=pool,
        latents=options.gp.latents,
        iterations=options.gp.iterations,
        device=device,
    )
    row: dict[str, Any] = {"iteration": 0, "observations": len(pool)}
    seconds_gp, began = time.perf_counter() - began, time.perf_counter()
    measures, samples = checked(flow, model, checks, stream(seed, "loop trips", start))
    row |= {
        **measures,
        "stopped": f"All {len(pool)} candidates that have parameters are observed.",
        "seconds_truth": 0.0,
        "seconds_gp": seconds_gp,
        "seconds_flow": state.seconds_of_flow(0),
        "seconds_selection": 0.0,
        "seconds_checks": time.perf_counter() - began,
    }
    finished = Finished(
        rows=[row],
        observations=_observations(parameters["pool"]),
        process=model,
        textures=pool[part],
        outputs=known.outputs[part],
        flow=flow,
        sizes=sizes,
        samples=[samples],
        trips=trips,
    )
    write_loop(made, finished, names, origin)
    state.remove()


def _part(count: int, seed: int, start: int) -> NDArray[np.int64]:
    """Choose the textures that the process is conditioned on: all of them where it can be."""
    if count <= EXACT_POINTS:
        return np.arange(count)
    log.info("The Gaussian process is conditioned on %d of %d textures.", EXACT_POINTS, count)
    drawn = generator(seed, "full process part", start).permutation(count)[:EXACT_POINTS]
    return np.sort(drawn)


def _observations(table: Path) -> list[Observation]:
    """Return the parameters of the pool as if they had been observed in its order."""
    rows = read_table(table)
    values = rows[list(PARAMETER_NAMES)].to_numpy(np.float64).tolist()
    return [
        Observation(int(texture), 0, () if failure else tuple(given), failure, 0.0)
        for texture, failure, given in zip(rows[TEXTURE], rows[FAILURE], values, strict=True)
    ]
