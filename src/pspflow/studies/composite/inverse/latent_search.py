"""Search of a latent space by simulated annealing, with which direct inference is compared.

An iteration is one proposed latent, and so one evaluation of the objective; the paper does not say
what its iterations are. No gradient is used and no local search follows.
"""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import torch
from scipy.optimize import dual_annealing

from pspflow.studies.composite.networks.decoding import cut, noise_source
from pspflow.studies.composite.networks.network import Network

VISIT: Final = 2.0
"""Parameter of the visiting distribution. At 2 it is Cauchy's: half of the steps are shorter than
the temperature, in each dimension."""
HOT: Final = 1.0
"""First temperature of a search from a random latent, in standard deviations of the latents."""
COLD: Final = 0.2
"""First temperature of a search from an inferred latent, which stays near it."""
NEVER: Final = 1e-12
"""Share of the first temperature at which a search would start again elsewhere: it never does."""
TINY: Final = 1e-6
"""Added to standard deviations, for a latent dimension that is the same for all structures."""


class Region(NamedTuple):
    """Region of the latents of training structures; each array has shape ``(latent,)``."""

    mean: np.ndarray
    spread: np.ndarray
    """Standard deviations."""
    low: np.ndarray
    """Bounds, a standard deviation beyond the lowest and the highest latents."""
    high: np.ndarray

    @classmethod
    def of(cls, latents: np.ndarray) -> "Region":
        """Take the region from latents, shape ``(n, latent)``."""
        spread = latents.std(axis=0) + TINY
        low, high = latents.min(axis=0) - spread, latents.max(axis=0) + spread
        return cls(latents.mean(axis=0), spread, low, high)

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """Draw a latent (d,), its dimensions normal and independent, within the bounds."""
        return np.clip(rng.normal(self.mean, self.spread), self.low, self.high)


class Start(NamedTuple):
    """Start of a search, and its target."""

    instance: int
    wanted_gpa: float
    inferred: bool
    """Whether the latent is a mean of a prior; it is random otherwise."""
    number: int
    """Number among the starts of this kind, from 0."""
    latent: np.ndarray
    """Shape ``(latent,)``."""

    @property
    def kind(self) -> str:
        """Return `inferred` or `random`."""
        return "inferred" if self.inferred else "random"


class Search(NamedTuple):
    """Result of a search."""

    start: Start
    best: np.ndarray
    """Float64, shape ``(latent,)``."""
    evaluations: int
    """Number of evaluations of the objective; the first is that of the start."""
    first_gpa: float
    """C11 that the objective's network predicts at the start."""
    predicted_gpa: float
    """C11 that it predicts at the best latent."""
    seconds: float
    """Wall-clock time of the search."""


def sampler(network: Network, seed: int, start: Start) -> Callable[[np.ndarray], np.ndarray]:
    """Return the map from latents to structures of one search: its noise stays the same.

    Returns
    -------
    Function of a latent, shape ``(latent,)``, that returns phase ids, shape ``(1, edge, edge,
    edge)``.
    """
    noise = noise_source(network, seed, "annealing noise", start.instance, start.kind, start.number)
    state = noise.get_state()

    def structure(latent: np.ndarray) -> np.ndarray:
        given = torch.as_tensor(latent, dtype=torch.float32, device=network.device)
        noise.set_state(state)
        return cut(network.decode(given[None], noise))

    return structure


def search(
    network: Network,
    objective: Network,
    start: Start,
    region: Region,
    iterations: int,
    seed: int,
    rng: np.random.Generator,
) -> Search:
    """Search the latent space for a structure of the wanted C11, by what a network predicts.

    Parameters
    ----------
    network
        The network that decodes.
    objective
        The network that predicts.
    start
        Where the search begins.
    region
        Bounds of the search, widened to hold the start, and the unit of its steps.
    iterations
        Number of latents to propose.
    seed
        Seed of the decoder's noise.
    rng
        Generator of the proposals.
    """
    began = time.perf_counter()
    structure = sampler(network, seed, start)

    def predicted(scaled: np.ndarray) -> float:
        latent = region.mean + region.spread * scaled
        return float(objective.predict(structure(latent))[0][0, 0])

    def error(scaled: np.ndarray) -> float:
        return abs(predicted(scaled) - start.wanted_gpa) / start.wanted_gpa

    known = np.stack([region.low, region.high, start.latent])
    *_, first = scaled = (known - region.mean) / region.spread
    found = dual_annealing(
        error,
        np.stack([scaled.min(axis=0), scaled.max(axis=0)], axis=1),
        maxiter=iterations,
        initial_temp=COLD if start.inferred else HOT,
        restart_temp_ratio=NEVER,
        visit=VISIT,
        maxfun=iterations + 1,
        seed=rng,
        no_local_search=True,
        x0=first,
    )
    best = region.mean + region.spread * found.x
    ends = predicted(first), predicted(found.x)
    return Search(start, best, found.nfev, *ends, time.perf_counter() - began)
