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

All is in one module because numba's cache of machine code watches only the file of the cached
function, not the files of the functions that it calls.
"""

import math

import numpy as np

from pspflow.topology.compiled import compiled

CLASSES = 9
"""A site has 0 to 8 neighbours of its own spin."""


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
    """Write the 8 neighbours of a site of a periodic lattice, as flat indices."""
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
    """Move a site to the class of one more like neighbour."""
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
    """Move a site to the class of one like neighbour less."""
    own = like[site]
    here, there = place[site], start[own]
    other = order[there]
    order[here], place[other] = other, here
    order[there], place[site] = site, there
    start[own] += 1
    like[site] = own - 1


@compiled
def grow(  # noqa: PLR0912, PLR0915 - a call would be compiled twice
    spins: np.ndarray,
    rates: np.ndarray,
    bounds: np.ndarray,
    times: np.ndarray,
    state: np.ndarray,
    snapshots: np.ndarray,
) -> int:
    """Simulate one image and write it at each time.

    Parameters
    ----------
    spins
        Sites (y, x) int32 at time 0; changed in place.
    rates, bounds
        From `pspflow.simulate.potts.rates`: (9, 9) and (9,).
    times
        Increasing, (t,) float64.
    state
        Of `uniform`, (4,) uint64; changed in place.
    snapshots
        Written: (t, y, x) int32.

    Returns
    -------
    int
        Trials, null ones included.
    """
    rows, columns = spins.shape
    sites = rows * columns
    flat = spins.reshape(sites)
    like = np.zeros(sites, np.int32)
    order, place = np.empty(sites, np.int32), np.empty(sites, np.int32)
    start = np.zeros(CLASSES + 1, np.int64)  # of each class in order, and their end
    neighbours, near = np.empty(8, np.int64), np.empty(8, np.int32)
    for site in range(sites):
        find_neighbours(site, rows, columns, neighbours)
        for k in range(8):
            like[site] += flat[neighbours[k]] == flat[site]
        start[like[site] + 1] += 1
    for number in range(CLASSES):
        start[number + 1] += start[number]
    filled = start[:CLASSES].copy()
    for site in range(sites):
        place[site] = filled[like[site]]
        order[place[site]] = site
        filled[like[site]] += 1
    time, written, trials = 0.0, 0, 0
    while written < len(times):
        total = 0.0
        for number in range(CLASSES):
            total += (start[number + 1] - start[number]) * bounds[number]
        if total > 0:
            time -= math.log(1 - uniform(state)) / total
        else:
            time = math.inf  # nothing can happen any more
        while written < len(times) and times[written] < time:
            snapshots[written] = spins
            written += 1
        if written == len(times):
            break
        trials += 1
        left = uniform(state) * total
        drawn = 0
        for number in range(CLASSES):  # a rounded sum ends in the last class that can be drawn
            weight = (start[number + 1] - start[number]) * bounds[number]
            if weight > 0:
                drawn = number
                if left < weight:
                    break
                left -= weight
        size = start[drawn + 1] - start[drawn]
        site = order[start[drawn] + int(uniform(state) * size)]
        own = flat[site]
        find_neighbours(site, rows, columns, neighbours)
        for k in range(8):
            near[k] = flat[neighbours[k]]
        left = uniform(state) * bounds[drawn]
        unseen = 8 - drawn
        for k in range(8):
            if near[k] == own:
                continue
            first = True
            for m in range(k):
                first = first and near[m] != near[k]
            if not first:
                continue
            count = 1
            for m in range(k + 1, 8):
                count += near[m] == near[k]
            left -= rates[drawn, count]
            if left < 0:
                new = near[k]
                flat[site] = new
                for m in range(8):
                    if near[m] == own:
                        move_down(neighbours[m], like, order, place, start)
                    elif near[m] == new:
                        move_up(neighbours[m], like, order, place, start)
                while like[site] < count:
                    move_up(site, like, order, place, start)
                while like[site] > count:
                    move_down(site, like, order, place, start)
                break
            unseen -= count
            if unseen == 0:
                break
    return trials
