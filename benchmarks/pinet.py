"""PI-Net of the paper's size beside the exact kernel: chips/s on the same chips and cores.

Prints JSON. Its weights do not matter to its speed, so that it is not trained here.
"""

import json
import time

import torch
from persistence import make_chips

from pspflow.models.pinet import HEADS, PAPER_CHANNELS, PINet, grey_to_input
from pspflow.topology import persistence_images

CHIPS = 96
PINET_CHIPS = 16
THREADS = 2
NOTE = (
    "At the printed layer sizes a chip costs 33.9 GFLOP, and 437,000 chips at least 23 minutes at "
    "the peak of the paper's P100; the paper reports several minutes, so that the network it timed "
    "may have been smaller than it prints."
)


def main() -> None:
    """Measure both heads and the kernel in one run."""
    torch.set_num_threads(THREADS)
    chips = make_chips(CHIPS)
    cases = {}
    for head in HEADS:
        net = PINet(head, PAPER_CHANNELS).eval().to(memory_format=torch.channels_last)
        inputs = grey_to_input(torch.from_numpy(chips[:PINET_CHIPS]))
        with torch.inference_mode():
            net(inputs[:2])
            started = time.perf_counter()
            net(inputs)
        rate = PINET_CHIPS / (time.perf_counter() - started)
        cases[f"PI-Net, {head}, {THREADS} threads"] = {"chips_per_s": rate}
    persistence_images(chips[:2])
    started = time.perf_counter()
    persistence_images(chips)
    exact = CHIPS / (time.perf_counter() - started)
    cases["exact kernel, 1 thread"] = {"chips_per_s": exact}
    fastest = max(case["chips_per_s"] for name, case in cases.items() if "PI-Net" in name)
    print(
        json.dumps(
            {
                "title": "PI-Net of the paper's size beside the exact kernel",
                "cases": cases,
                "ratios": {"exact kernel, one core, over PI-Net, both": exact / fastest},
                "note": NOTE,
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
