"""Stage: structures are drawn for each target, ranked, and refined with the solver in the loop."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.logs import log
from pspflow.seeds import generator
from pspflow.studies.composite.design.comparisons import RETRIEVAL, some
from pspflow.studies.composite.design.designs import check_designer, draw
from pspflow.studies.composite.design.options import ProposalOptions
from pspflow.studies.composite.design.refined_designs import refine_best, refine_nearest
from pspflow.studies.composite.inverse.errors import relative_errors
from pspflow.studies.composite.inverse.targets import (
    SPANNED,
    inside,
    typical,
    wanted_c11,
    wanted_vectors,
    warn_outside,
)
from pspflow.studies.composite.networks.network import load_network
from pspflow.studies.composite.paths import (
    SplitTable,
    StiffnessTable,
    StructureStore,
    StructureTable,
)
from pspflow.studies.composite.structures.options import HELD_OUT, SetName, SolutionOptions
from pspflow.studies.composite.structures.properties import TARGETS, Target
from pspflow.studies.composite.structures.rows import FIRST_RUN, read_positions, structures_of
from pspflow.studies.composite.structures.sets import write_structures
from pspflow.studies.paths import NamedWeights
from pspflow.studies.stage import AUTO, Device, Index, Seed, Threads, stage


@stage
def refine(
    *,
    name: SetName = "pair",
    target: Target,
    run: Index = 0,
    weights: NamedWeights,
    structures: StructureStore,
    table: StructureTable,
    stiffness: StiffnessTable,
    splits: SplitTable,
    designs: Path,
    proposed: Path,
    options: ProposalOptions = ProposalOptions(),
    solver: SolutionOptions = SolutionOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Draw structures for each target by each network, rank them, and refine the best.

    Latents are drawn from a network's refitted prior. Beside stands retrieval: the training
    structure of the run that is nearest to what is wanted, and what the solver makes of it.

    Parameters
    ----------
    name, run
        Set and run of the networks. Of set `held_out`, C11 is wanted in its region.
    target
        What is wanted: c11, or normal, the six components of test structures of the run.
    designs
        Parquet table to write: one row per network, instance and structure drawn, the best first,
        and one per instance of retrieval; where it is refined, with the result.
    proposed
        Zarr store to write: phase ids (design, x, y, z) of the refined, in the order of the table.
    options
        What is wanted, and how many structures are drawn and refined.
    solver
        Element and tolerance.

    Raises
    ------
    InputError
        If a network is of another target.
    """
    torch.set_num_threads(threads)
    sets = (table, stiffness, splits)
    columns = list(TARGETS[target])
    wanted = some(_wanted(name, target, run, sets, options, seed), options.targets)
    found, made = [], []
    for model, path in weights.items():
        network, material = load_network(path, device)
        if list(network.properties) != columns:
            raise InputError(
                f"{path}: it predicts {', '.join(network.properties)}; give weights of target "
                f"{target}."
            )
        check_designer(network)
        warn_outside(columns, wanted, [material["ranges"]])
        for instance, values in enumerate(wanted):
            source = generator(seed, "composite designs", run, instance)
            start = int(source.integers(2**32))
            drawn = draw(
                *(network, material, values, options.candidates),
                draws=options.draws,
                seed=start,
                options=solver,
                threads=threads,
            )
            phases, refined = refine_best(
                *(network, material, drawn, options.refined), options=solver, threads=threads
            )
            spanned = bool(inside(columns, values[None], material["ranges"])[0])
            rows = drawn.table.join(refined)
            found.append(rows.assign(network=model, instance=instance, inside=spanned))
            made.append(phases)
    nearest = _nearest(structures_of(*sets, "train", run), columns, wanted)
    places = nearest.pop("position")
    known = read_positions(structures, places)
    voxels = np.stack([known[place] for place in places])
    phases, refined = refine_nearest(
        *(voxels, wanted, columns, material), options=solver, threads=threads
    )
    within = [bool(each["inside"].iloc[0]) for each in found[: len(wanted)]]
    fractions = voxels.mean(axis=(1, 2, 3))
    found.append(nearest.join(refined).assign(inside=within, volume_fraction=fractions))
    made.append(phases)
    designed = pd.concat(found, ignore_index=True)
    designed.insert(0, "network", designed.pop("network"))
    designed.insert(1, "instance", designed.pop("instance"))
    for model, part in designed.groupby("network", sort=False):
        best, after = part[part["rank"] == 1], part.dropna(subset="refined_error_percent")
        log.info(
            "%s: mean error %.2f %%, refined by the solver %.3f %%",
            *(model, best["error_percent"].mean(), after["refined_error_percent"].mean()),
        )
    write_table(designs, designed.assign(run=run), origin)
    shown = np.concatenate(made)
    write_structures(proposed, shown, len(shown), shown.shape[1], origin)


def _wanted(
    name: SetName,
    target: Target,
    run: int,
    sets: tuple[Path, Path, Path],
    options: ProposalOptions,
    seed: int,
) -> np.ndarray:
    """Decide what is wanted, ``(instances, properties)``: of C11 the same in every run."""
    tests = structures_of(*sets, "test", run)
    if target == "normal":
        return wanted_vectors(tests, options.vectors, seed).values_gpa
    if name == HELD_OUT:
        return wanted_c11(tests, typical(tests["c11_gpa"].to_numpy(), SPANNED)).values_gpa
    first = structures_of(*sets, "train", FIRST_RUN)["c11_gpa"].to_numpy()
    return wanted_c11(tests, options.c11_gpa or typical(first, SPANNED)).values_gpa


def _nearest(training: pd.DataFrame, columns: list[str], wanted: np.ndarray) -> pd.DataFrame:
    """Take the training structure that is nearest to each of what is wanted."""
    values = training[columns].to_numpy()[None]
    errors = 100 * relative_errors(values, wanted[:, None]).mean(axis=2)
    rows = training.iloc[errors.argmin(axis=1)].reset_index(drop=True)
    for place, name in enumerate(columns):
        rows[f"wanted_{name}"] = wanted[:, place]
    return rows.drop(columns="morphology").assign(
        network=RETRIEVAL,
        instance=np.arange(len(wanted)),
        rank=1,
        error_percent=errors.min(axis=1),
    )
