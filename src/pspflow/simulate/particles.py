"""Simulated particle composites: stiff ellipsoids in a matrix, in a periodic cell."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import real, refuses_masks
from pspflow.simulate.inclusions import Inclusion, pack

SEMIAXES_VOXELS: Final = (3.0, 3.0, 3.0)


@refuses_masks
def simulate_particles(
    edge: int,
    volume_fraction: float,
    rng: np.random.Generator,
    *,
    semiaxes_voxels: Sequence[float] = SEMIAXES_VOXELS,
    turned: bool = False,
) -> NDArray[np.uint8]:
    """Simulate one periodic cell of ellipsoids by random sequential addition.

    Particles are hard as long as there is room, which ends at about a third of the volume, and
    overlap from there; the last one is smaller, so that the fraction is met to half a voxel. See
    `pspflow.simulate.inclusions`.

    Parameters
    ----------
    edge
        Voxels along each axis.
    volume_fraction
        Share of the voxels that are particle, phase 1, from 0 to 1.
    rng
        Generator of places and rotations.
    semiaxes_voxels
        Semi-axes of a particle along x, y and z.
    turned
        Whether each particle is turned at random, uniformly over the rotations.

    Returns
    -------
    Phase ids 0 and 1, uint8, shape ``(edge, edge, edge)``.

    Raises
    ------
    ValueError
        If a semi-axis is below 1 voxel, or the edge or the fraction is out of range.

    Examples
    --------
    >>> structure = simulate_particles(11, 0.3, np.random.default_rng(0))
    >>> structure.shape, int(structure.sum())
    ((11, 11, 11), 399)
    """
    semiaxes = real(semiaxes_voxels, "semiaxes_voxels")
    if semiaxes.shape != (3,) or not np.isfinite(semiaxes).all() or (semiaxes < 1).any():
        raise ValueError(f"semiaxes_voxels must be three numbers from 1, got {semiaxes_voxels}")

    def draw(rng: np.random.Generator) -> Inclusion:
        return _ellipsoid(semiaxes, _rotation(rng) if turned else np.eye(3))

    return pack(edge, draw, volume_fraction, rng).phases


def _rotation(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a rotation, or one with a reflection, uniformly: the same for an ellipsoid."""
    matrix, triangle = np.linalg.qr(rng.normal(size=(3, 3)))
    return np.asarray(matrix * np.sign(np.diag(triangle)))


def _ellipsoid(semiaxes: NDArray[np.float64], rotation: NDArray[np.float64]) -> Inclusion:
    """Return an ellipsoid, whose depth is the distance in which its surface is the unit sphere."""

    def measure(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.linalg.norm(points @ rotation / semiaxes, axis=1))

    return Inclusion(np.linalg.norm(rotation * semiaxes, axis=1), measure)
