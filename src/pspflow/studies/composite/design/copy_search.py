"""The training structure that a design is most like, in every position and orientation.

Phases are isotropic, so that a structure which is shifted by its period, mirrored or whose axes are
exchanged is the same structure, with its stiffness exchanged likewise.
"""

from typing import Final, NamedTuple

import numpy as np
from scipy.fft import irfftn, rfftn

from pspflow.arrays import refuses_masks
from pspflow.studies.composite.structures.duplicates import TURNS

CHUNK_VOXELS: Final = 1 << 20
"""Voxels that are correlated at a time, which limits the memory."""


class Nearest(NamedTuple):
    """The structure that is most like another."""

    position: int
    """In the stack that was searched."""
    correlation: float
    """Of phases, laid upon each other as well as possible: 1 for a copy."""


@refuses_masks
def spectra_of(phases: np.ndarray) -> np.ndarray:
    """Transform structures of mean 0 and length 1; complex64 ``(n, e, e, e // 2 + 1)``.

    A structure of one phase has zeros.
    """
    fields = phases.astype(np.float32)
    fields -= fields.mean(axis=(1, 2, 3), keepdims=True)
    sizes = np.sqrt(np.square(fields).sum(axis=(1, 2, 3), keepdims=True))
    return np.asarray(rfftn(fields / np.where(sizes > 0, sizes, 1), axes=(1, 2, 3)))


@refuses_masks
def most_alike(structure: np.ndarray, spectra: np.ndarray) -> Nearest:
    """Find the structure that correlates most with this one in any of 48 orientations and shifts.

    Pairs are taken by the largest correlation that the sizes of their waves allow, until none that
    is left can be larger than what was found: the result is exact.

    Parameters
    ----------
    structure
        Phase ids 0 and 1, shape ``(e, e, e)``.
    spectra
        As `spectra_of` returns them.
    """
    edge = len(structure)
    turned = spectra_of(
        np.stack([structure.transpose(o)[:: f[0], :: f[1], :: f[2]] for o, f in TURNS])
    )
    weights = np.full(spectra.shape[-1], 2.0, np.float32)
    weights[0] = 1
    if edge % 2 == 0:
        weights[-1] = 1
    sizes = (np.abs(turned) * weights).reshape(len(turned), -1)
    most = sizes @ np.abs(spectra).reshape(len(spectra), -1).T / edge**3
    order = np.argsort(-most, axis=None)
    step = max(1, CHUNK_VOXELS // edge**3)
    best = Nearest(0, 0.0)
    for start in range(0, order.size, step):
        turns, places = np.unravel_index(order[start : start + step], most.shape)
        if most[turns[0], places[0]] <= best.correlation:
            break
        for reverse in (False, True):  # with all axes reversed, coefficients are conjugated
            mine = turned[turns].conj() if reverse else turned[turns]
            products = mine * spectra[places].conj()
            found = irfftn(products, (edge,) * 3, axes=(1, 2, 3)).max(axis=(1, 2, 3))
            at = int(found.argmax())
            if found[at] > best.correlation:
                best = Nearest(int(places[at]), min(1.0, float(found[at])))
    return best
