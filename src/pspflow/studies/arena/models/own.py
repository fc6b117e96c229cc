"""A user's model: one function of a Python file, and whether it keeps its promise."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from pspflow.errors import InputError
from pspflow.studies.arena.chips.shared import Condition
from pspflow.studies.arena.models.entrants import Entrant, Images

FUNCTION: Final = "images"
FIRST: Final = 2
"""Images of the call that is repeated with one seed."""
GIVEN: Final = "yours"


def own_entrant(path: Path, edge: int) -> Entrant:
    """Load a user's model.

    Parameters
    ----------
    path
        Python file with a function ``images(count, condition, seed)`` that returns images (count,
        edge, edge) uint8; the condition holds `domain` and the conditions of the sheet by name.
    edge
        Rows and columns of the shared chips.

    Raises
    ------
    InputError
        If the file cannot be used; later, if the function fails or returns something else.
    """
    function = _function(path)

    def images(count: int, condition: Condition, seed: int) -> np.ndarray:
        made = _called(path, function, count, condition, seed)
        _check(path, made, count, edge)
        return made

    return Entrant(_repeatable(path, images), GIVEN, None)


def _function(path: Path) -> Callable[..., Any]:
    spec = importlib.util.spec_from_file_location("pspflow_own_model", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise InputError(f"{path}: there is no such Python file; correct arena.models.own.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise InputError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    function = getattr(module, FUNCTION, None)
    if not callable(function):
        raise InputError(
            f"{path} has no function {FUNCTION}; write {FUNCTION}(count, condition, seed)."
        )
    return function


def _called(
    path: Path, function: Callable[..., Any], count: int, condition: Condition, seed: int
) -> np.ndarray:
    try:
        return np.asarray(function(count, dict(condition), seed))
    except Exception as error:
        raise InputError(
            f"{path}: {FUNCTION}({count}, {condition}, {seed}) failed: {type(error).__name__}: "
            f"{error}"
        ) from error


def _check(path: Path, made: np.ndarray, count: int, edge: int) -> None:
    if made.shape != (count, edge, edge) or made.dtype != np.uint8:
        raise InputError(
            f"{path}: {FUNCTION} returned an array {made.shape} {made.dtype}; return "
            f"{(count, edge, edge)} uint8, grey levels 0 to 255."
        )


def _repeatable(path: Path, images: Images) -> Images:
    """Ask for the first images twice: all that is random follows from the seed."""
    known: list[bool] = []

    def checked(count: int, condition: Condition, seed: int) -> np.ndarray:
        if not known:
            first, again = (images(FIRST, condition, seed) for _ in range(2))
            if not np.array_equal(first, again):
                raise InputError(
                    f"{path}: {FUNCTION} returned other images when it was called again with the "
                    "same seed; draw everything from a generator of this seed."
                )
            known.append(True)
        return images(count, condition, seed)

    return checked
