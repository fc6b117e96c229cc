"""The base of every stage's options: one pydantic model per stage; unknown keys are refused."""

import datetime
import re
from typing import Annotated, Any, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pspflow.errors import InputError


class Options(BaseModel):
    """Options of one stage: immutable and validated; unknown keys are refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse true and false for 1 and 0: in YAML they may be a typing error or `yes`."""
        if isinstance(value, bool | list | tuple) and _holds_truth(value):
            kinds = _kinds(cls.model_fields[str(info.field_name)].annotation)
            if bool not in kinds and kinds & {int, float}:
                raise PydanticCustomError("truth", "input should be a number, not yes or no")
        return value

    def chosen(self) -> Self:
        """Return the options that take effect: alternatives not chosen get their defaults.

        Only these reach a stage, so that changing an unused option reruns nothing.
        """
        return self

    def without(self, *names: str) -> Self:
        """Return a copy in which these options have their defaults."""
        fields = type(self).model_fields
        return self.model_copy(update={name: fields[name].default for name in names})


TEXT = ("string_type", "path_type")
"""Faults of what should be text."""
SCALARS = (bool, int, float, datetime.date)
"""What YAML makes of text that looks like it."""
Model = TypeVar("Model", bound=Options)
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]


def sentences(error: ValidationError, prefix: str = "") -> list[str]:
    """Turn a pydantic error into sentences that name the key, the fault and the remedy.

    Parameters
    ----------
    error
        The error that pydantic raised.
    prefix
        Place of the model in the configuration, for example `temper.chips`.

    Returns
    -------
    list of str
        One sentence for each fault.
    """
    faults = error.errors()
    # pydantic also calls a list too short whose only item is faulty, which does not help
    deeper = {other["loc"][:n] for other in faults for n in range(len(other["loc"]))}
    return [
        _sentence(dict(fault), prefix)
        for fault in faults
        if not (fault["type"] == "too_short" and fault["loc"] in deeper)
    ]


def _holds_truth(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_truth(each) for each in value)
    return isinstance(value, bool)


def _kinds(annotation: Any) -> set[Any]:
    """List the types that a type is made of, `int` and `None` of `tuple[int, ...] | None`."""
    parts = get_args(annotation)
    return set().union(*(_kinds(part) for part in parts)) if parts else {annotation}


def _sentence(fault: dict[str, Any], prefix: str) -> str:
    place = ((prefix,) if prefix else ()) + tuple(str(part) for part in fault["loc"])
    given, reason = fault["input"], fault["msg"].removeprefix("Value error, ")
    where = f"Configuration key '{'.'.join(place)}'" if place else "Configuration"
    match fault["type"]:
        case "extra_forbidden" if "." in place[-1]:
            return f"{where} holds a dot: nest the keys, one in the other."
        case "extra_forbidden":
            return f"{where} is unknown: check its spelling or remove it."
        case "invalid_key":
            name = "null" if given is None else str(given)
            where = f"Configuration key '{'.'.join((*place[:-1], name))}'"
            return f"{where} is unknown, and {_read_as(given)}: check its spelling or remove it."
        case "missing":
            return f"{where} is missing: add it."
        case "value_error":
            return f"{where}: {reason}"
    # what pydantic says of classes helps nobody who writes YAML
    reason = re.sub(r" (or instance of|for <class) .*", "", f"{reason[0].lower()}{reason[1:]}")
    return f"{where} is {_fault(fault['type'], given, reason)}."


def _fault(kind: str, given: Any, reason: str) -> str:
    """Say what a value is, and what it should be."""
    reason = reason.replace("a valid tuple", "a list")
    if given is None:
        quote = ", quote it" if kind in TEXT else ""
        return f"empty: {reason}; give a value{quote} or remove the key"
    shown = str(given) if isinstance(given, datetime.date) else repr(given)
    if kind in TEXT and isinstance(given, SCALARS):
        reason += f", but this is {_read_as(given)}; quote it"
    elif kind == "model_type":
        reason += "; write keys with values, {KEY: VALUE}"
    elif kind == "tuple_type":
        reason += "; write it in brackets, [VALUE, VALUE]"
    return f"{shown}: {reason}"


def _read_as(value: Any) -> str:
    """Say as what YAML has read a value that was meant as text."""
    if isinstance(value, bool):
        return "read as true or false, as are yes, no, on and off"
    if value is None:
        return "read as nothing, as are null and ~"
    return "read as a date" if isinstance(value, datetime.date) else "read as a number"


def validated(model: type[Model], values: Any, prefix: str = "") -> Model:
    """Validate values against a model.

    Raises
    ------
    InputError
        With one sentence per fault.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError("\n".join(sentences(error, prefix))) from error
