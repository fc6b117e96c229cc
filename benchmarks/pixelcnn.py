"""Maps of codes drawn from PixelCNN: cached sampling beside full recomputation, maps/s.

Prints JSON. Both draw with the same uniform numbers, and what they draw is compared. Weights do not
matter to the speed, so that the network is not trained here. Times are of the CPU, one thread.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pspflow.models.steel.pixelcnn import PixelCNN
from pspflow.models.steel.sampling import naive, sample

EDGE, SEED = 16, 0
NOTE = (
    "Full recomputation runs the whole network for each of the 256 codes of a map, as the paper "
    "describes it. Cached sampling computes the vertical stack once a row and the horizontal stack "
    "once a code. Both draw by the same uniform numbers; codes that differ do so by rounding in "
    "float32."
)


@dataclass(frozen=True)
class Size:
    """A network, and how many maps each way draws."""

    channels: int
    layers: int
    codes: int
    naive_maps: int
    cached_maps: int


SIZES = {
    "the paper's size": Size(64, 15, 512, 2, 64),
    "a small network": Size(32, 8, 128, 4, 128),
}


def measure(size: Size, edge: int = EDGE) -> dict[str, float]:
    """Draw maps both ways from one network; the first maps are the same."""
    torch.manual_seed(SEED)
    net = PixelCNN(size.codes, 1, size.channels, size.layers).eval()
    rng = np.random.default_rng(SEED)
    conditions = torch.from_numpy(rng.normal(size=(size.cached_maps, 1)).astype(np.float32))
    numbers = torch.from_numpy(rng.random((size.cached_maps, edge, edge)))
    few = size.naive_maps
    sample(net, conditions[:2], numbers[:2, :2])
    slow, drawn = _timed(naive, net, conditions[:few], numbers[:few])
    same, again = _timed(sample, net, conditions[:few], numbers[:few])
    fast, _ = _timed(sample, net, conditions, numbers)
    return {
        "naive maps/s": few / slow,
        "cached maps/s, as many maps": few / same,
        "cached maps/s": size.cached_maps / fast,
        "maps at once, naive": few,
        "maps at once, cached": size.cached_maps,
        "codes that differ": float((drawn != again).sum()),
    }


def _timed(
    way: Callable[[PixelCNN, Tensor, Tensor], Tensor],
    net: PixelCNN,
    conditions: Tensor,
    numbers: Tensor,
) -> tuple[float, Tensor]:
    started = time.process_time()
    drawn = way(net, conditions, numbers)
    return time.process_time() - started, drawn


def main() -> None:
    """Measure both sizes in one run."""
    torch.set_num_threads(1)
    cases = {name: measure(size) for name, size in SIZES.items()}
    ratios = {}
    for name, case in cases.items():
        slow = case["naive maps/s"]
        ratios[f"cached over naive, {name}"] = case["cached maps/s"] / slow
        ratios[f"cached over naive, as many maps at once, {name}"] = (
            case["cached maps/s, as many maps"] / slow
        )
    record = {"title": "Sampling from PixelCNN", "cases": cases, "ratios": ratios, "note": NOTE}
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
