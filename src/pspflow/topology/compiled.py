"""Compilation of this package's kernels with numba."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Compile for one thread, without the GIL, and keep the machine code on disk.

    The code is kept in the first of these folders that can be written: NUMBA_CACHE_DIR, the
    source's folder, the user's cache folder. Where none can, every process compiles again.
    Processes may share a folder and start together: numba replaces whole files, so that no process
    reads an incomplete one.
    """
    return _kept(function)


def compiled_sums(function: Function) -> Function:
    """Compile as `compiled`, with sums in the order that the processor's vectors are fastest in."""
    return _kept(function, fastmath={"contract", "reassoc"}, error_model="numpy")


def _kept(function: Function, **how: Any) -> Function:
    try:
        kept = numba.njit(nogil=True, cache=True, **how)(function)
    except RuntimeError:  # no folder can be written, as in some containers
        kept = numba.njit(nogil=True, **how)(function)
    return cast("Function", kept)
