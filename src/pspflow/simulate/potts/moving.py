"""Images that a moving melt pool leaves: one lattice per image, one clock for all."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pspflow.simulate.potts.paths import Pass
from pspflow.simulate.potts.zones import COLUMNS_PER_SITE, Imprint, Zone, imprint

SWEEPS_PER_TIME: Final = 26
"""A unit of time of SPPARKS's `sweep` clock has a sweep for every neighbour that a site of the
lattice sc/26n has, though in one layer it has 8."""


def move_pools(
    sites: tuple[int, int],
    spins: int,
    temperature: float,
    time: float,
    speed: float,
    zones: Sequence[Zone],
    passes: Sequence[Pass],
    rngs: Sequence[np.random.Generator],
    threads: int,
) -> NDArray[np.int32]:
    """Move each image's zone along the same passes until a time; see `simulate_additive`.

    Raises
    ------
    ValueError
        If a number is out of its range, or there are other numbers of zones and generators.
    """
    if min(*sites, spins, threads) < 1 or not temperature >= 0:
        raise ValueError(
            f"sites are {sites}, spins {spins}, temperature {temperature} and threads {threads}; "
            "they must be at least 1, 1, 0 and 1."
        )
    if not (0 <= time < math.inf and 0 < speed < math.inf):
        raise ValueError(f"time is {time} and speed {speed}; they must be 0 or above, and above 0.")
    if len(zones) != len(rngs):
        raise ValueError(f"There are {len(zones)} pools, but {len(rngs)} generators.")
    from pspflow.simulate.potts.sweeps import sweep_pass  # noqa: PLC0415 - numba

    labels = np.empty((len(rngs), *sites), np.int32)
    parts = scheduled(passes, time, speed)
    find = _remembered(sites[0])

    def simulate(image: int) -> None:
        rng = rngs[image]
        padded = np.zeros((sites[0] + 2, sites[1] + 2), np.int32)
        lattice = padded[1:-1, 1:-1]
        lattice[:] = rng.integers(1, spins, sites, np.int32, endpoint=True)
        for line, start, sweeps in parts:
            rows = find(zones[image], line.y)
            step = line.direction * speed / SWEEPS_PER_TIME
            sweep_pass(
                padded,
                rows.first_row,
                rows.spans,
                rows.mobility,
                COLUMNS_PER_SITE,
                rows.candidates,
                start,
                step,
                sweeps,
                spins,
                temperature,
                rng,
            )
        labels[image] = lattice

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(simulate, range(len(rngs))))
    return labels


def scheduled(passes: Sequence[Pass], time: float, speed: float) -> list[tuple[Pass, float, int]]:
    """Return the passes that begin before a time, x at their first sweep, and how many they have.

    Sweep k happens at the time ``k / 26``, whatever pass it falls into.
    """
    end = math.ceil(time * SWEEPS_PER_TIME)
    parts, before = [], 0.0
    for line in passes:
        after = before + line.length / speed
        first = math.ceil(before * SWEEPS_PER_TIME - 1e-9)
        last = min(end, math.ceil(after * SWEEPS_PER_TIME - 1e-9))
        x = line.start + line.direction * speed * (first / SWEEPS_PER_TIME - before)
        if last > first:
            parts.append((line, x, last - first))
        before = after
    return parts


def _remembered(rows: int) -> Callable[[Zone, float], Imprint]:
    """Return a function that makes the imprint of equal zones at equal heights once."""
    known: dict[tuple[Zone, float], Imprint] = {}

    def find(zone: Zone, y: float) -> Imprint:
        key = (zone, y)
        if key not in known:
            known[key] = imprint(zone, y, rows)
        return known[key]

    return find
