"""What the steel paper's VQ-VAE is, beside our own: facts alone, with their places."""

from typing import Any, Final

SETTINGS: Final[dict[str, Any]] = {
    "channels": (32, 64, 128),
    "residual_blocks": 2,
    "bottleneck": 32,
    "code_dim": 128,
    "codes": 512,
    "commitment": 1.0,
    "continuous_steps": 0,
    "data_init": False,
    "restart_unused": False,
    "crop_px": None,
    "batch_size": 256,
    "learning_rate": 1e-3,
    "max_epochs": 300,
    "chips_per_micrograph": 165,
}
"""Sections II A and III A, and the paper's code, by our options."""
USED_EPOCHS: Final = 135
"""Epochs after which its weights were taken."""
