"""Grain growth of a Potts model on SPPARKS's clock."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks
from pspflow.simulate.potts.rates import flip_rates, rate_bounds

Labels = NDArray[np.int32]


@refuses_masks
def simulate_grain_growth(
    edge_sites: int,
    spins: int,
    temperature: float,
    times: float | Sequence[float],
    rngs: Sequence[np.random.Generator],
    *,
    start: NDArray[np.integer] | None = None,
    threads: int = 1,
) -> Labels:
    """Simulate grain growth on periodic square lattices; report, section 2.4.

    Every site has 8 neighbours, and the energy is the number of pairs of unlike neighbours. A site
    may take the spin of any unlike neighbour, and only those. The event of a site and such a spin,
    however many neighbours have it, has the rate 1 where the energy does not rise, and ``exp(-dE /
    kT)`` where it rises by dE. This is SPPARKS's `potts/neighonly` under a kinetic Monte Carlo
    solver, and its clock: in a unit of time an event that no energy hinders happens once on
    average. Sweeps of trials are another clock.

    Parameters
    ----------
    edge_sites
        Sites along each edge, at least 3.
    spins
        Sites start with spins 1 to this at random (Q). Two grains may have one spin.
    temperature
        kT, in units of the energy of a pair of unlike neighbours; at 0 the energy never rises.
    times
        When labels are taken: one time, or increasing ones.
    rngs
        One generator for each image, of all that is random in it: an image depends on no other.
    start
        Spins (n, y, x) at time 0, in place of random ones.
    threads
        Images that are simulated at once.

    Returns
    -------
    ndarray of int32
        Spins of each image: (n, y, x), or (n, time, y, x) of several times.

    Raises
    ------
    ValueError
        If a number is out of its range, times do not increase, or `start` has another shape.
    """
    taken = np.atleast_1d(np.asarray(times, np.float64))
    if edge_sites < 3 or spins < 1 or not temperature >= 0 or threads < 1:
        raise ValueError(
            f"edge_sites is {edge_sites}, spins {spins}, temperature {temperature} and threads "
            f"{threads}; they must be at least 3, 1, 0 and 1."
        )
    if taken.ndim != 1 or not np.all(np.diff(taken, prepend=0) >= 0) or np.isinf(taken).any():
        raise ValueError(f"times are {times}; give finite ones that increase from 0 or above.")
    shape = (len(rngs), edge_sites, edge_sites)
    if start is not None and np.shape(start) != shape:
        raise ValueError(f"start has the shape {np.shape(start)}; for these images it is {shape}.")
    from pspflow.simulate.potts.kernel import grow  # noqa: PLC0415 - numba

    rates = flip_rates(temperature)
    bounds = rate_bounds(rates)
    labels = np.empty((len(rngs), len(taken), *shape[1:]), np.int32)

    def simulate(image: int) -> None:
        rng = rngs[image]
        if start is None:
            lattice = rng.integers(1, spins, shape[1:], np.int32, endpoint=True)
        else:
            lattice = np.array(start[image], np.int32, order="C")
        state = rng.integers(1, 2**64, 4, np.uint64)  # a state of zeros would stay one
        grow(lattice, rates, bounds, taken, state, labels[image])

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(simulate, range(len(rngs))))
    return labels if np.ndim(times) else labels[:, 0]
