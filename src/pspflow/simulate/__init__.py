"""Simulated specimens for the embedded default data of the studies."""

from pspflow.simulate.composites import (
    MORPHOLOGIES,
    SIGMAS_VOXELS,
    VOLUME_FRACTION_RANGE,
    simulate_composite,
)
from pspflow.simulate.ferrite import FerriteGrowth, ferrite_growth, simulate_steel_micrograph
from pspflow.simulate.gaussian import (
    autocovariance,
    grey_levels,
    measured_autocovariance,
    simulate_gaussian_fields,
    threshold_fields,
)
from pspflow.simulate.precipitates import (
    TEMPERS,
    HeatTreatment,
    Precipitates,
    Specimen,
    Temper,
    simulate_specimens,
    strength_mpa,
)
from pspflow.simulate.sem import simulate_micrograph

__all__ = [
    "MORPHOLOGIES",
    "SIGMAS_VOXELS",
    "TEMPERS",
    "VOLUME_FRACTION_RANGE",
    "FerriteGrowth",
    "HeatTreatment",
    "Precipitates",
    "Specimen",
    "Temper",
    "autocovariance",
    "ferrite_growth",
    "grey_levels",
    "measured_autocovariance",
    "simulate_composite",
    "simulate_gaussian_fields",
    "simulate_micrograph",
    "simulate_specimens",
    "simulate_steel_micrograph",
    "strength_mpa",
    "threshold_fields",
]
