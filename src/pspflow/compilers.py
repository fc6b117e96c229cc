"""Whether a GPU's programs can be compiled on this machine."""

import importlib.util
import os
import shutil
import sysconfig
from functools import cache
from pathlib import Path

from pspflow.logs import log


@cache
def can_compile() -> bool:
    """Tell whether Triton can compile: it needs a C compiler and the headers of Python.

    Where something is missing, the log says what, once; what would be compiled is then computed
    step by step.
    """
    missing = [name for name, there in _needed().items() if not there]
    if missing:
        log.warning(
            "Warning: programs for the GPU are not compiled, since this machine has no %s: the "
            "paper's flows and the elastic solver take about twice as long; install it, or load a "
            "module that has it.",
            " and no ".join(missing),
        )
    return not missing


def _needed() -> dict[str, bool]:
    named = os.environ.get("CC")  # which Triton then takes, be it there or not
    compilers = (named,) if named else ("gcc", "clang")
    headers = Path(sysconfig.get_path("include"), "Python.h")
    return {
        "Triton (Python package triton)": importlib.util.find_spec("triton") is not None,
        "C compiler (gcc, clang or what CC names)": any(map(shutil.which, compilers)),
        "headers of Python (Python.h)": headers.exists(),
    }
