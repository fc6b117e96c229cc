"""Grains that a teardrop-shaped pool leaves along a weld."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pspflow.simulate.potts.melt_pool import Teardrop
from pspflow.simulate.potts.moving import move_pools
from pspflow.simulate.potts.paths import Pass
from pspflow.simulate.potts.zones import MarginZone


def simulate_weld(
    sites: tuple[int, int],
    spins: int,
    temperature: float,
    time: float,
    pools: Sequence[Teardrop],
    rngs: Sequence[np.random.Generator],
    *,
    speed: float,
    zone: float,
    threads: int = 1,
) -> NDArray[np.int32]:
    """Simulate one layer of a plate that a pool crosses along its middle; report, section 2.3.

    The widest place of the pool is at x = 0 at the start. Sites, visits and the clock are those of
    `simulate_additive`; the mobility falls along a line, from 1 at the pool to 0 at the zone's
    outer edge. Two things differ from the report's listing: it visits sites row by row, which is
    known to bias grains, and here they are in random order; and the pool's outline is ours, of the
    documented length over width. The listing's shape of the pool through the plate (alpha, beta)
    does not act on one layer.

    Parameters
    ----------
    sites
        Sites along y, across the weld, and x, along it.
    spins
        Sites start with, and solidify to, spins 1 to this at random.
    temperature
        kT, in units of the energy of a pair of unlike neighbours.
    time
        Until when.
    pools
        The melt pool of each image.
    rngs
        One generator for each image, of all that is random in it: an image depends on no other.
    speed
        Sites per unit of time.
    zone
        Width in sites of the heat-affected zone around the pool.
    threads
        Images that are simulated at once.

    Returns
    -------
    ndarray of int32, shape (n, y, x)
        Spins of each image.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    if not zone > 0:
        raise ValueError(f"zone is {zone}; it must be above 0.")
    zones = [MarginZone(pool, zone) for pool in pools]
    middle = Pass((sites[0] - 1) / 2, 0.0, 1, time * speed)
    return move_pools(sites, spins, temperature, time, speed, zones, [middle], rngs, threads)
