"""Simulated datasets: how their images are made, and many of them in parallel.

Image k of a dataset has its own random numbers, so that it is the same whatever else is simulated
beside it, and in whichever shard.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from joblib import Parallel, delayed

from pspflow.seeds import generator
from pspflow.simulate.gaussian import grey_levels, simulate_gaussian_fields, threshold_fields
from pspflow.simulate.potts import (
    DoubleEllipse,
    Teardrop,
    boundary_image,
    count_grains,
    simulate_additive,
    simulate_grain_growth,
    simulate_weld,
)
from pspflow.studies.latent.datasets.options import DatasetsOptions
from pspflow.studies.latent.datasets.spk import grow_with_spk
from pspflow.studies.latent.datasets.stored import Made
from pspflow.studies.latent.names import SimulatedName

Numbers = Sequence[int]
"""Numbers of images in their dataset, from 0."""
Recipe = Callable[[DatasetsOptions, Numbers, int], Made]
BATCH: Final = 8
"""Images of a Potts model that one thread simulates at a time."""
GAUSSIAN_BATCH: Final = 256


def simulated(
    name: SimulatedName, options: DatasetsOptions, numbers: Numbers, seed: int, threads: int
) -> Iterator[Made]:
    """Simulate images of a dataset.

    Parameters
    ----------
    name
        The dataset; any but `inpainted`.
    options
        Its parameters.
    numbers
        Which images, by number from 0.
    seed
        Seed of the run.
    threads
        Batches that are simulated at once; what comes out does not depend on it.

    Yields
    ------
    Made
        Some images, in order.
    """
    size = GAUSSIAN_BATCH if name.startswith("gaussian") else BATCH
    starts = range(0, len(numbers), size)
    yield from Parallel(n_jobs=threads, prefer="threads", return_as="generator")(
        delayed(RECIPES[name])(options, numbers[start : start + size], seed) for start in starts
    )


def fields(options: DatasetsOptions, numbers: Numbers, seed: int) -> np.ndarray:
    """Return the Gaussian fields that images are made of: (n, y, x) float32."""
    given = options.gaussian
    rngs = [generator(seed, "latent gaussian field", number) for number in numbers]
    return simulate_gaussian_fields(given.size_px, given.covariance_px2, rngs)


def _gaussian_smooth(options: DatasetsOptions, numbers: Numbers, seed: int) -> Made:
    images = grey_levels(fields(options, numbers, seed), options.gaussian.deviations)
    return Made(images, None, {})


def _gaussian_binary(options: DatasetsOptions, numbers: Numbers, seed: int) -> Made:
    """Threshold the fields of the smooth images, each of the same number."""
    wanted = _drawn("volume_fraction", options.gaussian.volume_fraction_range, numbers, seed)
    marked = threshold_fields(fields(options, numbers, seed), wanted)
    fractions = marked.mean(axis=(1, 2))
    return Made(np.where(marked, 255, 0).astype(np.uint8), None, {"volume_fraction": fractions})


def _grain_growth(options: DatasetsOptions, numbers: Numbers, seed: int) -> Made:
    given = options.grain_growth
    rngs = [generator(seed, "latent grain growth", number) for number in numbers]
    settings = (given.edge_sites, given.spins, given.temperature, given.time)
    if options.spk is None:
        labels = simulate_grain_growth(*settings, rngs)
    else:
        labels = grow_with_spk(options.spk, *settings, rngs)
    images = boundary_image(
        labels, given.image_px, given.line_sites, periodic=True, averaging=given.averaging
    )
    return Made(images, labels, _grains(labels, periodic=True))


def _additive(options: DatasetsOptions, numbers: Numbers, seed: int) -> Made:
    given = options.additive
    sizes = {
        f"pool_{part}_sites": _drawn(
            f"additive pool {part}", getattr(given, f"pool_{part}_sites"), numbers, seed
        )
        for part in ("width", "cap", "tail")
    }
    labels = simulate_additive(
        given.sites,
        given.spins,
        given.temperature,
        given.time,
        [DoubleEllipse(*each) for each in zip(*sizes.values(), strict=True)],
        DoubleEllipse(given.zone_width_sites, given.zone_cap_sites, given.zone_tail_sites),
        [generator(seed, "latent additive", number) for number in numbers],
        speed=given.speed,
        hatch=given.hatch_sites,
        mobility_decay=given.mobility_decay,
        overrun=given.overrun_sites,
    )
    images = boundary_image(
        labels, given.image_px, given.line_sites, periodic=False, averaging=given.averaging
    )
    return Made(images, labels, {**sizes, **_grains(labels, periodic=False)})


def _weld(options: DatasetsOptions, numbers: Numbers, seed: int) -> Made:
    given = options.weld
    widths = _drawn("weld pool width", given.pool_width_sites, numbers, seed)
    labels = simulate_weld(
        given.sites,
        given.spins,
        given.temperature,
        given.time,
        [Teardrop(width, given.teardrop) for width in widths],
        [generator(seed, "latent weld", number) for number in numbers],
        speed=given.speed,
        zone=given.zone_sites,
    )
    images = boundary_image(
        labels,
        given.image_px,
        given.line_sites,
        periodic=False,
        margin_sites=given.margin_sites,
        averaging=given.averaging,
    )
    # labels are those of the image
    shown = labels[:, :, given.margin_sites : given.sites[1] - given.margin_sites]
    columns = {"pool_width_sites": widths, **_grains(shown, periodic=False)}
    return Made(images, shown, columns)


def _drawn(what: str, bounds: tuple[float, float], numbers: Numbers, seed: int) -> np.ndarray:
    """Draw a value for each image, uniformly between two: (n,) float64."""
    low, high = bounds
    shares = [generator(seed, "latent", what, number).random() for number in numbers]
    return low + np.array(shares) * (high - low)


def _grains(labels: np.ndarray, *, periodic: bool) -> dict[str, np.ndarray]:
    """Count grains, and compute their mean area in sites."""
    counts = count_grains(labels, periodic=periodic)
    return {"grains": counts, "mean_area_sites": labels[0].size / counts}


RECIPES: Final[Mapping[SimulatedName, Recipe]] = {
    "gaussian_smooth": _gaussian_smooth,
    "gaussian_binary": _gaussian_binary,
    "grain_growth": _grain_growth,
    "additive": _additive,
    "weld": _weld,
}
