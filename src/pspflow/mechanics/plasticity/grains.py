"""Grains in blocks: the layout of the solver."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from pspflow.arrays import refuses_masks
from pspflow.mechanics.plasticity.cholesky import LANES
from pspflow.mechanics.plasticity.slip import SlipSystems
from pspflow.mechanics.plasticity.tensors import vectors
from pspflow.mechanics.texture.orientations import check_orientations, check_weights

AT_ONCE = 1_000
"""Blocks that are laid out together, so that a map of a million points fits in memory."""


class Grains(NamedTuple):
    """Grains of a texture as the solver takes them, in blocks of `LANES`.

    The last block is filled with copies of weight 0.
    """

    schmid: NDArray[np.float64]
    """Schmid vectors in specimen axes, (blocks, systems, 5, LANES)."""
    weights: NDArray[np.float64]
    """(blocks, LANES), of sum 1."""


@refuses_masks
def crystal_axes(angles_rad: np.ndarray) -> np.ndarray:
    """Turn Bunge-Euler angles into matrices whose columns are the crystal axes in the specimen's.

    These are the intrinsic "ZXZ" rotations of scipy, which turn the specimen axes onto the crystal
    axes; Bunge's matrix g, which takes components from specimen to crystal axes, is the transpose.

    Parameters
    ----------
    angles_rad
        phi1, Phi and phi2 in radians, float (n, 3).

    Returns
    -------
    Float64 (n, 3, 3).
    """
    return Rotation.from_euler("ZXZ", angles_rad).as_matrix()


@refuses_masks
def grains_of(orientations: ArrayLike, weights: ArrayLike | None, slip: SlipSystems) -> Grains:
    """Lay out the grains of a texture for the solver; those of weight 0 are left out.

    Parameters
    ----------
    orientations
        Bunge-Euler angles in radians, (n, 3).
    weights
        Volume fractions, (n,), of sum 1; None: all alike.
    slip
        Slip systems.

    Raises
    ------
    ValueError
        As `check_orientations` and `check_weights`.
    """
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    angles, shares = angles[shares > 0], shares[shares > 0]
    count = -(-len(angles) // LANES)
    missing = count * LANES - len(angles)
    angles = np.concatenate([angles, np.repeat(angles[:1], missing, axis=0)])
    blocks = np.empty((count, len(slip.systems), 5, LANES))
    for start in range(0, count, AT_ONCE):
        axes = crystal_axes(angles[start * LANES : (start + AT_ONCE) * LANES])
        turned = np.einsum("nij,sjk,nlk->nsil", axes, slip.schmid_tensors, axes, optimize=True)
        schmid = vectors(turned).reshape(-1, LANES, len(slip.systems), 5)
        blocks[start : start + AT_ONCE] = schmid.transpose(0, 2, 3, 1)
    shares = np.concatenate([shares, np.zeros(missing)])
    return Grains(blocks, shares.reshape(-1, LANES))
