"""Options of forward predictions: which networks predict the stiffness."""

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from pspflow.options import Count, Options
from pspflow.studies.composite.networks.recipes import (
    PLAIN_AUTOENCODERS,
    PREDICTING,
    NetworkName,
)

Networks = Annotated[tuple[NetworkName, ...], Field(min_length=1)]


class ForwardModels(Options):
    """Networks that predict the stiffness of all structures, compared with the baselines."""

    c11: Networks = ("cnn", "gaussian", "mixture_statistics")
    """Networks that predict C11 alone (Table 1)."""
    normal: Networks = ("mixture_statistics",)
    """Networks that predict all six components (Tables 7 and 8)."""

    @model_validator(mode="after")
    def _able(self) -> Self:
        for target, models in (("c11", self.c11), ("normal", self.normal)):
            if len(set(models)) < len(models):
                raise ValueError(f"{target} lists a network twice; remove one.")
            for model in set(models) - set(PREDICTING):
                raise ValueError(f"{target} lists {model}, which predicts nothing; remove it.")
        return self


class ForwardOptions(Options):
    """Stiffness from structure."""

    models: ForwardModels = ForwardModels()
    """Networks that predict the stiffness."""
    autoencoders: Annotated[tuple[NetworkName, ...], Field(min_length=1)] = ("vae",)
    """Plain autoencoders whose latents regressions predict from; the paper's is vae."""
    runs: Count | None = None
    """Largest number of trainings of each, on the first splits; null: on every split."""

    @field_validator("autoencoders")
    @classmethod
    def _plain(cls, names: tuple[NetworkName, ...]) -> tuple[NetworkName, ...]:
        for name in names:
            if name not in PLAIN_AUTOENCODERS:
                raise ValueError(
                    f"{name} is no plain autoencoder; choose from {', '.join(PLAIN_AUTOENCODERS)}."
                )
        if len(set(names)) < len(names):
            raise ValueError("a network is listed twice; remove one.")
        return names
