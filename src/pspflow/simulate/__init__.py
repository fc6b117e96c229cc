"""Simulated specimens for the embedded default data of the studies."""

from pspflow.simulate.composites import (
    MORPHOLOGIES,
    SIGMAS_VOXELS,
    VOLUME_FRACTION_RANGE,
    simulate_composite,
)
from pspflow.simulate.ferrite import FerriteGrowth, ferrite_growth, simulate_steel_micrograph
from pspflow.simulate.fibres import simulate_fibres
from pspflow.simulate.gaussian import (
    autocovariance,
    grey_levels,
    measured_autocovariance,
    simulate_gaussian_fields,
    threshold_fields,
)
from pspflow.simulate.particles import simulate_particles
from pspflow.simulate.potts import (
    DoubleEllipse,
    GrowthExponent,
    Teardrop,
    boundary_energy,
    boundary_image,
    count_grains,
    grain_sizes,
    growth_exponent,
    label_grains,
    simulate_additive,
    simulate_grain_growth,
    simulate_weld,
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
from pspflow.simulate.spinodal import simulate_spinodal

__all__ = [
    "MORPHOLOGIES",
    "SIGMAS_VOXELS",
    "TEMPERS",
    "VOLUME_FRACTION_RANGE",
    "DoubleEllipse",
    "FerriteGrowth",
    "GrowthExponent",
    "HeatTreatment",
    "Precipitates",
    "Specimen",
    "Teardrop",
    "Temper",
    "autocovariance",
    "boundary_energy",
    "boundary_image",
    "count_grains",
    "ferrite_growth",
    "grain_sizes",
    "grey_levels",
    "growth_exponent",
    "label_grains",
    "measured_autocovariance",
    "simulate_additive",
    "simulate_composite",
    "simulate_fibres",
    "simulate_gaussian_fields",
    "simulate_grain_growth",
    "simulate_micrograph",
    "simulate_particles",
    "simulate_specimens",
    "simulate_spinodal",
    "simulate_steel_micrograph",
    "simulate_weld",
    "strength_mpa",
    "threshold_fields",
]
