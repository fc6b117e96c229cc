"""The compiled loop of grain growth: kinetic Monte Carlo without null sites.

A site has an event for every distinct spin among its unlike neighbours: it takes that spin. Of the
event's rate only two counts matter, neighbours with the site's own spin and with the other one.
Sites are kept in classes by the first count. All sites of a class share a bound on the sum of their
rates, so that a trial is: draw a class in proportion to its size times its bound, a site of it, and
one of the site's events, or none, in proportion to the rates and what the bound has left. Time
advances by an exponential number of mean one over the sum of all bounds. This is thinning: the
sequence of events and times has exactly the distribution of the master equation, and a null trial
changes the time alone. The bound is attained where two grains meet, so few trials are null; flat
boundaries, whose sites rarely flip, are rarely drawn.

Classes lie one after the other in one array of sites. A flip changes the count of a neighbour by
one at most: the neighbour changes places with the first or last of its class, and the border
between the two classes moves by one.

Arrays of a lattice are flat, sites row after row:

- `spins` (sites,) int32: spin of each site;
- `like` (sites,) int32: its class, the number of its neighbours with its own spin;
- `order` (sites,) int32: the sites, class after class; `place` (sites,) int32: where each stands;
- `start` (10,) int64: where classes 0 to 8 begin in `order`, and the end.

All is in one module because numba's cache of machine code watches only the file of the cached
function, not the files of the functions that it calls. What needs no speed is not here: code takes
a hundred times longer to compile than to run.
"""

import math

import numpy as np

from pspflow.topology.compiled import compiled


@compiled
def uniform(state: np.ndarray) -> float:
    """Draw from 0 (included) to 1 (excluded) and advance the state (4,) uint64: xoshiro256++.

    References
    ----------
    Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4).
    """
    s0, s1, s2, s3 = state[0], state[1], state[2], state[3]
    both = s0 + s3
    drawn = ((both << np.uint64(23)) | (both >> np.uint64(41))) + s0
    shifted = s1 << np.uint64(17)
    s2 ^= s0
    s3 ^= s1
    state[1] = s1 ^ s2
    state[0] = s0 ^ s3
    state[2] = s2 ^ shifted
    state[3] = (s3 << np.uint64(45)) | (s3 >> np.uint64(19))
    return (drawn >> np.uint64(11)) * 1.1102230246251565e-16


@compiled
def find_neighbours(site: int, rows: int, columns: int, neighbours: np.ndarray) -> None:
    """Write the 8 neighbours ``(8,)`` of a site of a periodic lattice, as flat indices."""
    row = site // columns
    column = site - row * columns
    north = site - columns if row > 0 else site + (rows - 1) * columns
    south = site + columns if row < rows - 1 else column
    west = -1 if column > 0 else columns - 1
    east = 1 if column < columns - 1 else 1 - columns
    neighbours[0] = north + west
    neighbours[1] = north
    neighbours[2] = north + east
    neighbours[3] = site + west
    neighbours[4] = site + east
    neighbours[5] = south + west
    neighbours[6] = south
    neighbours[7] = south + east


@compiled
def move_up(
    site: int, like: np.ndarray, order: np.ndarray, place: np.ndarray, start: np.ndarray
) -> None:
    """Move a site to the class of one more like neighbour.

    `like`, `order` and `place` are ``(sites,)``, `start` says where each class begins in `order`,
    ``(10,)``.
    """
    upper = like[site] + 1
    start[upper] -= 1
    here, there = place[site], start[upper]
    other = order[there]
    order[here], place[other] = other, here
    order[there], place[site] = site, there
    like[site] = upper


@compiled
def move_down(
    site: int, like: np.ndarray, order: np.ndarray, place: np.ndarray, start: np.ndarray
) -> None:
    """Move a site to the class of one like neighbour less; arguments as in `move_up`."""
    own = like[site]
    here, there = place[site], start[own]
    other = order[there]
    order[here], place[other] = other, here
    order[there], place[site] = site, there
    start[own] += 1
    like[site] = own - 1


@compiled
def advance(  # noqa: PLR0912, PLR0915 - parts would be compiled twice
    spins: np.ndarray,
    columns: int,
    like: np.ndarray,
    order: np.ndarray,
    place: np.ndarray,
    start: np.ndarray,
    rates: np.ndarray,
    bounds: np.ndarray,
    time: float,
    until: float,
    state: np.ndarray,
) -> float:
    """Simulate one image up to a time.

    Parameters
    ----------
    spins, like, order, place, start
        The lattice, see the module; changed in place.
    columns
        Sites of a row.
    rates, bounds
        From `pspflow.simulate.potts.rates`: (9, 9) and (9,).
    time
        Time of the next trial.
    until
        Trials after this time are left to the next call.
    state
        Of `uniform`, (4,) uint64; changed in place.

    Returns
    -------
    float
        Time of the next trial; infinite where nothing can happen any more.
    """
    rows = len(spins) // columns
    neighbours, near = np.empty(8, np.int64), np.empty(8, np.int32)
    total = 0.0
    for number in range(9):
        total += (start[number + 1] - start[number]) * bounds[number]
    while time <= until:
        left = uniform(state) * total
        drawn = 0
        for number in range(9):
            weight = (start[number + 1] - start[number]) * bounds[number]
            if weight > 0:  # where rounding leaves some, it is of the last class that has any
                drawn = number
                if left < weight:
                    break
                left -= weight
        size = start[drawn + 1] - start[drawn]
        site = order[start[drawn] + int(uniform(state) * size)]
        own = spins[site]
        find_neighbours(site, rows, columns, neighbours)
        for k in range(8):
            near[k] = spins[neighbours[k]]
        left = uniform(state) * bounds[drawn]
        unseen = 8 - drawn
        new, count = own, 0
        for k in range(8):
            if near[k] == own:
                continue
            first, count = True, 0
            for m in range(8):
                if near[m] == near[k]:
                    first = first and m >= k
                    count += 1
            if not first:
                continue
            left -= rates[drawn, count]
            if left < 0:
                new = near[k]
                break
            unseen -= count
            if unseen == 0:
                break
        if new != own:
            spins[site] = new
            for k in range(8):
                if near[k] == own:
                    move_down(neighbours[k], like, order, place, start)
                elif near[k] == new:
                    move_up(neighbours[k], like, order, place, start)
            while like[site] < count:
                move_up(site, like, order, place, start)
            while like[site] > count:
                move_down(site, like, order, place, start)
            total = 0.0
            for number in range(9):
                total += (start[number + 1] - start[number]) * bounds[number]
        if total > 0:
            time -= math.log(1 - uniform(state)) / total
        else:
            time = math.inf
    return time
