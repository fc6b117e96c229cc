"""Principal axes of latents and of codebooks, and the colours of codes along the first."""

from typing import Final, NamedTuple

import numpy as np

from pspflow.arrays import refuses_masks

COLOUR_MAP: Final = "viridis"
"""The paper has a rainbow, which the colour-blind confuse; neighbours look alike in both."""


class Projection(NamedTuple):
    """Points on their first two principal axes."""

    coordinates: np.ndarray
    """(n, 2) float64."""
    explained: np.ndarray
    """(2,) share of the variance along each axis."""


@refuses_masks
def principal_axes(points: np.ndarray) -> Projection:
    """Project points on their first two principal axes.

    An axis points to where its most extreme point lies, so that its sign is no accident.

    Parameters
    ----------
    points
        (n, dim), n at least 2; where dim is large it costs n² dim operations.
    """
    centred = points - points.mean(axis=0)
    gram = (centred @ centred.T).astype(np.float64)
    values, vectors = np.linalg.eigh(gram)
    largest = np.maximum(values[::-1][:2], 0)
    axes = vectors[:, ::-1][:, :2]
    extreme = axes[np.abs(axes).argmax(axis=0), [0, 1]]
    coordinates = axes * np.sqrt(largest) * np.sign(extreme)
    total = np.trace(gram)
    return Projection(coordinates, largest / total if total else np.zeros(2))


@refuses_masks
def code_colours(codebook: np.ndarray) -> np.ndarray:
    """Colour codes by the rank of their vectors along the codebook's first principal axis.

    Maps of codes in these colours are the paper's Figure 17.

    Parameters
    ----------
    codebook
        (codes, dim).

    Returns
    -------
    ndarray
        (codes, 3) uint8, red, green and blue.
    """
    from matplotlib import colormaps  # noqa: PLC0415 - slow to import

    along = principal_axes(codebook).coordinates[:, 0]
    ranks = along.argsort(kind="stable").argsort(kind="stable")
    colours: np.ndarray = colormaps[COLOUR_MAP](ranks / (len(along) - 1), bytes=True)[:, :3]
    return colours
