"""Simulated specimens for the embedded default data of the studies."""

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
    "TEMPERS",
    "HeatTreatment",
    "Precipitates",
    "Specimen",
    "Temper",
    "simulate_micrograph",
    "simulate_specimens",
    "strength_mpa",
]
