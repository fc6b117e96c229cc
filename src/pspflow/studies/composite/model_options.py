"""Options that say which networks are trained and compared."""

from typing import Annotated

from pydantic import Field, model_validator

from pspflow.options import Options
from pspflow.studies.composite.recipes import RECIPES, ModelName

Models = Annotated[tuple[ModelName, ...], Field(min_length=1)]


class ForwardModels(Options):
    """Networks that predict the stiffness of all structures, beside the baselines."""

    c11: Models = ("cnn", "gaussian", "mixture_statistics")
    """Of C11 alone (Table 1)."""
    normal: Models = ("mixture_statistics",)
    """Of all six components (Tables 7 and 8)."""


class InverseModels(Options):
    """Networks that structures are designed with."""

    c11: Models = ("gaussian", "mixture", "mixture_statistics")
    """For a wanted C11."""
    normal: Models = ("mixture_statistics",)
    """For all six components wanted at once."""


class ModelOptions(Options):
    """Which networks are trained; the plain autoencoder, vae, always is."""

    forward: ForwardModels = ForwardModels()
    """Structure to stiffness."""
    inverse: InverseModels = InverseModels()
    """Stiffness to structures."""

    @model_validator(mode="after")
    def _able(self) -> "ModelOptions":
        for use, chosen in (("forward", self.forward), ("inverse", self.inverse)):
            for target in ("c11", "normal"):
                models: tuple[ModelName, ...] = getattr(chosen, target)
                if len(set(models)) < len(models):
                    raise ValueError(f"{use}.{target} lists a network twice; remove one.")
                for model in models:
                    recipe = RECIPES[model]
                    if not recipe.regression or (use == "inverse" and not recipe.autoencoder):
                        raise ValueError(
                            f"{use}.{target} lists {model}, which cannot do that; remove it."
                        )
        for key, names, needed, taker in (
            ("forward.c11", self.forward.c11, "cnn", "annealing"),
            ("inverse.c11", self.inverse.c11, "mixture_statistics", "annealing"),
            ("inverse.normal", self.inverse.normal, "mixture_statistics", "ranking"),
        ):
            if needed not in names:
                raise ValueError(f"{key} lacks {needed}, which {taker} takes; add it.")
        return self
