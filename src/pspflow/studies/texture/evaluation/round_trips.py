"""Round trips: wanted parameters, textures that the flow draws, parameters that those have.

Paper, section 4.2. What is reached is the mean over the drawn textures, of each texture's mean
parameters by a forward model; the paper gives no formula for its error, which is here the norm of
the difference over that of what was wanted, over all 54 parameters.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from pspflow.mechanics import INDEPENDENT_NAMES, all_outputs, independent_outputs
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.seeds import generator

Floats = NDArray[np.float64]
DRAWS_AT_ONCE = 40_000
"""Textures that are held in memory at a time, with their parameters."""
STRESSES = sum(name.startswith("stress") for name in INDEPENDENT_NAMES)


class Reached(NamedTuple):
    """What the textures drawn for each target have."""

    parameters: Floats
    """Mean over the drawn textures, `n x 54`; NaN where none can be counted."""
    left_out: NDArray[np.int64]
    """Drawn textures whose predicted stresses are not all positive, `n`: they have no lateral
    increments, and are not in the mean."""


class Drawn(NamedTuple):
    """Textures drawn for some of the targets."""

    targets: slice
    textures: Floats
    """`m x samples x 36`."""


def draw(
    flow: ConditionalFlow, parameters: Floats, samples: int, seed: int, *purpose: object
) -> Iterator[Drawn]:
    """Draw textures for targets, as many targets at a time as memory allows.

    Parameters
    ----------
    flow
        The inverse model, on its device.
    parameters
        Wanted parameters, `n x 54`.
    samples
        Textures for each.
    seed, purpose
        Seed of the run, and what is drawn.
    """
    outputs = independent_outputs(parameters)
    step = max(1, DRAWS_AT_ONCE // samples)
    for low in range(0, len(outputs), step):
        part = slice(low, min(low + step, len(outputs)))
        given = torch.from_numpy(outputs[part]).to(flow.texture_mean)
        key = int(generator(seed, "round trips", *purpose, low).integers(2**62))
        yield Drawn(part, flow.sample(given, samples, seed=key).double().cpu().numpy())


def reached_parameters(forward: MultiOutputGP, textures: Floats) -> Reached:
    """Predict the parameters of drawn textures `n x samples x 36`, and average over samples."""
    count, samples, _ = textures.shape
    outputs = forward.predict_mean(textures.reshape(count * samples, -1))
    return averaged(outputs.reshape(count, samples, -1))


def averaged(outputs: Floats) -> Reached:
    """Average the parameters of textures over samples.

    Parameters
    ----------
    outputs
        Independent outputs `n x samples x 35`; those with a stress that is not positive are left
        out, and counted.
    """
    physical: NDArray[np.bool_] = np.all(outputs[..., :STRESSES] > 0, axis=-1)
    parameters = all_outputs(np.where(physical[..., None], outputs, 1.0))
    kept = physical.sum(axis=1)
    total = np.where(physical[..., None], parameters, 0.0).sum(axis=1)
    mean = np.divide(total, kept[:, None], out=np.full_like(total, np.nan), where=kept[:, None] > 0)
    return Reached(mean, outputs.shape[1] - kept)


def errors_percent(found: Floats, wanted: Floats) -> Floats:
    """Return 100 |found - wanted| / |wanted| over the last axis, in percent."""
    error: Floats = 100 * np.linalg.norm(found - wanted, axis=-1) / np.linalg.norm(wanted, axis=-1)
    return error


def error_summary(errors: Floats) -> tuple[float, float]:
    """Return the mean error, and that which 95 % of the textures do not exceed.

    A texture without an error, NaN, counts as one of infinite error in the second and is left out
    of the first.
    """
    known = errors[np.isfinite(errors)]
    if not len(known):
        return float("nan"), float("inf")
    worst = np.quantile(np.nan_to_num(errors, nan=np.inf), 0.95, method="inverted_cdf")
    return float(known.mean()), float(worst)
