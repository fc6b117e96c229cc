"""Families of simulated structures that are no Gaussian fields cut at one level.

Each has morphologies along every axis alike, so that a family stays as it is when axes are
exchanged or mirrored. Sizes are in voxels, whatever the edge of the cell: at 21 voxels it is three
to five particles wide. Fibres and particles are hard as long as there is room and overlap from
there.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from pspflow.simulate.fibres import simulate_fibres
from pspflow.simulate.particles import simulate_particles
from pspflow.simulate.spinodal import simulate_spinodal


class Simulator(Protocol):
    """Simulates a structure."""

    def __call__(
        self, edge: int, *, volume_fraction: float, rng: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Return phase ids, shape ``(edge, edge, edge)``."""


AXES: Final = "xyz"
FIBRE_LENGTH, FIBRE_RADIUS = 14.0, 1.5
"""Fibres end: structures of infinite ones do not vary along their axis, so that distances in units
of those between real structures would count the smallest difference there without measure."""
SPREAD_DEGREES: Final = 20.0
PARTICLE: Final = 3.0
"""Radius of a sphere; the semi-axes of the others have about its volume."""
LONG, THIN = 5.5, 2.2
FLAT, WIDE = 1.7, 4.0
WAVELENGTH: Final = 8.0
STRETCHED: Final = (14.0, 6.0)
SHEETS: Final = 12.0
STRETCHED_SHEETS: Final = (21.0, 9.0)


def _along(axis: int, along: float, across: float) -> tuple[float, float, float]:
    """Return sizes along x, y and z, one of which differs."""
    sizes = [across] * 3
    sizes[axis] = along
    return sizes[0], sizes[1], sizes[2]


def _fibres() -> dict[str, Simulator]:
    fibres = partial(simulate_fibres, length_voxels=FIBRE_LENGTH, radius_voxels=FIBRE_RADIUS)
    made: dict[str, Simulator] = {}
    for axis, name in enumerate(AXES):
        made[f"fibres-{name}"] = partial(fibres, axis=axis)
        made[f"fibres-{name}-spread"] = partial(fibres, axis=axis, spread_degrees=SPREAD_DEGREES)
    return {**made, "fibres-random": partial(fibres, axis=None)}


def _particles() -> dict[str, Simulator]:
    made: dict[str, Simulator] = {}
    for axis, name in enumerate(AXES):
        for shape, sizes in (("prolate", (LONG, THIN)), ("oblate", (FLAT, WIDE))):
            semiaxes = _along(axis, *sizes)
            made[f"{shape}-{name}"] = partial(simulate_particles, semiaxes_voxels=semiaxes)
    turned = partial(simulate_particles, semiaxes_voxels=_along(0, LONG, THIN), turned=True)
    spheres = partial(simulate_particles, semiaxes_voxels=(PARTICLE,) * 3)
    return {**made, "prolate-random": turned, "spheres": spheres}


def _spinodal() -> dict[str, Simulator]:
    made: dict[str, Simulator] = {}
    for axis, name in enumerate(AXES):
        for kind, lengths, sheets in (
            ("spinodal", STRETCHED, False),
            ("sheets", STRETCHED_SHEETS, True),
        ):
            made[f"{kind}-{name}"] = partial(
                simulate_spinodal, wavelengths_voxels=_along(axis, *lengths), sheets=sheets
            )
    equal = partial(simulate_spinodal, wavelengths_voxels=(WAVELENGTH,) * 3)
    walls = partial(simulate_spinodal, wavelengths_voxels=(SHEETS,) * 3, sheets=True)
    return {**made, "spinodal-equal": equal, "sheets-equal": walls}


FAMILIES: Final[Mapping[str, Mapping[str, Simulator]]] = {
    "fibres": _fibres(),
    "particles": _particles(),
    "spinodal": _spinodal(),
}
"""Of each family, what simulates each of its morphologies, by its name."""
