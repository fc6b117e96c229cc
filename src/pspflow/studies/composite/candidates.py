"""From wanted properties to structures: decoding, cutting, choosing and verifying candidates."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from joblib import Parallel, delayed
from torch import Tensor

from pspflow.errors import raise_problems
from pspflow.logs import progress
from pspflow.mechanics import ConvergenceError
from pspflow.models.vae_regression import binarise
from pspflow.seeds import generator
from pspflow.studies.composite.data_options import SolutionOptions
from pspflow.studies.composite.misses import relative_misses
from pspflow.studies.composite.networks import Network
from pspflow.studies.composite.properties import POSITIONS
from pspflow.studies.composite.recipes import RECIPES
from pspflow.studies.composite.solve import solution


class Proposals(NamedTuple):
    """Candidate structures and what their own network says of them."""

    phases: np.ndarray
    """Phase ids, uint8, shape ``(n, edge, edge, edge)``."""
    told_gpa: np.ndarray
    """Properties that the network predicts of the cut structures, float64, ``(n, properties)``."""


def propose(
    network: Network, latents: Tensor, wanted_gpa: np.ndarray, draws: int, seed: int
) -> Proposals:
    """Decode latents to structures of two phases.

    A `*_statistics` network shapes noise, and any noise gives another structure of the same
    statistics. Of a few, its regressor chooses the one whose properties are nearest to the wanted,
    in the mean of their `relative_misses`.

    Parameters
    ----------
    network
        A network that decodes and predicts, in evaluation mode.
    latents
        Shape ``(n, latent)``.
    wanted_gpa
        Wanted properties, those of the network in its order, shape ``(n, properties)``.
    draws
        Noises to choose from; the published decoders take none, and have one structure to give.
    seed
        Seed of the noises. Those of a latent depend on it and on its place alone.

    Returns
    -------
    Proposals
        One structure a latent; each holds voxels of both phases.
    """
    chosen, told = [], []
    for place, (latent, wanted) in enumerate(zip(latents, wanted_gpa, strict=True)):
        copies = latent.to(network.device).expand(draws_of(network, draws), -1)
        noise = noise_source(network, seed, "noise of a candidate", place)
        phases = cut(network.decode(copies, noise))
        means, _ = network.predict(phases)
        best = int(relative_misses(means, wanted).mean(axis=1).argmin())
        chosen.append(phases[best])
        told.append(means[best])
    return Proposals(np.stack(chosen), np.stack(told))


def draws_of(network: Network, draws: int) -> int:
    """Return the number of noises a network chooses from: 1 where it takes none."""
    return draws if RECIPES[network.model].statistics else 1


def noise_source(network: Network, seed: int, *purpose: object) -> torch.Generator:
    """Make the generator of a decoder's noise, on the network's device."""
    start = int(generator(seed, *purpose).integers(2**63))
    return torch.Generator(network.device).manual_seed(start)


def cut(soft: np.ndarray) -> np.ndarray:
    """Cut soft structures ``(n, …)`` to phase ids, uint8, at the volume fraction of each."""
    return binarise(torch.from_numpy(soft)).to(torch.uint8).numpy()


def solve_candidates(
    phases: np.ndarray, material: Mapping[str, Any], options: SolutionOptions, threads: int
) -> np.ndarray:
    """Compute the stiffness of candidates by the solver, each with one thread of torch.

    Parameters
    ----------
    phases
        Phase ids, shape ``(n, edge, edge, edge)``.
    material
        `young_gpa` and `poisson` of phases 0 and 1, as `load_network` returns them.
    options
        Element and tolerance.
    threads
        Structures that are solved at once.

    Returns
    -------
    np.ndarray
        The columns of `NORMAL` in GPa, float64, shape ``(n, 6)``.

    Raises
    ------
    InputError
        If candidates have no solution within the tolerance; all of them are named.
    """
    moduli = (material["young_gpa"], material["poisson"])

    def one(place: int) -> np.ndarray | str:
        try:
            block, _ = solution(phases[place], *moduli, options)
        except ConvergenceError as error:
            return (
                f"Candidate {place}: {str(error).split('. ')[0]}; loosen the solver's tolerance, "
                "or lower the contrast of the moduli."
            )
        return block[tuple(zip(*POSITIONS, strict=True))]

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        work = Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
            delayed(one)(place) for place in range(len(phases))
        )
        found = list(progress(work, len(phases), "solving candidates", "structure"))
    finally:
        torch.set_num_threads(before)
    raise_problems([each for each in found if isinstance(each, str)])
    return np.stack([each for each in found if not isinstance(each, str)])


def material_of(moduli: Mapping[str, Any]) -> dict[str, list[float]]:
    """Take the material from a set's table of phases."""
    return {name: list(moduli[name]) for name in ("young_gpa", "poisson")}


def outside(name: str, value: float, ranges: Mapping[str, list[float]]) -> str:
    """Say how a wanted property lies outside the training structures; empty where it does not."""
    low, high = ranges[name]
    if low <= value <= high:
        return ""
    return (
        f"Wanted {name} of {value:g} lies outside the training structures' {low:.4g} to "
        f"{high:.4g} GPa: what is proposed for it is extrapolated."
    )
