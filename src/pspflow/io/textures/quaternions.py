"""Quaternions: which component is the scalar, their norm, and the angles they mean."""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pspflow.io.textures.angles import wrapped
from pspflow.io.textures.orientations import QuaternionOrder, QuaternionSense
from pspflow.io.textures.points import Points
from pspflow.io.textures.text import refuse

SMALLEST = 1e-6
"""A quaternion of a smaller norm has no direction: programs write zeros where nothing is known."""
ROUNDED = 1e-2
"""Norms differ from 1 by less when components are rounded to two digits."""

POSITIONS = {"w", "x", "y", "z"}
"""Names that positions with weights have too."""


def _vary(norms: NDArray[np.float64]) -> bool:
    return bool(norms.max() - norms.min() > ROUNDED * norms.max())


def quaternion_angles(
    points: Points, order: QuaternionOrder | None, sense: QuaternionSense | None
) -> tuple[NDArray[np.float64], Points]:
    """Return the Bunge–Euler angles of quaternions.

    Parameters
    ----------
    points
        Points whose `numbers` are components (n, 4), in the order of the columns.
    order
        Where the scalar stands, if the names of the columns do not tell.
    sense
        `crystal_to_specimen` (unless told otherwise): the quaternion turns crystal coordinates
        into specimen coordinates, as that of scipy's intrinsic ZXZ and as in MTEX and DAMASK; or
        its inverse.

    Returns
    -------
    angles_rad
        (n, 3) φ1 and φ2 in [0, 2π), Φ in [0, π].
    points
        With notes on order, norm and sense.

    Raises
    ------
    InputError
        If the order is not known, the header has words against the usual sense and none is told,
        or a quaternion has no norm.
    """
    if sense is None:
        if points.sense_doubt:
            refuse(
                points.path,
                f"the header says {points.sense_doubt!r}, so the quaternions may be inverse",
                'pass quaternion_sense="specimen_to_crystal" if they turn specimen into crystal '
                'coordinates, or "crystal_to_specimen"',
            )
        sense = "crystal_to_specimen"
    listed = ", ".join(map(repr, points.columns))
    scalar = points.scalar
    if scalar is None:
        if order is None:
            refuse(
                points.path,
                f"columns {listed} do not tell which component is the scalar",
                'pass quaternion_order="scalar_first" or "scalar_last", or name them w, x, y, z',
            )
        scalar = 0 if order == "scalar_first" else 3
    elif order is not None:
        points = points.noted(f"the names {listed} tell the scalar; quaternion_order is not needed")
    values = np.delete(points.numbers, scalar, axis=1)
    values = np.column_stack([values, points.numbers[:, scalar]])
    # squares of large components overflow
    largest = np.abs(values).max(axis=1)
    scale = np.where(largest > 0, largest, 1)
    norms = np.linalg.norm(values / scale[:, None], axis=1) * largest
    none = np.flatnonzero(norms < SMALLEST)
    if none.size:
        refuse(
            points.path,
            f"{points.at(none[0])}: the quaternion in columns {listed} has norm "
            f"{norms[none[0]]:.2g} ({none.size} such points)",
            "remove the points without an orientation",
        )
    if {name.casefold() for name in points.columns} == POSITIONS and _vary(norms):
        refuse(
            points.path,
            f"columns {listed} have norms from {norms.min():.4g} to {norms.max():.4g}, so they may "
            "be positions and weights",
            "name them qw, qx, qy, qz if they are quaternions",
        )
    if np.abs(norms - 1).max() > ROUNDED:
        points = points.doubted(
            f"quaternions of norm {norms.min():.4g} to {norms.max():.4g} are normalised"
        )
    rotation = Rotation.from_quat(values / scale[:, None])  # which normalises
    if sense == "specimen_to_crystal":
        rotation = rotation.inv()
    points = points.noted(f"quaternions are read as rotations {sense.replace('_', ' ')}")
    with warnings.catch_warnings():
        # at Φ = 0 only φ1 + φ2 is known, and φ2 = 0 is one of the right answers
        warnings.filterwarnings("ignore", "Gimbal lock", UserWarning)
        angles = rotation.as_euler("ZXZ")
    return wrapped(angles), points
