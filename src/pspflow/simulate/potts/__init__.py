"""Potts model of grains: their growth, melt pools that leave them, and what they measure.

numba is loaded when a simulation runs, not before: it takes a third of a second.
"""

from pspflow.simulate.potts.additive import simulate_additive
from pspflow.simulate.potts.boundary_images import boundary_image
from pspflow.simulate.potts.exponent import GrowthExponent, growth_exponent
from pspflow.simulate.potts.grains import boundary_energy, count_grains, grain_sizes, label_grains
from pspflow.simulate.potts.growth import simulate_grain_growth
from pspflow.simulate.potts.melt_pool import DoubleEllipse, Teardrop
from pspflow.simulate.potts.weld import simulate_weld

__all__ = [
    "DoubleEllipse",
    "GrowthExponent",
    "Teardrop",
    "boundary_energy",
    "boundary_image",
    "count_grains",
    "grain_sizes",
    "growth_exponent",
    "label_grains",
    "simulate_additive",
    "simulate_grain_growth",
    "simulate_weld",
]
