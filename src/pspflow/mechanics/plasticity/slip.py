"""Slip systems: data, and their Schmid tensors."""

from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product

import numpy as np

from pspflow.mechanics.plasticity.tensors import vectors

Indices = tuple[int, int, int]


@dataclass(frozen=True)
class SlipSystems:
    """Slip systems of a cubic crystal with one critical resolved shear stress.

    Parameters
    ----------
    name
        Such as "fcc".
    families
        Pairs of a plane {hkl} and a direction <uvw>, as Miller indices; every pair that symmetry
        makes of them and whose direction lies in its plane is a system.
    """

    name: str
    families: tuple[tuple[Indices, Indices], ...]

    @cached_property
    def systems(self) -> tuple[tuple[Indices, Indices], ...]:
        """Plane and direction of every system, one sign of each."""
        return tuple(
            (plane, direction)
            for planes, directions in self.families
            for plane in _equivalent(planes)
            for direction in _equivalent(directions)
            if np.dot(plane, direction) == 0
        )

    @cached_property
    def schmid_tensors(self) -> np.ndarray:
        """Symmetric parts of the Schmid tensors in crystal axes: float64 (systems, 3, 3)."""
        units = [
            (np.divide(plane, np.linalg.norm(plane)), np.divide(way, np.linalg.norm(way)))
            for plane, way in self.systems
        ]
        return np.array([(np.outer(b, n) + np.outer(n, b)) / 2 for n, b in units])

    @cached_property
    def schmid_vectors(self) -> np.ndarray:
        """Schmid tensors as vectors of five components: float64 (systems, 5)."""
        return vectors(self.schmid_tensors)


def _equivalent(indices: Indices) -> list[Indices]:
    """List the indices that cubic symmetry makes of these, one of each pair of opposite signs."""
    found: set[Indices] = set()
    for order in permutations(indices):
        for signs in product((1, -1), repeat=3):
            a, b, c = (sign * index for sign, index in zip(signs, order, strict=True))
            if (-a, -b, -c) not in found:
                found.add((a, b, c))
    return sorted(found)


FCC = SlipSystems("fcc", (((1, 1, 1), (1, 1, 0)),))
"""{111}<110>: 12 systems; the paper names none, its source [57] treats aluminium."""
BCC = SlipSystems("bcc", (((1, 1, 0), (1, 1, 1)), ((1, 1, 2), (1, 1, 1))))
"""{110}<111> and {112}<111>: 24 systems of equal resistance, slip alike in both senses."""
SLIP_SYSTEMS = {each.name: each for each in (FCC, BCC)}
"""Slip systems by the name of their lattice."""


def slip_systems(which: str | SlipSystems) -> SlipSystems:
    """Find slip systems by name, or return those that are given.

    Raises
    ------
    ValueError
        If no slip systems have this name.
    """
    if isinstance(which, SlipSystems):
        return which
    if which not in SLIP_SYSTEMS:
        raise ValueError(
            f"slip must be one of {', '.join(SLIP_SYSTEMS)} or a SlipSystems, got {which!r}"
        )
    return SLIP_SYSTEMS[which]
