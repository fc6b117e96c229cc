"""How this package compiles with numba."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile for one thread that lets others run, and keep the machine code on disk.

    It is kept beside the source, or where that is read-only in the user's cache folder.
    """
    return cast("Function", numba.njit(nogil=True, cache=True)(function))
