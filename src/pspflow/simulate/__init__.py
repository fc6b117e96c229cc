"""Simulated specimens for the embedded default data of the studies."""

from pspflow.simulate.composites import (
    MORPHOLOGIES,
    SIGMAS_VOXELS,
    VOLUME_FRACTION_RANGE,
    simulate_composite,
)
from pspflow.simulate.ferrite import FerriteGrowth, ferrite_growth, simulate_steel_micrograph
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
    "ferrite_growth",
    "simulate_composite",
    "simulate_micrograph",
    "simulate_specimens",
    "simulate_steel_micrograph",
    "strength_mpa",
]
