"""Anisotropy parameters of many textures, on several threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import refuses_masks
from pspflow.mechanics.plasticity.parameters import PARAMETER_NAMES, anisotropy_parameters
from pspflow.mechanics.plasticity.slip import SlipSystems
from pspflow.mechanics.plasticity.tension import (
    MAX_STEPS,
    RATE_SENSITIVITY,
    TOLERANCE,
    PlasticityConvergenceError,
)


class TextureParameters(NamedTuple):
    """Anisotropy parameters of k textures."""

    parameters: NDArray[np.float64]
    """(k, 54); NaN for a texture that failed."""
    failures: dict[int, PlasticityConvergenceError]
    """Why a texture has no parameters, by its number."""


@refuses_masks
def anisotropy_parameters_of_textures(
    orientations: Sequence[ArrayLike],
    weights: Sequence[ArrayLike | None] | None = None,
    *,
    slip: str | SlipSystems = "fcc",
    rate_sensitivity: float = RATE_SENSITIVITY,
    tolerance: float = TOLERANCE,
    max_steps: int = MAX_STEPS,
    orthorhombic: bool = False,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> TextureParameters:
    """Compute the 54 anisotropy parameters of many textures.

    The numbers do not depend on the number of threads. A texture that does not converge does not
    stop the others: it is reported beside them.

    Parameters
    ----------
    orientations
        Of each texture, as in `anisotropy_parameters`; their numbers of grains may differ.
    weights
        Of each texture; None: all grains alike.
    slip, rate_sensitivity, tolerance, max_steps, orthorhombic
        As in `anisotropy_parameters`.
    threads
        Textures that are computed at once.
    progress
        Is called with the textures done and their total, from the caller's thread, after each.

    Raises
    ------
    ValueError
        If there are no textures, numbers of orientations and weights differ, threads are fewer than
        1, or a texture is not what it must be; the message names it.
    """
    count = len(orientations)
    if not count:
        raise ValueError("orientations must hold at least one texture, got none")
    if weights is not None and len(weights) != count:
        raise ValueError(
            f"weights must be given for each of the {count} textures, got {len(weights)}"
        )
    if threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    parameters = np.full((count, len(PARAMETER_NAMES)), np.nan)
    failures: dict[int, PlasticityConvergenceError] = {}

    def compute(at: int) -> int:
        try:
            parameters[at] = anisotropy_parameters(
                orientations[at],
                None if weights is None else weights[at],
                slip=slip,
                rate_sensitivity=rate_sensitivity,
                tolerance=tolerance,
                max_steps=max_steps,
                orthorhombic=orthorhombic,
            )
        except PlasticityConvergenceError as error:
            failures[at] = error
        except ValueError as error:
            raise ValueError(f"texture {at}: {error}") from error
        return at

    with ThreadPoolExecutor(threads) as pool:
        try:
            futures = [pool.submit(compute, at) for at in range(count)]
            for done, future in enumerate(as_completed(futures), start=1):
                future.result()
                if progress:
                    progress(done, count)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return TextureParameters(parameters, dict(sorted(failures.items())))
