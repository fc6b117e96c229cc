"""Chip to two persistence images: every backend and convention, on three kinds of chip.

Prints JSON. The peer is ripser with persim, the temper paper's stack.
"""

import json
import time
from collections.abc import Callable

import numpy as np
from persim import PersistenceImager as PersimImager
from scipy.ndimage import gaussian_filter

from pspflow.topology import close_essential_class, persistence_images, persistence_pairs

CHIP_PX = 128
CHIPS = 60
PEER_CHIPS = 6
REPEATS = 5


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


def rate(function: Callable[[np.ndarray], np.ndarray], chips: np.ndarray, repeats: int) -> float:
    """Median chips per second over repeats, after one warm-up."""
    function(chips[:1])
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        function(chips)
        seconds.append(time.perf_counter() - started)
    return len(chips) / float(np.median(seconds))


def main() -> None:
    """Measure every path in one run, on one core."""
    chips = make_chips(CHIPS)
    agreement = np.abs(ripser_and_persim(chips[:3]) - persistence_images(chips[:3])).max()
    cases = {
        "gudhi, T": rate(persistence_images, chips, REPEATS),
        "gudhi, V": rate(lambda c: persistence_images(c, convention="V"), chips, REPEATS),
        "ripser, T": rate(lambda c: persistence_images(c, backend="ripser"), chips[:PEER_CHIPS], 1),
        "peer: ripser and persim": rate(ripser_and_persim, chips[:PEER_CHIPS], 1),
    }
    print(
        json.dumps(
            {
                "title": "Chip to two persistence images, one core",
                "cases": {name: {"chips_per_s": value} for name, value in cases.items()},
                "ratios": {
                    "gudhi, T over ripser and persim": cases["gudhi, T"]
                    / cases["peer: ripser and persim"],
                    "largest difference from persim": float(agreement),
                },
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
