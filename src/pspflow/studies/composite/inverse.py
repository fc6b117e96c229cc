"""The stage of inverse design: structures inferred from wanted stiffness, and solved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import torch

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Inputs, Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log
from pspflow.options import Names, Options, Paths
from pspflow.studies.composite.candidates import (
    draws_of,
    material_of,
    outside,
    propose,
    solve_candidates,
)
from pspflow.studies.composite.data_options import SolutionOptions
from pspflow.studies.composite.inverse_options import InverseOptions
from pspflow.studies.composite.inverse_targets import wanted_of
from pspflow.studies.composite.misses import relative_misses
from pspflow.studies.composite.network_options import Prior
from pspflow.studies.composite.networks import Network, load_network
from pspflow.studies.composite.properties import NORMAL, TARGETS, Target
from pspflow.studies.composite.structures import DIMS, PHASE

Ranges = Mapping[str, list[float]]


def infer(
    *,
    target: Target,
    models: Names,
    weights: Paths,
    structures: Path,
    table: Path,
    phases: Path,
    stiffness: Path,
    splits: Path,
    candidates: Path,
    proposed: Path,
    references: Path,
    options: InverseOptions = InverseOptions(),
    solver: SolutionOptions = SolutionOptions(),
    seed: int = 0,
    threads: int = 1,
) -> None:
    """Infer structures from wanted stiffness, and compute what they achieve.

    The mean of every component of each prior is decoded (composite paper, section 4 and C.3).
    Component 0 of a prior is the one whose structures have the least of the stiff phase in the mean
    over the instances: in a network, components have an order of no meaning.

    Parameters
    ----------
    target
        What is wanted: c11, values of the options; or normal, all six components of some test
        structures.
    models
        Names of the networks.
    weights
        Their weights, in the same order.
    structures
        Zarr store of the set's structures, of which the references are rows.
    table
        Table of the structures.
    phases
        Table of the moduli.
    stiffness
        Table of the solved stiffnesses.
    splits
        Table of the splits; the first run's test structures are the references.
    candidates
        Parquet table to write: a row a model, prior, component and instance.
    proposed
        Zarr store to write: phase ids (candidate, x, y, z), in the order of that table.
    references
        Parquet table to write: a row an instance and real structure.
    options
        What is wanted, and how many noises to choose from.
    solver
        Element and tolerance.
    seed
        Seed of noises and of the choice of test structures.
    threads
        Threads of torch, and structures that are solved at once.
    """
    torch.set_num_threads(threads)
    wanted = wanted_of(target, table, stiffness, splits, options, seed)
    networks = _load(target, models, weights)
    warn_outside(TARGETS[target], wanted.values_gpa, [ranges for _, ranges in networks])
    made = [
        _candidates(network, which, ranges, wanted.values_gpa, options.draws, seed)
        for network, ranges in networks
        for which in get_args(Prior)
    ]
    rows = pd.concat([frame for frame, _ in made], ignore_index=True)
    ids = np.concatenate([each for _, each in made])
    rows["volume_fraction"] = ids.mean(axis=(1, 2, 3))
    rows, order = relabelled(rows)
    ids = ids[order]
    rows[list(NORMAL)] = solve_candidates(ids, material_of(read_table(phases)), solver, threads)
    columns = TARGETS[target]
    asked = rows[[f"wanted_{name}" for name in columns]].to_numpy()
    misses = relative_misses(rows[list(columns)].to_numpy(), asked)
    rows["error_percent"] = 100 * misses.mean(axis=1)
    for (model, which), part in rows.groupby(["model", "prior"], sort=False):
        mean = part["error_percent"].mean()
        log.info("%s, %s prior: mean error %.1f %% of %d", model, which, mean, len(part))

    inputs: Inputs = {
        "weights": weights,
        "structures": structures,
        "table": table,
        "phases": phases,
        "stiffness": stiffness,
        "splits": splits,
    }
    origin = solved_provenance(f"composite infer {target}", inputs, options, solver, seed)
    write_table(candidates, rows, origin)
    write_table(references, wanted.references, origin)
    with new_store(proposed, origin) as group:
        put_array(group, PHASE, ids, ("candidate", *DIMS[1:]), "1")


def relabelled(rows: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Renumber the components of each model and prior by their mean volume fraction, from 0.

    Parameters
    ----------
    rows
        Candidates: columns model, prior, component, instance and volume_fraction.

    Returns
    -------
    The rows in the order of model, prior, component and instance; and where each was.
    """
    keys = ["model", "prior"]
    means = rows.groupby([*keys, "component"])["volume_fraction"].mean()
    ranks = means.groupby(level=keys).rank(method="first").astype(int) - 1
    component = ranks.loc[pd.MultiIndex.from_frame(rows[[*keys, "component"]])].to_numpy()
    place = rows.groupby(keys, sort=False).ngroup()
    order = np.lexsort((rows["instance"], component, place))
    return rows.assign(component=component).iloc[order].reset_index(drop=True), order


def solved_provenance(
    stage: str, inputs: Inputs, options: Options, solver: SolutionOptions, seed: int
) -> Provenance:
    """Record a stage whose results depend on the solver's options beside its own."""
    origin = Provenance.of(stage, inputs, options, seed)
    return replace(origin, options={**origin.options, "solver": solver.model_dump(mode="json")})


def warn_outside(
    properties: Sequence[str], wanted_gpa: np.ndarray, ranges: Sequence[Ranges]
) -> None:
    """Warn, once each, of wanted values ``(n, properties)`` that no training structure reaches."""
    told = [
        outside(name, value, known)
        for known in ranges
        for row in wanted_gpa
        for name, value in zip(properties, row, strict=True)
    ]
    for sentence in dict.fromkeys(filter(None, told)):
        log.warning("%s", sentence)


def _load(target: Target, models: Names, weights: Paths) -> list[tuple[Network, Ranges]]:
    """Load the networks and the ranges of their training structures."""
    loaded = []
    for model, path in zip(models, weights, strict=True):
        network, material = load_network(path)
        if network.model != model or network.properties != TARGETS[target]:
            raise InputError(
                f"{path}: it holds {network.model} of {', '.join(network.properties)}; give the "
                f"weights of {model} of target {target}, in the order of the models."
            )
        loaded.append((network, material["ranges"]))
    return loaded


def _candidates(
    network: Network, which: Prior, ranges: Ranges, wanted_gpa: np.ndarray, draws: int, seed: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """Propose a structure for every component and instance, in this order.

    Returns
    -------
    A row a candidate, all that is known without the solver; and the structures.
    """
    prior = network.prior(wanted_gpa, which)
    instances, components = prior.log_weights.shape
    asked = np.tile(wanted_gpa, (components, 1))
    latents = prior.means.transpose(0, 1).flatten(0, 1)
    proposals = propose(network, latents, asked, draws, seed)
    limits = np.array([ranges[name] for name in network.properties])
    rows = pd.DataFrame(
        {
            "model": network.model,
            "prior": which,
            "component": np.repeat(np.arange(components), instances),
            "instance": np.tile(np.arange(instances), components),
            "weight": prior.log_weights.exp().T.flatten().double().cpu().numpy(),
            "inside": ((asked >= limits[:, 0]) & (asked <= limits[:, 1])).all(axis=1),
            "draws": draws_of(network, draws),
        }
    )
    for place, name in enumerate(network.properties):
        rows[f"wanted_{name}"] = asked[:, place]
        rows[f"told_{name}"] = proposals.told_gpa[:, place]
    return rows, proposals.phases
