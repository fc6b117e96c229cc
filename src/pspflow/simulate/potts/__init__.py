"""Potts model of grains: its growth, and what grains are and measure.

numba is loaded when a simulation runs, not before: it takes a third of a second.
"""

from pspflow.simulate.potts.exponent import GrowthExponent, growth_exponent
from pspflow.simulate.potts.grains import boundary_energy, count_grains, grain_sizes, label_grains
from pspflow.simulate.potts.growth import simulate_grain_growth

__all__ = [
    "GrowthExponent",
    "boundary_energy",
    "count_grains",
    "grain_sizes",
    "growth_exponent",
    "label_grains",
    "simulate_grain_growth",
]
