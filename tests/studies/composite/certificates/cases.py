"""Structures and a reference for the tests of certificates."""

from functools import cache

import numpy as np

from pspflow.simulate.composites import simulate_composite
from pspflow.studies.composite.certificates.reference import Reference, fit_reference

EDGE = 11
FIBRES, PLATES, NOISE = (5.0, 1.0, 1.0), (1.0, 5.0, 5.0), (0.0, 0.0, 0.0)
MATERIAL = {"young_gpa": [2.4, 120.0], "poisson": [0.3, 0.3]}


def simulated(sigmas: tuple[float, float, float], count: int, seed: int) -> np.ndarray:
    """Structures of one morphology, uint8 ``(count, 11, 11, 11)``."""
    rng = np.random.default_rng(seed)
    fractions = rng.uniform(0.3, 0.7, count)
    return np.stack([simulate_composite(EDGE, sigmas, each, rng) for each in fractions])


@cache
def real() -> np.ndarray:
    """Thirty structures of fibres along x, then thirty of plates normal to x."""
    return np.concatenate([simulated(FIBRES, 30, 1), simulated(PLATES, 30, 2)])


@cache
def reference() -> Reference:
    """Describe the real structures, which are called s0, s1, ..."""
    kinds = ["fibres"] * 30 + ["plates"] * 30
    return fit_reference(real(), kinds, [f"s{place}" for place in range(60)])


def laminate(axis: int = 2, layers: int = 4) -> np.ndarray:
    """Layers normal to an axis, of which some are stiff; uint8 ``(11, 11, 11)``."""
    structure = np.zeros((EDGE, EDGE, EDGE), np.uint8)
    np.moveaxis(structure, axis, 0)[:layers] = 1
    return structure


def sphere(inside: int, radius: float = 3.2) -> np.ndarray:
    """Place a sphere of one phase in the other, uint8 ``(11, 11, 11)``: nearly isotropic."""
    at = np.indices((EDGE, EDGE, EDGE)) - EDGE // 2
    within = (at**2).sum(axis=0) <= radius**2
    return np.where(within, inside, 1 - inside).astype(np.uint8)
