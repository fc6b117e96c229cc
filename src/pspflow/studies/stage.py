"""Stages: functions that read artefacts and write artefacts, with the provenance of what they make.

A stage is one function, one command and one rule. It lives in a module of its name, in the package
`stages` of its chapter. The type of a path says what lies there (see `pspflow.studies.paths`); from
the types of a stage's arguments follow its flags, their help, and the provenance of its artefacts.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

from cyclopts import Parameter
from cyclopts.validators import Number

from pspflow.io.artefacts import Provenance
from pspflow.options import Options

INPUT = "input of a stage"
"""Metadata of the types of paths whose content decides what a stage makes."""


def whole_number(_: object, tokens: Any) -> int:
    """Read a whole number; the command line itself would round `1.5` to 2.

    Raises
    ------
    ValueError
        If it is none.
    """
    (token,) = tokens
    try:
        return int(token.value)
    except ValueError:
        raise ValueError(f"{token.value!r} is no whole number; give one.") from None


Whole = Annotated[int, Parameter(converter=whole_number)]
Index = Annotated[Whole, Parameter(validator=Number(gte=0))]
Seed = Annotated[
    Whole,
    Parameter(
        help="Seed of the run: all that is random follows from it.",
        validator=Number(gte=0, lt=2**32),
    ),
]
Threads = Annotated[
    Whole,
    Parameter(
        help="Threads to work with; another number can change the last digits.",
        validator=Number(gte=1),
    ),
]
DeviceName = Annotated[
    str,
    Parameter(
        help="Where to compute: auto (a GPU where there is one, else the CPU), cpu, cuda, or "
        "cuda:N for one of several GPUs."
    ),
]
AUTO: Any = "auto"
"""Default of a stage's `device`."""
if TYPE_CHECKING:
    import torch

    Device = torch.device
else:  # the command line gives its name, and torch would be slow to import for the help
    Device = DeviceName

UNRECORDED = ("threads", "device", "origin")
"""Arguments that decide how a stage runs, and not what it makes."""


def named_paths(_: object, tokens: Any) -> dict[str, Path]:
    """Read `NAME=PATH` tokens of a command line.

    Raises
    ------
    ValueError
        If a token has no name, or a name comes twice; the command line says which flag is wrong.
    """
    paths: dict[str, Path] = {}
    for token in tokens:
        name, equals, path = token.value.partition("=")
        if not (name and equals and path) or name in paths:
            raise ValueError(f"{token.value!r}; give NAME=PATH, each name once.")
        paths[name] = Path(path)
    return paths


def stage(function: Callable[..., None]) -> Callable[..., None]:
    """Make a stage of a function: it is called without `origin`, which is made from its arguments.

    The record holds the stage's name, the fingerprints of the inputs, the options (those of other
    models under the argument's name), and every other argument by its name but `UNRECORDED` and
    paths that are written.

    A function with an argument `device: Device = AUTO` is called with the name of one and is given
    the device itself, which is its alone until it ends if it is a GPU that was not named by its
    number. The log and the record say which one it is. Tools claim none: whoever calls one would
    not want it to wait for a training.

    Parameters
    ----------
    function
        A function with a keyword argument `origin`, a `Provenance`.
    """
    hints = get_type_hints(function, include_extras=True)
    signature = inspect.signature(function)
    shown = [each for name, each in signature.parameters.items() if name != "origin"]
    called = signature.replace(parameters=shown)

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> None:
        bound = called.bind(*args, **kwargs)
        bound.apply_defaults()
        if "device" not in bound.arguments:
            origin = _record(stage_name(function), bound.arguments, hints)
            function(*bound.args, **bound.kwargs, origin=origin)
            return
        from pspflow.training.devices import chosen_device, recorded, using  # noqa: PLC0415 - torch

        wanted = bound.arguments["device"]
        fixed = getattr(bound.arguments.get("options"), "threads", 1)
        threads = bound.arguments.get("threads", fixed)
        # what is wrong is said, and inputs are read, before it waits for a GPU that others need
        chosen_device(wanted)
        origin = _record(stage_name(function), bound.arguments, hints)
        with using(wanted, threads, claim=not _is_tool(function)) as device:
            bound.arguments["device"] = device
            origin = replace(origin, device=recorded(device))
            function(*bound.args, **bound.kwargs, origin=origin)

    run.__signature__ = called  # type: ignore[attr-defined]
    run.__annotations__ = {name: hint for name, hint in hints.items() if name != "origin"}
    return run


def stage_name(function: Callable[..., None]) -> str:
    """Name a stage as its command does; those of shared chapters are named without a study."""
    parts = function.__module__.removeprefix("pspflow.studies.").removeprefix("shared.").split(".")
    return " ".join(part for part in parts if part not in {"stages", "tools"}).replace("_", "-")


def _is_tool(function: Callable[..., None]) -> bool:
    return "tools" in function.__module__.split(".")


def _record(name: str, arguments: Mapping[str, Any], hints: Mapping[str, Any]) -> Provenance:
    inputs: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for key, value in arguments.items():
        if _is_input(hints[key]):
            if isinstance(value, Mapping):
                inputs |= {f"{key} {each}": path for each, path in value.items()}
            elif value is not None:
                inputs[key] = value
        elif isinstance(value, Options) and key != "options":
            values[key] = value.model_dump(mode="json")
        elif key not in {*UNRECORDED, "options", "seed"} and not _holds_paths(value):
            values[key] = list(value) if isinstance(value, tuple) else value
    origin = Provenance.of(name, inputs, arguments.get("options"), arguments.get("seed"))
    return replace(origin, options={**values, **origin.options})


def _is_input(hint: Any) -> bool:
    """Tell whether a type, or one of the types that it is made of, is marked as an input."""
    if get_origin(hint) is Annotated and INPUT in hint.__metadata__:
        return True
    return any(_is_input(part) for part in get_args(hint) if get_origin(part) is not None)


def _holds_paths(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(isinstance(each, Path) for each in value.values())
    return isinstance(value, Path)
