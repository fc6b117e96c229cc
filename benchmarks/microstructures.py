"""Simulated microstructures of 128² sites or pixels on one thread: grain growth, Gaussian fields.

Prints JSON. Times are CPU times of one thread. The peer of grain growth does the same on the same
clock by plain sweeps: a trial draws any site, and one of 8 slots that hold its distinct unlike
spins, and most trials change nothing. Promise watched: no slower than SPPARKS, whose times are
quoted, of its tree solver on 2 cores as slow as those that the project is tested on.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import NamedTuple

import numba
import numpy as np

from pspflow.simulate import (
    count_grains,
    grey_levels,
    simulate_gaussian_fields,
    simulate_grain_growth,
    threshold_fields,
)
from pspflow.simulate.potts.rates import flip_rates

SPINS = 2048
SPPARKS_S = {0.25: 1.1, 0.85: 1.7}
"""Seconds of SPPARKS for one lattice of 128² to time 1500, by temperature."""
COMPILE = """
import time
import numba
from pspflow.simulate import simulate_grain_growth
import numpy as np
started = time.process_time()
simulate_grain_growth(8, 5, 0.5, 1.0, [np.random.default_rng(0)])
print(time.process_time() - started)
"""
SECONDS, GRAINS, RATE = "CPU-s an image", "grains at the end", "images/s"


class Sizes(NamedTuple):
    """How much is simulated."""

    edge: int = 128
    until: float = 1500.0
    images: int = 8
    swept: int = 2
    """Images of plain sweeps, which are slow."""
    fields: int = 512


def streams(count: int) -> list[np.random.Generator]:
    return [np.random.default_rng([3, image]) for image in range(count)]


@numba.njit
def sweep(spins: np.ndarray, rates: np.ndarray, trials: int, seed: int) -> None:
    """Make trials at random sites of a periodic lattice (y, x)."""
    np.random.seed(seed)  # noqa: NPY002 - numba's own
    rows, columns = spins.shape
    unlike, counts = np.empty(8, np.int32), np.empty(8, np.int64)
    near = np.empty(8, np.int32)
    for _ in range(trials):
        drawn = np.uint32(np.random.random() * 8 * rows * columns)  # noqa: NPY002
        slot, site = drawn & 7, drawn >> 3
        y, x = site // columns, site % columns
        north, south = y - 1 if y else rows - 1, y + 1 if y < rows - 1 else 0
        west, east = x - 1 if x else columns - 1, x + 1 if x < columns - 1 else 0
        near[0], near[1], near[2] = spins[north, west], spins[north, x], spins[north, east]
        near[3], near[4] = spins[y, west], spins[y, east]
        near[5], near[6], near[7] = spins[south, west], spins[south, x], spins[south, east]
        own, like, found = spins[y, x], 0, 0
        for spin in near:
            if spin == own:
                like += 1
                continue
            k = 0
            while k < found and unlike[k] != spin:
                k += 1
            if k == found:
                unlike[k], counts[k] = spin, 0
                found += 1
            counts[k] += 1
        if slot < found:
            rate = rates[like, counts[slot]]
            if rate == 1 or np.random.random() < rate:  # noqa: NPY002
                spins[y, x] = unlike[slot]


def swept(sizes: Sizes, temperature: float) -> np.ndarray:
    """Return lattices (n, y, x) after plain sweeps: 8 trials a site make a unit of time."""
    rates = flip_rates(temperature)
    lattices = []
    for image, rng in enumerate(streams(sizes.swept)):
        lattice = rng.integers(1, SPINS, (sizes.edge, sizes.edge), np.int32, endpoint=True)
        sweep(lattice, rates, math.ceil(8 * lattice.size * sizes.until), image)
        lattices.append(lattice)
    return np.array(lattices)


def timed(work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """Return the CPU time an image, and the images."""
    started = time.process_time()
    images = work()
    return (time.process_time() - started) / len(images), images


def seconds_to_compile() -> float:
    """Time the first simulation of a process whose cache of machine code is empty."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", COMPILE]
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        found = subprocess.run(command, env=environment, capture_output=True, check=True)
    return float(found.stdout)


def measure(sizes: Sizes) -> dict[str, object]:
    """Measure every case."""
    cases: dict[str, dict[str, float]] = {}
    ratios: dict[str, float] = {}
    tiny = Sizes(edge=4, until=1.0, images=1, swept=1)
    for each in (tiny, sizes):  # the first compiles
        for temperature, quoted in SPPARKS_S.items():

            def grown(each: Sizes = each, temperature: float = temperature) -> np.ndarray:
                rngs = streams(each.images)
                return simulate_grain_growth(each.edge, SPINS, temperature, each.until, rngs)

            def plain(each: Sizes = each, temperature: float = temperature) -> np.ndarray:
                return swept(each, temperature)

            name = f"kT {temperature}"
            seconds = {}
            for way, work in ((f"grain growth, {name}", grown), (f"plain sweeps, {name}", plain)):
                seconds[way], labels = timed(work)
                grains = float(count_grains(labels, periodic=True).mean())
                cases[way] = {SECONDS: seconds[way], GRAINS: grains, RATE: 1 / seconds[way]}
            ours, theirs = seconds.values()
            cases[f"SPPARKS, {name} (quoted)"] = {SECONDS: quoted, RATE: 1 / quoted}
            ratios[f"plain sweeps over grain growth, {name}"] = theirs / ours
            ratios[f"SPPARKS (quoted) over grain growth, {name}"] = quoted / ours
    cases["grain growth, compilation once"] = {SECONDS: seconds_to_compile()}
    covariance = 16 * np.eye(2)

    def smooth() -> np.ndarray:
        fields = simulate_gaussian_fields(sizes.edge, covariance, streams(sizes.fields))
        return grey_levels(fields, 3.0)

    def binary() -> np.ndarray:
        fields = simulate_gaussian_fields(sizes.edge, covariance, streams(sizes.fields))
        return threshold_fields(fields, 0.5)

    for name, work in (("Gaussian fields", smooth), ("Gaussian fields, thresholded", binary)):
        work()
        second, _ = timed(work)
        cases[name] = {SECONDS: second, RATE: 1 / second}
    return {
        "title": f"Simulated microstructures, {sizes.edge}² sites or pixels, one thread",
        "cases": cases,
        "ratios": ratios,
        "note": f"Grain growth to time {sizes.until:g} of SPPARKS's kinetic Monte Carlo clock, "
        f"{SPINS:,} spins. Plain sweeps are on the same clock: 8 trials a site are a unit of time. "
        "SPPARKS's times are quoted: its tree solver, measured earlier on a machine of this kind.",
    }


def main() -> None:
    """Print the record."""
    print(json.dumps(measure(Sizes()), indent=2))


if __name__ == "__main__":
    main()
