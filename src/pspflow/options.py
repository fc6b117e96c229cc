"""The base of every stage's options: one pydantic model per stage; unknown keys are refused."""

from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pspflow.errors import InputError


class Options(BaseModel):
    """Options of one stage: immutable and validated; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    def chosen(self) -> Self:
        """Return the options that take effect: alternatives not chosen get their defaults.

        Only these reach a stage, so that changing an unused option reruns nothing.
        """
        return self

    def without(self, *names: str) -> Self:
        """Return a copy in which these options have their defaults."""
        fields = type(self).model_fields
        return self.model_copy(update={name: fields[name].default for name in names})


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
        With one sentence per fault.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InputError("\n".join(sentences(error, prefix))) from error
