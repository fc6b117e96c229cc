"""What textures of the pool can reach: the nearest to a wish in the hull of their properties.

Properties of a mixture lie nearly between those of its parts, so that what is far from every
mixture of properties of the pool is far from every texture's. The forward model's uncertainty is
allowed.
"""

from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import nnls

from pspflow.errors import InputError
from pspflow.models.texture.posterior import Posterior
from pspflow.studies.texture.design.quantities import (
    R_NAMES,
    R_VALUE,
    Floats,
    coordinates_of,
    errors_percent,
    from_coordinates,
    to_coordinates,
)
from pspflow.studies.texture.design.targets import Target
from pspflow.studies.texture.loop.round_trips import parameters_of

DEVIATIONS: Final = 1.0
"""Standard deviations of the forward model by which properties may be wrong."""
MOST_PERCENT: Final = 10.0
"""Error of the nearest that is reachable above which a wish is refused. Pools of 200 leave
textures that exist up to 9 % away where all 54 parameters are wanted."""
MISSED: Final = 0.05
MOST_SAID: Final = 7
"""Quantities that a sentence names: those that miss what is wanted by this share, the worst."""
FIRST: Final = 200
ROUNDS: Final = 100
DRAWS: Final = 200


class UnreachableError(InputError):
    """No texture comes near a wish.

    Parameters
    ----------
    message
        One sentence, with the nearest values that are reachable.
    reach
        These.
    """

    def __init__(self, message: str, reach: "Reach") -> None:
        self.reach = reach
        super().__init__(message)


class Reach(NamedTuple):
    """The nearest to a wish that textures of the pool reach, as the forward model predicts."""

    numbers: Floats
    """Of what is wanted, `k`, within the model's uncertainty."""
    error_percent: float
    """Their error."""
    texture: int
    """The texture of the pool that is nearest by itself."""
    texture_error_percent: float
    """Its error."""


def reachable(target: Target, pool: Posterior, rng: np.random.Generator) -> Reach:
    """Find the nearest to a wish that textures of the pool, or mixtures of them, reach.

    Parameters
    ----------
    target
        What is wanted.
    pool
        Predictions of the forward model for the textures of the pool.
    rng
        Source of randomness, for the model's uncertainty.
    """
    names = target.names
    parameters = parameters_of(pool.mean())
    values = from_coordinates(names, coordinates_of(names, parameters))
    errors = errors_percent(values, target.numbers)
    nearest = int(errors.argmin())
    points = coordinates_of(names, parameters)
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    wanted = to_coordinates(names, target.numbers)
    spread = points[known].std(axis=0)
    spread[spread == 0] = 1
    weights, used = _mixture(points[known] / spread, wanted / spread)
    parts = known[used]
    middle = weights @ points[parts]
    doubt = weights @ _deviations(pool, parts, target, rng)
    near = middle + np.clip(wanted - middle, -DEVIATIONS * doubt, DEVIATIONS * doubt)
    reached = from_coordinates(names, near)
    error = round(float(errors_percent(reached[None], target.numbers)[0]), 6)
    return Reach(reached, error, nearest, float(errors[nearest]))


def check_reach(target: Target, reach: Reach) -> None:
    """Refuse a wish that no texture comes near.

    Raises
    ------
    UnreachableError
        With the nearest values that are reachable.
    """
    if reach.error_percent <= MOST_PERCENT:
        return
    nearest = missed(target, reach.numbers)
    raise UnreachableError(
        f"Target {target.name}: no texture comes near what is wanted; the nearest reachable is "
        f"{nearest}{', with the rest as wanted' if len(target.wanted) > 1 else ''}: change it.",
        reach,
    )


def missed(target: Target, reached: Floats) -> str:
    """Write which quantities (n,) miss what is wanted, the worst first, and by how much."""
    apart = np.abs(reached - target.numbers) / np.maximum(np.abs(target.numbers), MISSED)
    worst = [place for place in np.argsort(-apart, kind="stable") if apart[place] > MISSED]
    said = [
        f"{label(target.names[place])} {reached[place]:.3g} (wanted {target.numbers[place]:.3g})"
        for place in worst[:MOST_SAID]
    ]
    more = len(worst) - len(said)
    return ", ".join(said) + (f" and {more} more" if more else "")


def label(name: str) -> str:
    """Write the name of a quantity for a sentence."""
    if name in R_NAMES:
        return f"r-value at {name.removeprefix(R_VALUE)}°"
    return name


def _mixture(points: Floats, wanted: Floats) -> tuple[Floats, np.ndarray]:
    """Return the weights, and the numbers, of the points whose mixture is nearest."""
    offsets = points - wanted
    used = np.argsort(np.linalg.norm(offsets, axis=1), kind="stable")[:FIRST]
    weights = np.zeros(0)
    for _ in range(ROUNDS):
        system = np.concatenate([offsets[used].T, np.ones((1, len(used)))])
        found, _ = nnls(system, np.append(np.zeros(len(wanted)), 1.0), maxiter=30 * len(used))
        used, weights = used[found > 0], found[found > 0] / found.sum()
        rest = weights @ offsets[used]
        distance = float(np.linalg.norm(rest))
        # points that lie further towards the wish than the mixture does
        ahead = offsets @ rest
        better = np.argsort(ahead, kind="stable")[:20]
        better = better[ahead[better] < rest @ rest - 1e-9 * max(1.0, distance)]
        better = np.setdiff1d(better, used)
        if distance < 1e-6 or not better.size:
            break
        used = np.concatenate([used, better])
    return weights, used


def _deviations(
    pool: Posterior, parts: np.ndarray, target: Target, rng: np.random.Generator
) -> Floats:
    """Return the standard deviations of what is wanted at textures of the pool, `parts x k`."""
    some = Posterior(
        pool.basis, pool.latent_means[parts], pool.latent_variances[parts], pool.latent_noises
    )
    means, covariances = some.mean(), some.covariance(noise=False)
    spreads = []
    for mean, covariance in zip(means, covariances, strict=True):
        drawn = rng.multivariate_normal(mean, covariance, DRAWS, method="eigh")
        spreads.append(np.nanstd(coordinates_of(target.names, parameters_of(drawn)), axis=0))
    return np.array(spreads)
