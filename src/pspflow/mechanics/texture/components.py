"""The standard components of the rolling textures of cubic metals."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.transform import Rotation

from pspflow.arrays import refuses_masks
from pspflow.mechanics.texture.orientations import (
    Floats,
    bunge_angles,
    check_orientations,
    check_weights,
)
from pspflow.mechanics.texture.symmetry import disorientation_angles, symmetrise

COMPONENTS = {
    "cube": ((0, 0, 1), (1, 0, 0)),
    "Goss": ((0, 1, 1), (1, 0, 0)),
    "brass": ((0, 1, 1), (2, -1, 1)),
    "copper": ((1, 1, 2), (-1, -1, 1)),
    "S": ((1, 2, 3), (6, 3, -4)),
}
"""Miller indices of the sheet's plane and of the rolling direction."""
TOLERANCE_RAD = np.deg2rad(15)


def component_orientation(name: str) -> Floats:
    """Return the Bunge–Euler angles of a component: one of its equivalents.

    Parameters
    ----------
    name
        One of `COMPONENTS`.

    Returns
    -------
    φ1, Φ, φ2 in radians, shape ``(3,)``.

    Raises
    ------
    ValueError
        If there is no such component.
    """
    if name not in COMPONENTS:
        raise ValueError(f"no component is named {name!r}: choose one of {', '.join(COMPONENTS)}")
    plane, direction = (np.array(indices, np.float64) for indices in COMPONENTS[name])
    across = np.cross(plane, direction)
    # columns of Bunge's g: the specimen's axes (rolling, transverse, normal) in the crystal
    g = np.stack([axis / np.linalg.norm(axis) for axis in (direction, across, plane)], axis=1)
    return bunge_angles(Rotation.from_matrix(g.T).as_quat())


@refuses_masks
def component_fractions(
    orientations: ArrayLike,
    weights: ArrayLike | None = None,
    tolerance_rad: float = TOLERANCE_RAD,
) -> dict[str, float]:
    """Compute the volume fraction of each standard component.

    An orientation belongs to the nearest component, or to none beyond the tolerance; brass, copper
    and S include their variants in an orthorhombic specimen. The fractions of a random texture are
    those of `uniform_orientations`.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``.
    weights
        Volume fractions, shape ``(n,)``, of sum 1; None for equal ones.
    tolerance_rad
        Largest rotation from the component, in radians.

    Returns
    -------
    A fraction for each of `COMPONENTS`; their sum is at most 1.

    Raises
    ------
    ValueError
        As `check_orientations` and `check_weights`, or if the tolerance is not above 0.
    """
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    if not tolerance_rad > 0:
        raise ValueError(f"tolerance_rad must be above 0, got {tolerance_rad:g}: 15° is usual")
    centres = np.array([component_orientation(name) for name in COMPONENTS])
    variants = disorientation_angles(angles, symmetrise(centres)[0])
    distances = variants.reshape(len(angles), 4, len(COMPONENTS)).min(axis=1)
    nearest = np.where(distances.min(axis=1) <= tolerance_rad, distances.argmin(axis=1), -1)
    return {name: float(shares[nearest == index].sum()) for index, name in enumerate(COMPONENTS)}
