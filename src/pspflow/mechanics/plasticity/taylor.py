"""Taylor factors in the rate-insensitive limit, from the corners of the yield surface."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import HalfspaceIntersection

from pspflow.arrays import real, refuses_masks
from pspflow.mechanics.plasticity.grains import crystal_axes
from pspflow.mechanics.plasticity.slip import SlipSystems, slip_systems
from pspflow.mechanics.plasticity.tensors import vectors
from pspflow.mechanics.texture.orientations import check_orientations

TENSION = (1.0, -0.5, -0.5)
AT_ONCE = 65_536
"""Points computed together: some 50 MB for fcc."""


@lru_cache
def yield_corners(slip: SlipSystems) -> NDArray[np.float64]:
    """Find the corners of the single crystal's yield surface |tau| <= tau0.

    Parameters
    ----------
    slip
        Slip systems of one resistance.

    Returns
    -------
    Deviatoric stresses in crystal axes and units of tau0, as vectors, float64 (corners, 5): for fcc
    the 56 of Bishop and Hill.
    """
    planes = np.concatenate([slip.schmid_vectors, -slip.schmid_vectors])
    halves = np.column_stack([planes, -np.ones(len(planes))])
    corners = HalfspaceIntersection(halves, np.zeros(5)).intersections
    # many planes meet in a corner, which is then found more than once
    _, first = np.unique(np.round(corners, 6) + 0.0, axis=0, return_index=True)
    return corners[first]


@refuses_masks
def taylor_factors(
    orientations: ArrayLike,
    stretch: ArrayLike = TENSION,
    *,
    slip: str | SlipSystems = "fcc",
) -> NDArray[np.float64]:
    """Compute the Taylor factor of every point: slip on all systems per equivalent strain.

    The rate-insensitive limit, exact: the work is the largest over the corners of the yield surface
    (Bishop and Hill). A random texture of fcc crystals has the mean 3.07 in tension.

    Parameters
    ----------
    orientations
        Bunge-Euler angles phi1, Phi, phi2 in radians, (n, 3).
    stretch
        Strain of the specimen up to a factor: its components along X, Y and Z, (3,), or the
        symmetric tensor, (3, 3). The default is tension along X with equal lateral strains.
    slip
        Name of slip systems ("fcc", "bcc"), or slip systems.

    Returns
    -------
    Float64 (n,): plastic work / (tau0 * equivalent strain), the latter after von Mises.

    Raises
    ------
    ValueError
        If orientations or slip systems are not what they must be, or the stretch is 0, not
        symmetric or changes the volume.

    References
    ----------
    Bishop and Hill 1951, "A theoretical derivation of the plastic properties of a polycrystalline
    face-centred metal", Phil. Mag. 42, 1298.
    """
    angles = check_orientations(orientations)
    strain = _strain(stretch)
    corners = yield_corners(slip_systems(slip))
    factors = np.empty(len(angles))
    for start in range(0, len(angles), AT_ONCE):
        axes = crystal_axes(angles[start : start + AT_ONCE])
        in_crystal = np.einsum("nji,jk,nkl->nil", axes, strain, axes, optimize=True)
        factors[start : start + AT_ONCE] = (vectors(in_crystal) @ corners.T).max(1)
    return factors / np.sqrt(2 / 3 * (strain**2).sum())


def _strain(stretch: ArrayLike) -> np.ndarray:
    given = real(stretch, "stretch")
    tensor = np.diag(given) if given.shape == (3,) else given
    if tensor.shape != (3, 3) or not np.isfinite(tensor).all():
        raise ValueError(
            "stretch must be three finite strains along X, Y and Z or a (3, 3) tensor, got "
            f"{stretch!r}"
        )
    size = np.abs(tensor).max()
    if not size or np.abs(tensor - tensor.T).max() > 1e-6 * size:
        raise ValueError(f"stretch must be a symmetric strain other than 0, got {stretch!r}")
    if abs(np.trace(tensor)) > 1e-6 * size:
        raise ValueError(
            "stretch must conserve volume, but its strains along X, Y and Z add up to "
            f"{np.trace(tensor):g}, not 0"
        )
    return tensor / size
