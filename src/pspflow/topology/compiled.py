"""How this package compiles with numba."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile for one thread that lets others run, and keep the machine code on disk.

    It is kept in NUMBA_CACHE_DIR, beside the source, or in the user's cache folder, whichever can
    first be written; where none can, every process compiles for itself. Processes may share a
    folder and start together: numba replaces whole files, so that none reads half of one.
    """
    try:
        kept = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder can be written, as in some containers
        kept = numba.njit(nogil=True)(function)
    return cast("Function", kept)
