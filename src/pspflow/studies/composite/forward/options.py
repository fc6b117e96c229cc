"""Options of forward predictions: which networks predict the stiffness."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from pspflow.options import Options
from pspflow.studies.composite.networks.recipes import PREDICTING, NetworkName

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
    """Networks that predict the stiffness; the plain autoencoder, vae, is always trained too."""
