"""Elasticity of periodic composites and plasticity of textures: arrays in, arrays out.

Solvers are imported on first use, since torch and numba take a second to load.
"""

from importlib import import_module
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
    from pspflow.mechanics.plasticity.batch import (
        TextureParameters,
        anisotropy_parameters_of_textures,
    )
    from pspflow.mechanics.plasticity.in_plane import InPlane, yield_stress_and_r_value
    from pspflow.mechanics.plasticity.parameters import (
        INDEPENDENT_NAMES,
        PARAMETER_NAMES,
        all_outputs,
        anisotropy_parameters,
        independent_outputs,
    )
    from pspflow.mechanics.plasticity.slip import SLIP_SYSTEMS, SlipSystems
    from pspflow.mechanics.plasticity.taylor import taylor_factors
    from pspflow.mechanics.plasticity.tension import PlasticityConvergenceError
    from pspflow.mechanics.sensitivity import Sensitivity, stiffness_sensitivity

PLASTICITY = {
    "batch": ("TextureParameters", "anisotropy_parameters_of_textures"),
    "in_plane": ("InPlane", "yield_stress_and_r_value"),
    "parameters": (
        "INDEPENDENT_NAMES",
        "PARAMETER_NAMES",
        "all_outputs",
        "anisotropy_parameters",
        "independent_outputs",
    ),
    "slip": ("SLIP_SYSTEMS", "SlipSystems"),
    "taylor": ("taylor_factors",),
    "tension": ("PlasticityConvergenceError",),
}
"""Modules of `plasticity` and what is public of them."""

__all__ = [
    "INDEPENDENT_NAMES",
    "PARAMETER_NAMES",
    "SLIP_SYSTEMS",
    "Bounds",
    "ConvergenceError",
    "Homogenised",
    "InPlane",
    "PlasticityConvergenceError",
    "Sensitivity",
    "SlipSystems",
    "TextureParameters",
    "all_outputs",
    "anisotropy_parameters",
    "anisotropy_parameters_of_textures",
    "check_structure",
    "effective_stiffness",
    "hashin_shtrikman_bounds",
    "hill_stiffness",
    "homogenise_structures",
    "independent_outputs",
    "isotropic_stiffness",
    "reuss_stiffness",
    "stiffness_and_strain",
    "stiffness_sensitivity",
    "strain_field",
    "taylor_factors",
    "voigt_stiffness",
    "yield_stress_and_r_value",
]


def __getattr__(name: str) -> Any:
    """Import a solver, and torch or numba with it, on first use."""
    if name in ("effective_stiffness", "stiffness_and_strain", "strain_field"):
        from pspflow.mechanics import homogenise  # noqa: PLC0415

        return getattr(homogenise, name)
    if name in ("Homogenised", "homogenise_structures"):
        from pspflow.mechanics.batched import structures  # noqa: PLC0415

        return getattr(structures, name)
    if name in ("Sensitivity", "stiffness_sensitivity"):
        from pspflow.mechanics import sensitivity  # noqa: PLC0415

        return getattr(sensitivity, name)
    if name == "ConvergenceError":
        from pspflow.mechanics.conjugate import ConvergenceError  # noqa: PLC0415

        return ConvergenceError
    for module, names in PLASTICITY.items():
        if name in names:
            return getattr(import_module(f"pspflow.mechanics.plasticity.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
