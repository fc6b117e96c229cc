"""How far what is achieved is from what is wanted: one measure for every choice and every error."""

from typing import Final

import numpy as np

LEAST: Final = 0.01
"""Share of the largest wanted component that a smaller one is measured by."""


def relative_misses(achieved: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Measure the miss of every component, relative to what is wanted.

    `|achieved - wanted| / max(|wanted|, 1 % of the largest |wanted| of the same item)`: a component
    that is nearly zero beside the others is measured by them, so that it cannot outweigh them.

    Parameters
    ----------
    achieved, wanted
        Shapes ``(..., properties)`` that broadcast.

    Returns
    -------
    Float64, shape ``(..., properties)``.
    """
    scale = np.abs(wanted)
    scale = np.maximum(scale, LEAST * scale.max(axis=-1, keepdims=True))
    return np.asarray(np.abs(achieved - wanted) / scale)
