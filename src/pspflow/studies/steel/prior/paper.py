"""Facts of the steel paper and of its code about PixelCNN."""

from typing import Any, Final

SETTINGS: Final[dict[str, Any]] = {
    "channels": 64,
    "layers": 15,
    "batch_size": 128,
    "learning_rate": 3e-4,
    "max_epochs": 200,
    "chips_per_micrograph": 165,
}
"""Options of the paper's code; every chip of a micrograph of 1024 x 768 pixels is used."""
STOPPED: Final = 116
"""Epoch whose weights the paper uses."""
