"""What is not wanted: completed from the distribution of the pool, given what is wanted.

The flow needs whole sets of outputs. Those of the textures of the pool, drawn from the forward
model with its uncertainty, are samples of what goes together. The samples nearest to the wish are
weighted by their distance and moved along the linear regression of all outputs on those wanted, as
in approximate Bayesian computation (Beaumont, Zhang and Balding 2002, Genetics 162, 2025); then
what is wanted is put in exactly. Several are drawn rather than one mean, which no texture may have.
"""

from typing import Final

import numpy as np

from pspflow.mechanics import PARAMETER_NAMES, independent_outputs
from pspflow.mechanics.plasticity.parameters import DIRECTION_NAMES
from pspflow.models.texture.posterior import Posterior
from pspflow.studies.texture.design.quantities import (
    DIRECTIONS,
    PLACES,
    R_VALUE,
    Floats,
    coordinates_of,
    to_coordinates,
)
from pspflow.studies.texture.design.targets import Target
from pspflow.studies.texture.loop.round_trips import parameters_of

SHARE: Final = 0.05
FEWEST, MOST = 100, 1000
"""Samples that count as near: a share of the pool, between these numbers."""
RIDGE: Final = 1e-2
"""Added to the correlations of what is wanted, since some nearly depend on others."""


def completed(target: Target, pool: Posterior, count: int, rng: np.random.Generator) -> Floats:
    """Return whole sets of outputs that hold what is wanted.

    Parameters
    ----------
    target
        What is wanted.
    pool
        Predictions of the forward model for the textures of the pool.
    count
        Number of sets.
    rng
        Source of randomness.

    Returns
    -------
    Independent outputs, `count x 35`; all alike if all parameters are wanted.
    """
    if target.whole:
        blank = np.zeros((1, len(PARAMETER_NAMES)))
        return np.tile(independent_outputs(with_wanted(target, blank)), (count, 1))
    samples = pool.sample(rng)
    parameters = parameters_of(samples)
    possible = np.isfinite(parameters).all(axis=1)
    samples, parameters = samples[possible], parameters[possible]
    given = coordinates_of(target.names, parameters)
    wanted = to_coordinates(target.names, target.numbers)
    scale = given.std(axis=0)
    scale[scale == 0] = 1
    offsets = (wanted - given) / scale
    distance = np.linalg.norm(offsets, axis=1)
    number = min(len(samples), max(FEWEST, min(MOST, int(SHARE * len(samples)))))
    near = np.argsort(distance, kind="stable")[:number]
    bandwidth = distance[near].max() * (1 + 1e-6) + 1e-12
    weights = 1 - (distance[near] / bandwidth) ** 2
    weights /= weights.sum()
    moved = _moved(samples[near], offsets[near], weights)
    drawn = parameters_of(moved[rng.choice(number, count, p=weights)])
    # a regression may leave what is possible: such a draw stays where its sample is
    stays = ~np.isfinite(drawn).all(axis=1)
    if stays.any():
        drawn[stays] = parameters[near][rng.choice(number, int(stays.sum()), p=weights)]
    return independent_outputs(with_wanted(target, drawn))


def with_wanted(target: Target, parameters: Floats) -> Floats:
    """Put what is wanted into parameters `n x 54`, and let volume be conserved."""
    wanted, found = target.wanted, parameters.copy()
    shares = {
        DIRECTIONS[int(name.removeprefix(R_VALUE))]: value / (1 + value)
        for name, value in wanted.items()
        if name.startswith(R_VALUE)
    }
    found[:, 0] = 1
    for direction in DIRECTION_NAMES:
        stress, first, second = (f"{kind}_{direction}" for kind in ("stress", "strain1", "strain2"))
        total = None
        if first in wanted and second in wanted:
            total = wanted[first] + wanted[second]
        if direction != DIRECTION_NAMES[0]:
            if stress in wanted:
                found[:, PLACES[stress]] = wanted[stress]
            elif total is not None:
                found[:, PLACES[stress]] = -1 / total
        both = -1 / found[:, PLACES[stress]]
        lateral = found[:, PLACES[first]]
        if total is not None:
            # what a table rounds is shared by both
            lateral = wanted[first] + (both - total) / 2
        elif first in wanted:
            lateral = np.full(len(found), wanted[first])
        elif second in wanted:
            lateral = both - wanted[second]
        elif direction in shares:
            width = shares[direction]
            lateral = both * (1 - width if direction == DIRECTIONS[90] else width)
        found[:, PLACES[first]], found[:, PLACES[second]] = lateral, both - lateral
    return found


def _moved(samples: Floats, offsets: Floats, weights: Floats) -> Floats:
    """Move samples `n x h` by `offsets`, `n x k`, along their weighted linear regression."""
    centred = samples - weights @ samples
    # offsets are what is wanted less what is there: the sign turns
    causes = -(offsets - weights @ offsets)
    spread = np.sqrt(np.einsum("n,nk->k", weights, causes**2))
    spread[spread == 0] = 1
    causes /= spread
    within = (causes.T * weights) @ causes + RIDGE * np.eye(causes.shape[1])
    slopes = np.linalg.solve(within, (causes.T * weights) @ centred)
    return samples + (offsets / spread) @ slopes
