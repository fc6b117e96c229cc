"""The configuration: the studies' options in one model, and its JSON schema."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from pspflow.options import Options, validated
from pspflow.studies.composite.options import CompositeOptions
from pspflow.studies.temper.options import TemperOptions


class Config(Options):
    """Everything a run of the workflow can be told."""

    run: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")] = "demo"
    """Name of the run: its results lie in results/RUN."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Seed of everything drawn at random."""
    temper: TemperOptions = TemperOptions()
    """The temper study."""
    composite: CompositeOptions = CompositeOptions()
    """The composite study."""


def load_config(values: Mapping[str, Any]) -> Config:
    """Validate a merged configuration.

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
