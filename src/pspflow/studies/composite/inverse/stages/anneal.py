"""Stage: the latent space is searched by simulated annealing, from random and inferred latents."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import torch
from joblib import Parallel, delayed

from pspflow.errors import InputError
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import read_table, write_table
from pspflow.logs import log, progress
from pspflow.seeds import generator
from pspflow.studies.composite.inverse.latent_search import Region, Search, Start, sampler, search
from pspflow.studies.composite.inverse.options import AnnealingOptions
from pspflow.studies.composite.inverse.targets import typical, warn_outside
from pspflow.studies.composite.networks.network import Network, load_network
from pspflow.studies.composite.networks.options import Prior
from pspflow.studies.composite.paths import LatentTable, PhaseTable, StiffnessTable
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import C11, NORMAL
from pspflow.studies.composite.structures.rows import rows_of
from pspflow.studies.composite.structures.sets import DIMS, PHASE
from pspflow.studies.composite.structures.solution import material_of, solve_candidates
from pspflow.studies.paths import Weights
from pspflow.studies.stage import AUTO, Device, Seed, Threads, stage

PLACE: Final = NORMAL.index("c11_gpa")


@stage
def anneal(
    *,
    weights: Weights,
    latents: LatentTable,
    objective: Weights,
    phases: PhaseTable,
    stiffness: StiffnessTable,
    searches: Path,
    proposed: Path,
    options: AnnealingOptions = AnnealingOptions(),
    solver: SolutionOptions = SolutionOptions(),
    seed: Seed = 0,
    threads: Threads = 1,
    device: Device = AUTO,
    origin: Provenance,
) -> None:
    """Search the latent space for structures of wanted C11, from random and from inferred latents.

    Each search minimises the relative error of C11 as the objective's network predicts it of the
    cut structure; the network of the weights decodes. The latents of its training structures bound
    the search; the means of its prior are the inferred latents: of the joint prior for the paper's
    networks, of the refitted one for ours. The start and the end of
    each search are solved (composite paper, "Comparison with optimization"). As many searches, and
    solutions, run at once as there are threads.

    Parameters
    ----------
    searches
        Parquet table to write: one row per search.
    proposed
        Zarr store to write, in the order of that table: phase ids (search, x, y, z) of the ends,
        latents of starts and ends (search, latent).
    options
        What is wanted, numbers of starts and iterations.
    solver
        Element and tolerance.
    """
    torch.set_num_threads(1)
    table = read_table(latents)
    table = table[table["split"] == "train"]
    wanted_gpa = options.c11_gpa
    if wanted_gpa is None:
        known = rows_of(stiffness, table["structure"].to_numpy(), latents)["c11_gpa"]
        wanted_gpa = typical(known.to_numpy(), [0.5])
    network, predictor = _load(weights, objective, wanted_gpa, device)
    region = Region.of(table.filter(regex=r"^z\d+$").to_numpy(np.float64))
    starts = _starts(network, region, wanted_gpa, options.starts, seed)
    work = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(search)(
            network,
            predictor,
            start,
            region,
            options.inferred_iterations if start.inferred else options.iterations,
            seed,
            generator(seed, "annealing", start.instance, start.kind, start.number),
        )
        for start in starts
    )
    found: list[Search] = list(progress(work, len(starts), "annealing", "search"))
    makers = [sampler(network, seed, start) for start in starts]
    first = np.concatenate([make(s.latent) for make, s in zip(makers, starts, strict=True)])
    last = np.concatenate([make(s.best) for make, s in zip(makers, found, strict=True)])
    material = material_of(read_table(phases))
    solved = solve_candidates(np.concatenate([first, last]), material, solver, threads)[:, PLACE]
    rows = _table(found, solved[: len(first)], solved[len(first) :], last)
    rows.insert(0, "model", network.model)
    rows.insert(1, "prior", searched_prior(network))
    for (wanted, kind), part in rows.groupby(["wanted_c11_gpa", "start"], sort=False):
        best, mean = part["error_percent"].min(), part["error_percent"].mean()
        log.info("%g GPa from %s: mean error %.1f %%, best %.1f %%", wanted, kind, mean, best)

    write_table(searches, rows, origin)
    with new_store(proposed, origin) as group:
        put_array(group, PHASE, last, ("search", *DIMS[1:]), "1")
        for name, places in (
            ("start", [each.latent for each in starts]),
            ("best", [each.best for each in found]),
        ):
            put_array(group, name, np.stack(places).astype(np.float32), ("search", "latent"), "1")


def _load(
    weights: Path, objective: Path, wanted_gpa: Sequence[float], device: torch.device
) -> tuple[Network, Network]:
    """Load the networks; warn of wanted values outside the range of their training structures."""
    network, material = load_network(weights, device)
    predictor, known = load_network(objective, device)
    for path, each in ((weights, network), (objective, predictor)):
        if each.properties != C11:
            raise InputError(
                f"{path}: it predicts {', '.join(each.properties)}; give weights of target c11."
            )
    wanted = np.array(wanted_gpa)[:, None]
    warn_outside(C11, wanted, [material["ranges"], known["ranges"]])
    return network, predictor


def searched_prior(network: Network) -> Prior:
    """Name the prior whose means searches start from."""
    return "refitted" if network.recipe.ours else "joint"


def _starts(
    network: Network, region: Region, wanted_gpa: Sequence[float], count: int, seed: int
) -> list[Start]:
    """List `count` random starts, then the inferred ones, for each wanted value in turn."""
    prior = network.prior(np.array(wanted_gpa)[:, None], searched_prior(network))
    means = prior.means.double().cpu().numpy()
    starts = []
    for instance, wanted in enumerate(wanted_gpa):
        rng = generator(seed, "annealing starts", instance)
        drawn = [region.draw(rng) for _ in range(count)]
        for inferred, places in ((False, drawn), (True, means[instance])):
            starts += [
                Start(instance, wanted, inferred, number, latent)
                for number, latent in enumerate(places)
            ]
    return starts


def _table(
    found: list[Search], first_gpa: np.ndarray, last_gpa: np.ndarray, phases: np.ndarray
) -> pd.DataFrame:
    """Tabulate searches with the solved C11 of their starts and ends."""
    rows = pd.DataFrame(
        {
            "instance": [each.start.instance for each in found],
            "wanted_c11_gpa": [each.start.wanted_gpa for each in found],
            "start": [each.start.kind for each in found],
            "number": [each.start.number for each in found],
            "evaluations": [each.evaluations for each in found],
            "seconds": [each.seconds for each in found],
            "start_predicted_c11_gpa": [each.first_gpa for each in found],
            "predicted_c11_gpa": [each.predicted_gpa for each in found],
            "c11_gpa": last_gpa,
        }
    )
    error = (rows["c11_gpa"] - rows["wanted_c11_gpa"]).abs()
    rows["error_percent"] = 100 * error / rows["wanted_c11_gpa"]
    rows["volume_fraction"] = phases.mean(axis=(1, 2, 3))
    rows["start_c11_gpa"] = first_gpa
    return rows
