"""Options of the families: which networks are trained on each, and what is rebuilt."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from pspflow.options import Count, Options
from pspflow.studies.composite.networks.recipes import PREDICTING, RECIPES, NetworkName

Names = Annotated[tuple[NetworkName, ...], Field(min_length=1)]


class FamiliesOptions(Options):
    """Networks trained on each family of structures and on set `all`, and tested on every other.

    The families are those of structures.simulated.families; with none, this chapter makes nothing.
    """

    networks: Names = ("cnn", "mixture_statistics", "mixture_convolved")
    """Networks that predict C11."""
    decoders: Names = ("mixture_statistics", "mixture_convolved")
    """Those of them that rebuild test structures of the family they were trained on."""
    reconstructions: Count = 4
    """Test structures of each family that each decoder rebuilds in each run."""
    runs: Count = 3
    """Largest number of runs that are trained; no more than structures.split.runs."""

    @model_validator(mode="after")
    def _able(self) -> Self:
        for name in self.networks:
            if name not in PREDICTING:
                raise ValueError(f"networks lists {name}, which predicts nothing; remove it.")
        for name in self.decoders:
            if name not in self.networks or not RECIPES[name].autoencoder:
                raise ValueError(
                    f"decoders lists {name}, which is not among networks or decodes nothing; "
                    "remove it."
                )
        for names in (self.networks, self.decoders):
            if len(set(names)) < len(names):
                raise ValueError("a network is listed twice; remove one.")
        return self
