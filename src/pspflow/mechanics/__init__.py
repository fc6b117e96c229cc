"""Elasticity of periodic composites: arrays in, arrays out.

The solver is imported on first use, since torch takes a second to load.
"""

from typing import TYPE_CHECKING, Any

from pspflow.mechanics.bounds import (
    Bounds,
    hashin_shtrikman_bounds,
    hill_stiffness,
    reuss_stiffness,
    voigt_stiffness,
)
from pspflow.mechanics.checks import check_structure
from pspflow.mechanics.isotropic import isotropic_stiffness

if TYPE_CHECKING:
    from pspflow.mechanics.batched.structures import (
        Homogenised,
        homogenise_structures,
    )
    from pspflow.mechanics.conjugate import ConvergenceError
    from pspflow.mechanics.homogenise import (
        effective_stiffness,
        stiffness_and_strain,
        strain_field,
    )

__all__ = [
    "Bounds",
    "ConvergenceError",
    "Homogenised",
    "check_structure",
    "effective_stiffness",
    "hashin_shtrikman_bounds",
    "hill_stiffness",
    "homogenise_structures",
    "isotropic_stiffness",
    "reuss_stiffness",
    "stiffness_and_strain",
    "strain_field",
    "voigt_stiffness",
]


def __getattr__(name: str) -> Any:
    """Import the solver, and torch with it, on first use."""
    if name in ("effective_stiffness", "stiffness_and_strain", "strain_field"):
        from pspflow.mechanics import homogenise  # noqa: PLC0415

        return getattr(homogenise, name)
    if name in ("Homogenised", "homogenise_structures"):
        from pspflow.mechanics.batched import structures  # noqa: PLC0415

        return getattr(structures, name)
    if name == "ConvergenceError":
        from pspflow.mechanics.conjugate import ConvergenceError  # noqa: PLC0415

        return ConvergenceError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
