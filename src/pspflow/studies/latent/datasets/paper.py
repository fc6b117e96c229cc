"""What the report says of its simulated datasets; facts of section 2 alone."""

from collections.abc import Mapping
from typing import Any, Final

TRAINING_IMAGES: Final = 40_000
TEST_IMAGES: Final = 10_000
"""Section 2: images of each simulated dataset; none validates."""
SETTINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "gaussian": {"size_px": 128},
    "grain_growth": {
        "edge_sites": 128,
        "spins": 2048,
        "temperature": 0.85,
        "time": 1500.0,
        "image_px": (256, 256),
        "averaging": 1,
    },
    "additive": {
        "sites": (100, 100),
        "spins": 1000,
        "temperature": 0.0,
        "time": 100.0,
        "speed": 10.0,
        "hatch_sites": 25.0,
        "overrun_sites": 0.0,
        "pool_width_sites": (30.0, 30.0),
        "pool_tail_sites": (40.0, 40.0),
        "pool_cap_sites": (8.0, 8.0),
        "zone_width_sites": 40.0,
        "zone_tail_sites": 60.0,
        "zone_cap_sites": 12.0,
        "mobility_decay": 0.1,
        "image_px": (512, 512),
        "averaging": 1,
    },
    "weld": {
        "sites": (200, 500),
        "spins": 3_500_000,
        "temperature": 0.25,
        "time": 52.0,
        "speed": 12.0,
        "pool_width_sites": (100.0, 100.0),
        "teardrop": "III",
        "zone_sites": 50.0,
        "margin_sites": 100,
        "image_px": (400, 600),
        "averaging": 1,
    },
}
"""By section of the options: what sections 2.1 to 2.4 and their listings set."""
FIGURES: Final[Mapping[str, str]] = {
    "gaussian_smooth": "Figure 2-2, top",
    "gaussian_binary": "Figure 2-2, bottom",
    "grain_growth": "Figure 2-5",
    "additive": "Figure 2-3",
    "weld": "Figure 2-4",
    "inpainted": "Figure 2-6",
}
"""Where the report shows images of each."""
