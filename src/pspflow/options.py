"""The base of every stage's options: one pydantic model a stage, unknown keys refused."""

from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from cyclopts import Parameter
from pydantic import BaseModel, ConfigDict, ValidationError

from pspflow.errors import InputError


class Options(BaseModel):
    """Options of one stage: immutable, validated, closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    def chosen(self) -> Self:
        """Return the options that act: alternatives not chosen go back to their defaults.

        Only these reach a stage, so that changing what is not used reruns nothing.
        """
        return self


Model = TypeVar("Model", bound=Options)
Paths = Annotated[tuple[Path, ...], Parameter(consume_multiple=True)]
"""A flag that takes as many paths as follow it, none included."""
Names = Annotated[tuple[str, ...], Parameter(consume_multiple=True)]
"""A flag that takes as many names as follow it."""


def sentences(error: ValidationError, prefix: str = "") -> list[str]:
    """Turn a pydantic error into sentences that name the key, the fault and the remedy.

    Parameters
    ----------
    error
        What pydantic raised.
    prefix
        Where the model hangs in the configuration, `temper.chips` for example.

    Returns
    -------
    list of str
        One sentence for each fault.
    """
    faults = error.errors()
    # a list whose only item is faulty is also called too short, which is no help
    deeper = {other["loc"][:n] for other in faults for n in range(len(other["loc"]))}
    return [
        _sentence(dict(fault), prefix)
        for fault in faults
        if not (fault["type"] == "too_short" and fault["loc"] in deeper)
    ]


def _sentence(fault: dict[str, Any], prefix: str) -> str:
    key = ".".join(str(part) for part in ((prefix,) if prefix else ()) + tuple(fault["loc"]))
    if fault["type"] == "extra_forbidden":
        return f"Configuration key '{key}' is unknown: check its spelling or remove it."
    if fault["type"] == "missing":
        return f"Configuration key '{key}' is missing: add it."
    reason = fault["msg"].removeprefix("Value error, ")
    where = f"Configuration key '{key}'" if key else "Configuration"
    if fault["type"] == "value_error":
        return f"{where}: {reason}"
    return f"{where} is {fault['input']!r}: {reason[0].lower()}{reason[1:]}."


def validated(model: type[Model], values: Any, prefix: str = "") -> Model:
    """Validate values against a model.

    Raises
    ------
    InputError
        With one sentence a fault.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError("\n".join(sentences(error, prefix))) from error
