"""The analysis of a measured texture: its ODF, its components, and how it yields."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import refuses_masks
from pspflow.logs import log
from pspflow.mechanics import taylor_factors
from pspflow.mechanics.plasticity.tension import RATE_SENSITIVITY
from pspflow.mechanics.texture import (
    basis,
    check_orientations,
    check_weights,
    coefficients,
    component_fractions,
    specimen_asymmetry,
    texture_index,
    uniform_orientations,
)
from pspflow.mechanics.texture.distances import Asymmetry
from pspflow.mechanics.texture.gsh import SCALE
from pspflow.studies.texture.analysis.plastic import Plastic, plastic_response
from pspflow.studies.texture.analysis.representation import Sample, sample_texture

Floats = NDArray[np.float64]
GRAINS = 2000
"""Orientations that the plasticity of a larger texture is computed of."""
UNIFORM = 50_000
"""Orientations of the random texture that fractions and Taylor factors are compared with."""
TRIED = 20_000
"""Points from which the scatter of the ODF's terms is estimated."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """What there is to say of a texture of n orientations."""

    effective_points: float
    """Number of orientations of equal weight that are worth as much: 1 / Σw²."""
    coefficients: Floats
    """GSH coefficients of the orthorhombically symmetrised texture, shape ``(36,)``."""
    texture_index: float
    """Mean square of the ODF, by the terms up to l = 12."""
    odf_error: float
    """Root mean square error of the ODF in multiples of random, up to l = 12, if every orientation
    were an independent grain; the points of a map are not, so that it is a lower bound."""
    fractions: Mapping[str, float]
    """Volume fraction of each standard component, within 15°."""
    random_fractions: Mapping[str, float]
    """The same of a random texture."""
    taylor_factors: Floats
    """Taylor factor of every orientation for tension along X, rate-insensitive, shape ``(n,)``."""
    mean_taylor_factor: float
    """Their mean, weighted."""
    random_taylor_factor: float
    """That of a random texture."""
    asymmetry: Asymmetry
    """How far the texture is from the orthorhombic one that its coefficients describe."""
    sample: Sample | None
    """The orientations that plasticity is computed of; None if it is of all."""
    as_given: Plastic
    """Plasticity of the orientations as they are."""
    symmetric: Plastic
    """Plasticity of the orthorhombically symmetrised texture, as of its coefficients."""


@refuses_masks
def analyse_texture(
    orientations: ArrayLike,
    weights: ArrayLike | None,
    rng: np.random.Generator,
    *,
    slip: str = "fcc",
    rate_sensitivity: float = RATE_SENSITIVITY,
    grains: int = GRAINS,
) -> Analysis:
    """Analyse a texture of cubic crystals: 500,000 orientations take some 15 s.

    Parameters
    ----------
    orientations
        Bunge–Euler angles in radians, shape ``(n, 3)``; X is the rolling direction, Z the normal.
    weights
        Volume fractions, shape ``(n,)``, of sum 1; None for equal ones.
    rng
        Source of randomness: for the sample, and for distances between samples.
    slip, rate_sensitivity
        Slip systems and rate sensitivity of the Taylor model, as in `anisotropy_parameters`.
    grains
        Most orientations that plasticity is computed of; of more, as many are chosen that have the
        same ODF. Taylor factors are those of all.

    Raises
    ------
    ValueError
        As `check_orientations`, `check_weights` and `anisotropy_parameters`.
    """
    angles = check_orientations(orientations)
    shares = check_weights(weights, len(angles))
    log.info("%d orientations: coefficients and components", len(angles))
    known = coefficients(angles, shares)
    log.info("Taylor factors")
    factors = taylor_factors(angles, slip=slip)
    log.info("symmetry")
    asymmetry = specimen_asymmetry(angles, rng, shares)
    used, sample = (angles, shares), None
    if len(angles) > grains:
        log.info("%d orientations that stand for all", grains)
        sample = sample_texture(angles, shares, grains, rng)
        used = sample.orientations, sample.weights
    log.info("plasticity of %d orientations", len(used[0]))
    random = uniform_orientations(UNIFORM)
    return Analysis(
        effective_points=float(1 / np.square(shares).sum()),
        coefficients=known,
        texture_index=float(texture_index(known)),
        odf_error=_odf_error(angles, shares, known, rng),
        fractions=component_fractions(angles, shares),
        random_fractions=component_fractions(random),
        taylor_factors=factors,
        mean_taylor_factor=float(shares @ factors),
        random_taylor_factor=float(taylor_factors(random, slip=slip).mean()),
        asymmetry=asymmetry,
        sample=sample,
        as_given=plastic_response(*used, slip=slip, rate_sensitivity=rate_sensitivity),
        symmetric=plastic_response(
            *used, slip=slip, rate_sensitivity=rate_sensitivity, orthorhombic=True
        ),
    )


def _odf_error(angles: Floats, shares: Floats, known: Floats, rng: np.random.Generator) -> float:
    """Return the standard error of the mean of orthonormal terms, all 36 together."""
    if len(angles) > TRIED:
        tried = angles[rng.choice(len(angles), TRIED, p=shares)]
        size = float(np.square(basis(tried) / SCALE).sum(axis=1).mean())
    else:
        size = float(shares @ np.square(basis(angles) / SCALE).sum(axis=1))
    scatter = max(0.0, size - float(np.square(known * SCALE).sum()))
    return float(np.sqrt(scatter * np.square(shares).sum()))
