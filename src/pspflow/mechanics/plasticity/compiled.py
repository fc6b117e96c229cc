"""Compilation of the loops over grains."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])
HOW = {
    "nogil": True,
    # a check of every division, as Python makes it, keeps a loop from running many grains at once
    "error_model": "numpy",
    # one instruction multiplies and adds; sums keep their order
    "fastmath": {"contract"},
}
PARTS = ("cholesky.py", "compiled.py", "kernel.py", "newton.py")
"""Modules whose functions are compiled into one."""


def compiled(function: Function) -> Function:
    """Compile for one thread, without the GIL, as a part of functions that are `kept`.

    Divisions by zero give infinities or no numbers; the callers look for them.
    """
    return cast("Function", numba.njit(**HOW)(function))


def kept(function: Function) -> Function:
    """Compile as `compiled`, and keep the machine code on disk where a folder can be written.

    numba keeps code until the file of the function changes, or what the function encloses; a
    function that is compiled from several files encloses their `fingerprint`.
    """
    try:
        return cast("Function", numba.njit(cache=True, **HOW)(function))
    except RuntimeError:  # no folder can be written, as in some containers
        return compiled(function)


def fingerprint() -> str:
    """Return a digest of the modules that are compiled into one function."""
    digest = hashlib.sha256()
    for name in PARTS:
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()
