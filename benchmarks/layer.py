"""Forward and backward through the layer: a batch of 64 chips on 2 threads.

Prints JSON. Promises watched: at least 4,000 chips/s at 256 levels and 1,000 in single precision.
"""

import json
import time

import numpy as np
import torch
from persistence import KINDS, make_chips

from pspflow.topology import PersistenceImageLayer

BATCH = 64
THREADS = 2
REPEATS = 15
MIXED = "a third each"


def seconds(layer: PersistenceImageLayer, images: torch.Tensor) -> tuple[float, float]:
    """Time one pass forward, and forward and backward."""
    upstream = torch.ones(BATCH, 2, 10, 10)
    started = time.perf_counter()
    drawn = layer(images)
    forward = time.perf_counter() - started
    drawn.backward(upstream)
    images.grad = None
    return forward, time.perf_counter() - started


def rates(levels: int | None) -> dict[str, float]:
    """Measure chips per second on every kind of chip."""
    layer = PersistenceImageLayer(10, (0, 255), (0, 255), 12.75, levels=levels)
    chips = make_chips(3 * BATCH)
    batches = {MIXED: chips[:BATCH]} | {kind: chips[k::3] for k, kind in enumerate(KINDS)}
    found = {}
    for kind, batch in batches.items():
        images = torch.tensor(batch, dtype=torch.float32)
        if levels is None:
            images += torch.rand(images.shape) - 0.5
        images.requires_grad_()
        seconds(layer, images)
        both = np.median([seconds(layer, images)[1] for _ in range(REPEATS)])
        found[f"{kind}, chips_per_s"] = BATCH / float(both)
    forward = np.median([seconds(layer, images)[0] for _ in range(REPEATS)])
    return found | {f"{KINDS[-1]}, forward only": BATCH / float(forward)}


def main() -> None:
    """Measure both precisions."""
    torch.set_num_threads(THREADS)
    cases = {"256 levels": rates(256), "float32": rates(None)}
    key = f"{MIXED}, chips_per_s"
    print(
        json.dumps(
            {
                "title": "Persistence images as a layer, forward and backward, two threads",
                "cases": cases,
                "ratios": {
                    "256 levels over float32": cases["256 levels"][key] / cases["float32"][key]
                },
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
