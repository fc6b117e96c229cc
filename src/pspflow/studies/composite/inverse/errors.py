"""Errors relative to what is wanted: one measure for every choice and every table."""

from typing import Final

import numpy as np

LEAST: Final = 0.01
"""Smallest scale of an error, as a share of the largest wanted component of the same item."""


def relative_errors(achieved: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the absolute error of every component relative to what is wanted.

    `|achieved - wanted| / max(|wanted|, 1 % of the largest |wanted| of the same item)`: the error
    of a component that is nearly zero beside the others is relative to these, so that it cannot
    outweigh them.

    Parameters
    ----------
    achieved, wanted
        Shapes ``(..., properties)`` that broadcast.

    Returns
    -------
    Float64, shape ``(..., properties)``.
    """
    return np.asarray(np.abs(achieved - wanted) / error_scale(wanted))


def error_scale(wanted: np.ndarray) -> np.ndarray:
    """Return what errors are relative to, in the unit and shape of what is wanted."""
    sizes = np.abs(wanted)
    return np.asarray(np.maximum(sizes, LEAST * sizes.max(axis=-1, keepdims=True)))
