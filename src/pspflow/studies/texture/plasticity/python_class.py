"""Ground truth: a class of the user's, `MODULE:CLASS`."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from pspflow.errors import InputError
from pspflow.mechanics import PARAMETER_NAMES, PlasticityConvergenceError
from pspflow.studies.texture.plasticity.answers import Answers, checked_parameters
from pspflow.studies.texture.textures.store import Grains

METHOD: Final = "anisotropy_parameters"
FAILED: Final = (ArithmeticError, PlasticityConvergenceError)
"""What the user's code raises for a texture that has no solution; all else stops the work."""


class PythonTruth:
    """Answers with the user's class, one texture after the other.

    The class is made without arguments. Its method `anisotropy_parameters(orientations, weights)`
    is given Bunge–Euler angles in radians, `n x 3`, and volume fractions of sum 1, `n`; it returns
    54 numbers in the order of `PARAMETER_NAMES`. For a texture without a solution it raises an
    `ArithmeticError` (a class of its own made from it will do), which is recorded as a failure.

    Parameters
    ----------
    place
        `MODULE:CLASS`, in the folder in which the workflow runs, or installed.

    Raises
    ------
    InputError
        If it cannot be imported or made, or has no such method.
    """

    def __init__(self, place: str) -> None:
        self.place = place
        self.model = _made(place)

    def parameters(self, textures: Sequence[Grains], names: Sequence[str]) -> Answers:
        """Return the anisotropy parameters of textures.

        Raises
        ------
        InputError
            If the class raises anything else than an `ArithmeticError`, or returns what cannot be
            the parameters of a texture; the message names class and texture.
        """
        found = np.full((len(textures), len(PARAMETER_NAMES)), np.nan)
        failures: dict[int, str] = {}
        for place, (grains, name) in enumerate(zip(textures, names, strict=True)):
            try:
                found[place] = self._one(grains, name)
            except FAILED as error:
                failures[place] = _said(error)
        return Answers(found, failures)

    def _one(self, grains: Grains, name: str) -> np.ndarray:
        try:
            values = getattr(self.model, METHOD)(grains.orientations.copy(), grains.weights.copy())
        except FAILED:
            raise
        except Exception as error:
            raise InputError(
                f"{self.place}: texture {name!r} ended in {_said(error)}; correct the class, or "
                "let it raise an ArithmeticError where a texture has no solution."
            ) from error
        try:
            return checked_parameters(values)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"{self.place}: what it returns for texture {name!r} cannot be used: {error}."
            ) from error


def _made(place: str) -> Any:
    module_name, _, class_name = place.partition(":")
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise InputError(
            f"texture.plasticity.python: module {module_name!r} cannot be imported, "
            f"{_said(error)}; put it into {here}, where the command runs, or install it."
        ) from error
    try:
        model = getattr(module, class_name)()
    except Exception as error:
        raise InputError(
            f"{place}: the class cannot be made, {_said(error)}; let {module_name} hold a class "
            f"{class_name} that takes no arguments."
        ) from error
    if not callable(getattr(model, METHOD, None)):
        raise InputError(
            f"{place}: the class has no method {METHOD}; add {METHOD}(orientations, weights)."
        )
    return model


def _said(error: Exception) -> str:
    return f"{type(error).__name__} ({' '.join(str(error).split()).rstrip('.')})"
