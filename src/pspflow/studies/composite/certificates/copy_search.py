"""The training structure that a design is most like, in every position and orientation.

Phases are isotropic, so that a structure which is shifted by its period, mirrored or whose axes are
exchanged is the same structure, with its stiffness exchanged likewise.
"""

from typing import Final, NamedTuple

import numpy as np
from scipy.fft import irfftn, rfftn

from pspflow.arrays import refuses_masks
from pspflow.studies.composite.structures.duplicates import TURNS

WAVES: Final = 5
"""Waves along each axis, up to which all structures are compared."""
GRID: Final = 16
"""Shifts along each axis that are tried with these waves."""
CLOSER: Final = 32
"""Pairs that are compared with all waves, in all shifts."""
CHUNK: Final = 128
"""Pairs that are compared at a time, which limits the memory."""


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
    scaled = fields / np.where(sizes > 0, sizes, 1)
    return np.asarray(rfftn(scaled, axes=(1, 2, 3), norm="ortho"))


@refuses_masks
def most_alike(structure: np.ndarray, spectra: np.ndarray) -> Nearest:
    """Find the structure that correlates most with this one in any of 48 orientations and shifts.

    All are compared by their long waves, and the most alike of these in full. So a copy is found,
    and else a structure whose correlation is near the largest.

    Parameters
    ----------
    structure
        Phase ids 0 and 1, shape ``(e, e, e)``.
    spectra
        As `spectra_of` returns them.
    """
    turned = spectra_of(
        np.stack([structure.transpose(o)[:: f[0], :: f[1], :: f[2]] for o, f in TURNS])
    )
    # with all axes reversed, coefficients are conjugated
    turned = np.concatenate([turned, turned.conj()])
    long, longer = _long_waves(turned), _long_waves(spectra)
    pairs = np.indices((len(turned), len(spectra))).reshape(2, -1).T
    rough = _highest(long, longer, pairs, min(GRID, len(structure)))
    closer = pairs[np.argsort(-rough, kind="stable")[:CLOSER]]
    found = _highest(turned, spectra, closer, len(structure))
    at = int(found.argmax())
    return Nearest(int(closer[at, 1]), float(np.clip(found[at], 0, 1)))


def _long_waves(spectra: np.ndarray) -> np.ndarray:
    """Cut spectra ``(n, e, e, e // 2 + 1)`` to few waves, ``(n, 11, 11, 6)``, if they have more."""
    edge = spectra.shape[1]
    if edge <= GRID:
        return spectra
    kept = np.arange(-WAVES, WAVES + 1)
    return spectra[:, kept][:, :, kept][..., : WAVES + 1]


def _highest(first: np.ndarray, second: np.ndarray, pairs: np.ndarray, edge: int) -> np.ndarray:
    """Return the highest correlation of spectra over shifts by parts of an edge, for each pair."""
    found = np.empty(len(pairs), np.float32)
    waves = first.shape[1]
    at = np.arange(waves) if waves == edge else np.arange(-WAVES, WAVES + 1)
    for start in range(0, len(pairs), CHUNK):
        turns, places = pairs[start : start + CHUNK].T
        products = np.zeros((len(turns), edge, edge, edge // 2 + 1), np.complex64)
        products[:, at[:, None], at, : first.shape[-1]] = first[turns] * second[places].conj()
        shifted = irfftn(products, (edge,) * 3, axes=(1, 2, 3), norm="forward")
        found[start : start + CHUNK] = shifted.max(axis=(1, 2, 3))
    return found
