"""Round trips: from wanted parameters to drawn textures, and back by a forward model.

A flow that is hardly trained draws textures for which a Gaussian process may predict a stress that
is not positive, or coefficients that are no numbers. Such a sample has no 54 parameters. It is left
out of its texture's mean and counted; a texture without any sample left has no error.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import refuses_masks
from pspflow.mechanics import INDEPENDENT_NAMES, PARAMETER_NAMES, all_outputs
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.seeds import generator

Floats = NDArray[np.float64]
STRESSES = len(INDEPENDENT_NAMES) // 2
"""Independent outputs that are stresses: the first 17."""


class Reached(NamedTuple):
    """What a forward model says of textures that were drawn for wanted parameters."""

    parameters: Floats
    """Means over the samples of each wanted texture, `n x 54`; NaN where none is left."""
    left_out: NDArray[np.int64]
    """Samples of each that have no parameters, `n`."""


@refuses_masks
def drawn_textures(
    flow: ConditionalFlow, outputs: Floats, count: int, seed: int
) -> NDArray[np.float32]:
    """Draw textures for wanted outputs.

    Parameters
    ----------
    flow
        The inverse model.
    outputs
        Wanted independent outputs, `n x 35`.
    count
        Textures for each.
    seed
        Seed of the draws.

    Returns
    -------
    ndarray
        Coefficients, float32, `n x count x 36`.
    """
    wanted = torch.from_numpy(outputs).to(flow.texture_mean)
    drawn: NDArray[np.float32] = flow.sample(wanted, count, seed=seed).cpu().numpy()
    return drawn


@refuses_masks
def parameters_of(outputs: ArrayLike) -> Floats:
    """Return the 54 parameters of independent outputs `n x 35`, NaN where a stress is not positive.

    A model that knows few textures may predict such a stress far away from all of them.
    """
    values = np.asarray(outputs, np.float64)
    possible = (values[:, :STRESSES] > 0).all(axis=1)
    parameters = np.full((len(values), len(PARAMETER_NAMES)), np.nan)
    if possible.any():
        parameters[possible] = all_outputs(values[possible])
    return parameters


@refuses_masks
def reached_parameters(model: MultiOutputGP, samples: NDArray) -> Reached:
    """Predict the parameters of drawn textures, and average over the samples (paper, 4.2).

    Parameters
    ----------
    model
        The forward model, whose mean is taken.
    samples
        Coefficients `n x count x 36`.
    """
    wanted, count, size = samples.shape
    flat = samples.reshape(-1, size).astype(np.float64)
    valid = np.isfinite(flat).all(axis=1)
    outputs = np.full((len(flat), len(INDEPENDENT_NAMES)), np.nan)
    if valid.any():
        outputs[valid] = model.predict_mean(flat[valid])
    parameters = parameters_of(outputs)
    valid &= ~np.isnan(parameters[:, 0])
    left = valid.reshape(wanted, count).sum(axis=1)
    sums = np.where(valid[:, None], parameters, 0).reshape(wanted, count, -1).sum(axis=1)
    means = np.full_like(sums, np.nan)
    np.divide(sums, left[:, None], out=means, where=left[:, None] > 0)
    return Reached(means, count - left)


@refuses_masks
def errors_percent(reached: Floats, wanted: Floats) -> Floats:
    """Return the error of each round trip, `n`, in percent of the norm of the 54 parameters.

    Parameters
    ----------
    reached, wanted
        `n x 54` each. The paper gives no formula; see the report's table of departures.
    """
    return 100 * np.linalg.norm(reached - wanted, axis=1) / np.linalg.norm(wanted, axis=1)


@refuses_masks
def error_summary(errors: Floats) -> tuple[float, float]:
    """Return the mean of errors (n,), and that which 95 % of the textures do not exceed.

    A texture without an error, NaN, is left out of the first, and exceeds every error in the
    second.
    """
    made = errors[np.isfinite(errors)]
    mean = float(made.mean()) if len(made) else math.nan
    ordered = np.nan_to_num(errors, nan=np.inf)
    return mean, float(np.quantile(ordered, 0.95, method="inverted_cdf"))


def stream(seed: int, *purpose: object) -> int:
    """Return a seed of its own for one purpose, for functions that take a number."""
    return int(generator(seed, *purpose).integers(2**62))
