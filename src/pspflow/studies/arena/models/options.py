"""Options of the arena's models; their docstrings are the schema's help."""

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator

from pspflow.options import Options
from pspflow.studies.arena.names import LABELS, Network

NAME: Final = r"[a-z][a-z0-9_]*"


class ArenaModelsOptions(Options):
    """Who enters the arena; sizes and learning rates are those of the networks' own studies."""

    use: tuple[Network, ...] = ("vq", "dcgan", "stationary", "autoencoder", "flow")
    """Networks to train: vq | fsq | sharp (with a PixelCNN) | dcgan | stationary | autoencoder |
    flow, which needs two domains and is left out where there is one."""
    epochs: Annotated[int, Field(ge=2)] = 5
    """Epochs of every training; an epoch shows each training chip once, to the PixelCNN mirrored
    too."""
    own: dict[str, Path] = {}  # noqa: RUF012 - pydantic copies it
    """Your models: a name, and a Python file with the function images(count, condition, seed)."""

    @field_validator("use")
    @classmethod
    def _once_each(cls, names: tuple[Network, ...]) -> tuple[Network, ...]:
        if len(set(names)) < len(names):
            raise ValueError(f"{list(names)} names one network twice; remove one.")
        return names

    @field_validator("own")
    @classmethod
    def _names_of_their_own(cls, files: dict[str, Path]) -> dict[str, Path]:
        for name in files:
            if not re.fullmatch(NAME, name) or name in LABELS:
                raise ValueError(
                    f"{name!r} cannot name your model; use small letters, digits and _, and none "
                    f"of {', '.join(LABELS)}."
                )
        return files
