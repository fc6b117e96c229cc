"""The configuration: the studies' options in one model, and its JSON schema."""

import importlib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, create_model, field_validator

from pspflow.options import Options, validated
from pspflow.studies import registry

DEVICE = r"^(auto|cpu|cuda|cuda:[0-9]+)$"


class Run(Options):
    """What holds for all studies of a run."""

    run: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")] = "demo"
    """Name of the run: its results lie in results/RUN."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Seed of everything drawn at random."""
    device: Annotated[str, Field(json_schema_extra={"pattern": DEVICE})] = "auto"
    """Where networks run: auto, a GPU where there is one, else the CPU; cpu; cuda, which is refused
    where there is no GPU; cuda:N, the GPU of that number, even if another training uses it."""

    @field_validator("device")
    @classmethod
    def _device_of_a_kind(cls, name: str) -> str:
        # whether it is there is asked where it is used: jobs may run on another machine
        if not re.fullmatch(DEVICE, name):
            raise ValueError(
                f"{name!r} is no device; give auto, cpu, cuda, or one of several GPUs as cuda:0."
            )
        return name


def _section(study: str) -> tuple[Any, Any]:
    """Return the type of a study's section, and its default."""
    options = importlib.import_module(f"pspflow.studies.{study}.options")
    model = getattr(options, f"{study.title()}Options")
    return model, model()


SECTIONS: dict[str, Any] = {study: _section(study) for study in registry.studies()}
Config = create_model(
    "Config",
    __base__=Run,
    __doc__="Everything a run of the workflow can be given.",
    **SECTIONS,
)


def load_config(values: Mapping[str, Any]) -> Any:
    """Validate a merged configuration.

    Returns
    -------
    Config
        With a section for each study, by its name.

    Raises
    ------
    InputError
        With one sentence for each unknown key, wrong type or value out of range.
    """
    return validated(Config, dict(values))


def schema() -> str:
    """Return the JSON schema of the configuration, as it is kept in workflow/schemas."""
    document = Config.model_json_schema()
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def given_options(config: Any) -> dict[str, Any]:
    """Return the options of a configuration that differ from the defaults, as nested values.

    With the defaults below them, they give the same configuration.
    """
    return _difference(config.model_dump(mode="json"), Config().model_dump(mode="json"))


def _difference(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in values.items():
        other = defaults.get(name)
        if value != other:
            both = isinstance(value, dict) and isinstance(other, dict)
            found[name] = _difference(value, dict(other or {})) if both else value
    return found
