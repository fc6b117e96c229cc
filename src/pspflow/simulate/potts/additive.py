"""Grains that a melt pool leaves on a serpentine path."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pspflow.simulate.potts.melt_pool import DoubleEllipse
from pspflow.simulate.potts.moving import move_pools
from pspflow.simulate.potts.paths import serpentine
from pspflow.simulate.potts.zones import EllipseZone


def simulate_additive(
    sites: tuple[int, int],
    spins: int,
    temperature: float,
    time: float,
    pools: Sequence[DoubleEllipse],
    zone: DoubleEllipse,
    rngs: Sequence[np.random.Generator],
    *,
    speed: float,
    hatch: float,
    mobility_decay: float,
    overrun: float = 0.0,
    threads: int = 1,
) -> NDArray[np.int32]:
    """Simulate one layer that a melt pool with a heat-affected zone scans; report, section 2.2.

    Sites have 8 neighbours, fewer at the edges. The pool moves along x, and jumps to the next row
    where a pass ends. A visit of a site in the pool gives it a random spin. A visit of one in the
    zone is a trial with the probability ``exp(-a d)``, d being its distance to the pool: it takes
    the spin of an unlike neighbour, all such spins alike probable, if the energy does not rise, or
    else with the probability ``exp(-dE / kT)``. Elsewhere nothing changes. The energy is the number
    of pairs of unlike neighbours.

    The clock is that of SPPARKS's `sweep random` on its lattice sc/26n, which has 26 sweeps in a
    unit of time even with one layer: in a sweep a site of the box around the zone is visited once
    on average. From sweep to sweep the pool moves by a 26th of its speed.

    Parameters
    ----------
    sites
        Sites along y and x.
    spins
        Sites start with, and solidify to, spins 1 to this at random.
    temperature
        kT, in units of the energy of a pair of unlike neighbours.
    time
        Until when; the pool is gone after its last pass.
    pools
        The melt pool of each image.
    zone
        The heat-affected zone with the pool in it.
    rngs
        One generator for each image, of all that is random in it: an image depends on no other.
    speed
        Sites per unit of time.
    hatch
        Sites between neighbouring passes.
    mobility_decay
        The factor a, per site.
    overrun
        Sites that a pass begins before the plate and ends behind it.
    threads
        Images that are simulated at once.

    Returns
    -------
    ndarray of int32, shape (n, y, x)
        Spins of each image.

    Raises
    ------
    ValueError
        If a number is out of its range, or a pool is larger than the zone.
    """
    if not (hatch > 0 and overrun >= 0 and mobility_decay >= 0):
        raise ValueError(
            f"hatch is {hatch}, overrun {overrun} and mobility_decay {mobility_decay}; they must "
            "be above 0, and 0 or above."
        )
    for pool in pools:
        if pool.width > zone.width or pool.front > zone.front or pool.tail > zone.tail:
            raise ValueError(f"The pool {pool} is larger than the zone {zone} around it.")
    zones = [EllipseZone(pool, zone, mobility_decay) for pool in pools]
    passes = serpentine(sites, hatch, overrun)
    return move_pools(sites, spins, temperature, time, speed, zones, passes, rngs, threads)
