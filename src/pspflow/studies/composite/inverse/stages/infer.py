"""Stage: structures are inferred from wanted stiffness, and solved."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.studies.composite.inverse.candidates import propose, renumbered
from pspflow.studies.composite.inverse.errors import relative_errors
from pspflow.studies.composite.inverse.options import KEYS, WantedOptions
from pspflow.studies.composite.inverse.targets import Ranges, inside, wanted_of, warn_outside
from pspflow.studies.composite.networks.network import Network, load_network
from pspflow.studies.composite.networks.options import Prior
from pspflow.studies.composite.paths import SplitTable, StiffnessTable, StructureTable
from pspflow.studies.composite.structures.options import SetName, SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL, TARGETS, Target
from pspflow.studies.composite.structures.sets import DIMS, PHASE
from pspflow.studies.composite.structures.solution import solve_candidates
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Index, Seed, Threads, stage


@stage
def infer(
    *,
    target: Target,
    name: SetName = "pair",
    run: Index = 0,
    weights: NamedWeights,
    table: StructureTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    candidates: Path,
    proposed: Path,
    references: Path,
    options: WantedOptions = WantedOptions(),
    solver: SolutionOptions = SolutionOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Infer structures from wanted stiffness, and compute what they achieve.

    The mean of every component of each prior is decoded (composite paper, section 4 and C.3), by a
    *_statistics network with one draw of noise: its own choice among several helps little.
    Component 0 of a prior is the one with the lowest mean volume fraction of the stiff phase over
    the instances: in a network, the order of the components has no meaning.

    Parameters
    ----------
    target
        What is wanted: c11, values of the options; or normal, all six components of some of the
        run's test structures.
    name, run
        Set and run of the networks.
    candidates
        Parquet table to write: one row per model, prior, component and instance.
    proposed
        Zarr store to write: phase ids (candidate, x, y, z), in the order of that table.
    references
        Parquet table to write: one row per instance and real structure.
    options
        What is wanted.
    solver
        Element and tolerance.
    """
    torch.set_num_threads(threads)
    wanted = wanted_of(target, table, stiffness, splits, options, seed, run)
    networks = [_load(model, path, target, device) for model, path in weights.items()]
    materials = [material for _, material in networks]
    warn_outside(TARGETS[target], wanted.values_gpa, [each["ranges"] for each in materials])
    made = [
        _candidates(network, prior, material["ranges"], wanted.values_gpa, seed)
        for network, material in networks
        for prior in get_args(Prior)
    ]
    rows = pd.concat([frame for frame, _ in made], ignore_index=True)
    ids = np.concatenate([each for _, each in made])
    rows["volume_fraction"] = ids.mean(axis=(1, 2, 3))
    rows, order = renumbered(rows)
    rows.insert(0, "set", name)
    rows.insert(1, "run", run)
    ids = ids[order]
    rows[list(NORMAL)] = solve_candidates(ids, materials[0], solver, threads)
    columns = TARGETS[target]
    asked = rows[[f"wanted_{name}" for name in columns]].to_numpy()
    errors = relative_errors(rows[list(columns)].to_numpy(), asked)
    rows["error_percent"] = 100 * errors.mean(axis=1)
    for (model, prior), part in rows.groupby(KEYS, sort=False):
        mean = part["error_percent"].mean()
        log.info("%s, %s prior: mean error of %d %.1f %%", model, prior, len(part), mean)

    write_table(candidates, rows, origin)
    write_table(references, wanted.references.assign(run=run), origin)
    with new_store(proposed, origin) as group:
        put_array(group, PHASE, ids, ("candidate", *DIMS[1:]), "1")


def _load(
    model: str, path: Path, target: Target, device: torch.device
) -> tuple[Network, dict[str, Any]]:
    """Load a network and its material; see `load_network`."""
    network, material = load_network(path, device)
    if network.model != model or network.properties != TARGETS[target]:
        raise InputError(
            f"{path}: it holds {network.model} of {', '.join(network.properties)}; give the "
            f"weights of {model} of target {target}."
        )
    return network, material


def _candidates(
    network: Network, which: Prior, ranges: Ranges, wanted_gpa: np.ndarray, seed: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """Propose a structure for every component and instance, in this order.

    Returns
    -------
    One row per candidate, with all that is known without the solver; and the structures.
    """
    prior = network.prior(wanted_gpa, which)
    instances, components = prior.log_weights.shape
    asked = np.tile(wanted_gpa, (components, 1))
    latents = prior.means.transpose(0, 1).flatten(0, 1)
    proposals = propose(network, latents, asked, 1, seed)
    columns: dict[str, Any] = {
        "model": network.model,
        "prior": which,
        "component": np.repeat(np.arange(components), instances),
        "instance": np.tile(np.arange(instances), components),
        "weight": prior.log_weights.exp().T.flatten().double().cpu().numpy(),
        "inside": inside(network.properties, asked, ranges),
    }
    for place, name in enumerate(network.properties):
        columns[f"wanted_{name}"] = asked[:, place]
        columns[f"predicted_{name}"] = proposals.predicted_gpa[:, place]
    return pd.DataFrame(columns), proposals.phases
