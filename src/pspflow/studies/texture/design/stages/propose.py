"""Stage: textures are proposed for wanted anisotropy, checked, ranked, and set beside retrieval."""

from collections import Counter
from pathlib import Path

import numpy as np
import torch

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log_table
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage
from pspflow.studies.texture.design.designs import SUMMARY
from pspflow.studies.texture.design.models import ModelFiles, load_models
from pspflow.studies.texture.design.options import DesignOptions
from pspflow.studies.texture.design.proposals import design_textures
from pspflow.studies.texture.design.store import target_table, write_designs, write_texts
from pspflow.studies.texture.design.targets import (
    Target,
    read_targets,
    targets_of_textures,
    targets_of_wishes,
)
from pspflow.studies.texture.paths import (
    FlowWeights,
    ObservedTable,
    ParameterTable,
    ProcessWeights,
    TextureStore,
    TextureTable,
)
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.plasticity.tables import NAME, TEXTURE, read_labelled
from pspflow.studies.texture.plasticity.truth import ground_truth


@stage
def propose(
    *,
    pool: TextureStore,
    process: ProcessWeights,
    flow: FlowWeights,
    observed: ObservedTable,
    table: TextureTable,
    parameters: ParameterTable,
    targets: Path,
    designs: Path,
    store: Path,
    orientations: Path,
    options: DesignOptions = DesignOptions(),
    truth: PlasticityOptions = PlasticityOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Propose textures for wanted anisotropy, check them, and rank them beside retrieval.

    The flow draws candidates for each target and the Gaussian process ranks them; the best become
    orientations, which the ground truth checks, as it does the nearest textures of the pool.

    Parameters
    ----------
    pool
        Zarr store of the candidates of the loop.
    table, parameters
        Textures of the test set, and their parameters.
    targets
        Parquet table to write: what is wanted, and what is completed.
    designs
        Parquet table to write: one row per texture, the best of each kind first.
    store
        Zarr store to write: their coefficients and orientations, in the same order.
    orientations
        Folder to write: the orientations of each design, as text that MTEX reads.
    options
        What is wanted, and how many textures are tried.
    truth
        Where anisotropy parameters come from.

    Raises
    ------
    InputError
        If a target cannot be used, or no texture comes near any of them.
    """
    torch.set_num_threads(threads)
    if options.targets is not None:
        origin = origin.including({"targets": options.targets})
    wanted = _wanted(options, table, parameters)
    models = load_models(ModelFiles(process, flow, pool, observed), device)
    found = design_textures(
        wanted,
        models,
        ground_truth(truth, threads),
        options.candidates,
        options.designs,
        seed,
        skip=True,
    )
    log_table(found.table[found.table["rank"] == 1][SUMMARY].round(2))
    write_table(targets, target_table(wanted, found.proposed, found.unreachable), origin)
    write_texts(orientations, found.table, found.textures)
    write_designs(store, found.textures, origin)
    write_table(designs, found.table, origin)


def _wanted(options: DesignOptions, table: Path, parameters: Path) -> list[Target]:
    """Gather the targets: wishes, the user's table, and test textures of all sharpnesses."""
    wanted = targets_of_wishes(options.wishes)
    if options.targets is not None:
        wanted += read_targets(options.targets)
    if options.test_targets:
        labelled = read_labelled(parameters)
        rows = read_table(table).set_index(TEXTURE).loc[labelled.textures]
        order = np.argsort(rows["texture_index"].to_numpy(), kind="stable")
        count = min(options.test_targets, len(order))
        places = order[((np.arange(count) + 0.5) / count * len(order)).astype(int)]
        wanted += targets_of_textures(
            labelled.textures[places],
            rows[NAME].iloc[places].tolist(),
            labelled.parameters[places],
        )
    if not wanted:
        raise InputError("texture.design: nothing is wanted; give wishes, targets or test_targets.")
    twice = [name for name, count in Counter(each.name for each in wanted).items() if count > 1]
    if twice:
        raise InputError(f"texture.design: target {twice[0]!r} is wanted twice; rename one.")
    return wanted
