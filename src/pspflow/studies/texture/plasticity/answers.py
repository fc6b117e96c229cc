"""What a ground truth answers, and how numbers from elsewhere are checked."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.arrays import real, refuses_masks
from pspflow.mechanics import PARAMETER_NAMES, all_outputs, independent_outputs

STRESSES: Final = sum(name.startswith("stress") for name in PARAMETER_NAMES)
LARGEST_GAP: Final = 2e-3
"""By which lateral increments may miss -1 / stress: numbers written with three digits do."""


class Answers(NamedTuple):
    """Anisotropy parameters of `n` textures, in the order in which they were asked for."""

    parameters: NDArray[np.float64]
    """`n x 54`, named by `PARAMETER_NAMES`; NaN for a texture that has none."""
    failures: dict[int, str]
    """Why a texture has none, by its place."""


class WrongParameterError(ValueError):
    """A number that cannot be an anisotropy parameter, or is none in this normalisation.

    Parameters
    ----------
    name
        Parameter.
    fault, remedy
        What is wrong with it, and what to do.
    """

    def __init__(self, name: str, fault: str, remedy: str) -> None:
        super().__init__(f"{name} {fault}; {remedy}")
        self.name, self.fault, self.remedy = name, fault, remedy


@refuses_masks
def checked_parameters(values: ArrayLike) -> NDArray[np.float64]:
    """Check the 54 parameters of one texture that come from elsewhere.

    Where the lateral increments of a direction add up to -1 / its stress within 0.002, as rounded
    or measured ones do, the second is replaced by what conserves volume exactly.

    Parameters
    ----------
    values
        54 numbers, named by `PARAMETER_NAMES`.

    Returns
    -------
    Float64 (54,), of which `independent_outputs` takes the independent ones.

    Raises
    ------
    WrongParameterError
        If a number is not finite, the stress in X is not 1, a stress is not positive, or volume is
        not conserved.
    ValueError
        If they are not 54 real numbers.
    """
    given = real(values, "parameters")
    if given.shape != (len(PARAMETER_NAMES),):
        raise ValueError(f"parameters must have shape (54,), got {given.shape}")
    stress, first, second = given[:STRESSES], given[STRESSES::2], given[STRESSES + 1 :: 2]
    for place in np.flatnonzero(~np.isfinite(given)):
        raise WrongParameterError(
            PARAMETER_NAMES[place],
            f"is {given[place]}",
            "give a finite number, or record the texture as a failure",
        )
    for place in np.flatnonzero(stress <= 0):
        raise WrongParameterError(
            PARAMETER_NAMES[place], f"is {stress[place]:g}", "give a positive stress"
        )
    if abs(stress[0] - 1) > 1e-6:
        raise WrongParameterError(
            PARAMETER_NAMES[0],
            f"is {stress[0]:g}, not 1",
            "divide all stresses by that in X, and multiply all increments by it",
        )
    gaps = first + second + 1 / stress
    for place in np.flatnonzero(np.abs(gaps) > LARGEST_GAP):
        raise WrongParameterError(
            PARAMETER_NAMES[STRESSES + 2 * place + 1],
            f"and its pair add up to {first[place] + second[place]:.4f}, not to -1 / stress = "
            f"{-1 / stress[place]:.4f}",
            "give increments that conserve volume, multiplied by the stress in X and divided by "
            "the plastic work",
        )
    free = np.concatenate([stress[1:], first])
    complete = all_outputs(free)
    independent_outputs(complete)
    return complete
