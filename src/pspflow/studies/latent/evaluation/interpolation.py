"""Ways through latent space from one latent to another."""

import numpy as np
from numpy.typing import NDArray


def linear_strips(starts: np.ndarray, ends: np.ndarray, steps: int) -> NDArray[np.float32]:
    """Go from latents (k, d) to others in equal steps, along straight lines: (k, steps, d)."""
    parts = np.linspace(0, 1, steps, dtype=np.float32)[None, :, None]
    made: NDArray[np.float32] = (1 - parts) * starts[:, None] + parts * ends[:, None]
    return made.astype(np.float32)


def spherical_strips(starts: np.ndarray, ends: np.ndarray, steps: int) -> NDArray[np.float32]:
    """Go from noise (k, d) to other noise along great circles: (k, steps, d).

    Normal noise of many dimensions lies near a sphere; on a straight line between two of its points
    it would be shorter than any noise that a generator was trained on. Lengths change linearly.

    References
    ----------
    White 2016, "Sampling generative networks", arXiv 1609.04468.
    """
    lengths = [np.linalg.norm(each, axis=1)[:, None] for each in (starts, ends)]
    a, b = (each / length for each, length in zip((starts, ends), lengths, strict=True))
    angle = np.arccos(np.clip((a * b).sum(axis=1), -1, 1))[:, None, None]
    parts = np.linspace(0, 1, steps)[None, :, None]
    turned = np.sin((1 - parts) * angle) * a[:, None] + np.sin(parts * angle) * b[:, None]
    length = (1 - parts) * lengths[0][:, None] + parts * lengths[1][:, None]
    # of equal directions the angle is 0, and the way is a straight line
    small = np.abs(np.sin(angle)) < 1e-6
    straight = (1 - parts) * starts[:, None] + parts * ends[:, None]
    made = np.where(small, straight, length * turned / np.where(small, 1, np.sin(angle)))
    return made.astype(np.float32)
