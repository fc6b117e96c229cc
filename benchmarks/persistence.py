"""Chip to two persistence images: every backend and convention, on three kinds of chip.

Prints JSON. Promises watched: the exact kernel makes at least 350 times as many chips a second as
ripser with persim, the temper paper's stack, and 3 times as many as the fastest library path.
"""

import json
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from persim import PersistenceImager as PersimImager
from scipy.ndimage import gaussian_filter

from pspflow.topology import close_essential_class, persistence_images, persistence_pairs

CHIP_PX = 128
KINDS = ("Gaussian", "blobs", "noise")
CHIPS = 60
PEER_CHIPS = 6
REPEATS = 7
PEER = "peer: ripser and persim"


def make_chips(count: int) -> np.ndarray:
    """Make a third each of Gaussian fields, bright blobs on noise, and noise: uint8."""
    rng = np.random.default_rng(0)
    chips = []
    for i in range(count):
        field = rng.normal(size=(CHIP_PX, CHIP_PX))
        if i % 3 == 0:
            field = gaussian_filter(field, 4, mode="wrap")
        elif i % 3 == 1:
            blobs = gaussian_filter((rng.random((CHIP_PX, CHIP_PX)) < 0.003).astype(float), 2)
            field = 0.3 * field + 8 * blobs / blobs.max()
        scaled = (field - field.min()) / (field.max() - field.min())
        chips.append(np.rint(255 * scaled).astype(np.uint8))
    return np.stack(chips)


def ripser_and_persim(chips: np.ndarray) -> np.ndarray:
    """Do what the paper's stack does, with persim's own images."""
    imager = PersimImager(
        birth_range=(0, 255),
        pers_range=(0, 255),
        pixel_size=25.5,
        kernel_params={"sigma": [[12.75**2, 0.0], [0.0, 12.75**2]]},
    )
    images = []
    for chip in chips:
        h0, h1 = persistence_pairs(chip, backend="ripser")
        pairs = (close_essential_class(h0, float(chip.max())), h1)
        images.append([imager.transform(points) for points in pairs])
    return np.array(images)


def seconds_per_chip(function: Callable[[np.ndarray], np.ndarray], chips: np.ndarray) -> float:
    """Time one pass."""
    started = time.perf_counter()
    function(chips)
    return (time.perf_counter() - started) / len(chips)


def main() -> None:
    """Measure every path in one run on one core, in turns so that all see the same load."""
    chips = make_chips(CHIPS)
    paths: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        f"{backend}, {convention}": partial(
            persistence_images, backend=backend, convention=convention
        )
        for backend in ("exact", "gudhi")
        for convention in ("T", "V")
    }
    paths[PEER] = ripser_and_persim
    seconds: dict[str, dict[str, list[float]]] = {
        path: {kind: [] for kind in KINDS} for path in paths
    }
    for function in paths.values():
        function(chips[:1])
    for _ in range(REPEATS):
        for path, function in paths.items():
            count = PEER_CHIPS if path == PEER else CHIPS
            for number, kind in enumerate(KINDS):
                some = chips[:count][number :: len(KINDS)]
                seconds[path][kind].append(seconds_per_chip(function, some))
    medians = {
        path: {kind: float(np.median(times)) for kind, times in by_kind.items()}
        for path, by_kind in seconds.items()
    }
    for by_kind in medians.values():
        by_kind["all"] = sum(by_kind.values()) / len(KINDS)
    expected = ripser_and_persim(chips[:3])
    differences = {
        backend: float(np.abs(persistence_images(chips[:3], backend=backend) - expected).max())
        for backend in ("exact", "gudhi")
    }
    print(
        json.dumps(
            {
                "title": "Chip to two persistence images, one core",
                "cases": {
                    path: {f"{kind}, chips_per_s": 1 / value for kind, value in by_kind.items()}
                    for path, by_kind in medians.items()
                },
                "ratios": {
                    f"exact, T over {peer}, {kind}": medians[path][kind] / medians["exact, T"][kind]
                    for peer, path in (("ripser and persim", PEER), ("gudhi", "gudhi, T"))
                    for kind in (*KINDS, "all")
                }
                | {
                    f"largest difference from persim, {backend}": difference
                    for backend, difference in differences.items()
                },
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
