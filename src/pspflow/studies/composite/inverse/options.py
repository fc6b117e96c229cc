"""Options of inverse design: structures for a wanted stiffness, inferred and found by annealing."""

from collections import Counter
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from pspflow.options import Count, Options, Positive
from pspflow.studies.composite.forward.options import Networks
from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.networks.recipes import RECIPES, NetworkName
from pspflow.studies.composite.structures.options import SetName
from pspflow.studies.composite.structures.properties import Target

Wanted = Annotated[tuple[Positive, ...], Field(min_length=1)] | None
DESIGNER: NetworkName = "mixture_statistics"
"""Our network of inverse design, whose designs the solver ranks."""
GUIDE: NetworkName = "cnn"
"""Network that guides the search: the paper's regression alone, trained on the set it searches."""
SEARCHED: tuple[NetworkName, ...] = ("mixture", DESIGNER)
"""Networks whose latent spaces are searched where none are named: the paper's and ours."""
KEYS = ["model", "prior"]
"""Columns that name a network and which of its priors, in tables."""
SET_KEYS = ["set", *KEYS]
"""The same, and the set that the network is trained on."""
LARGE: SetName = "large_pair"
"""The set of the paper's own size."""


def _distinct(values: Wanted) -> Wanted:
    if values and len(set(values)) < len(values):
        raise ValueError("a value is listed twice; remove one.")
    return values


def designing(name: str, models: Networks) -> Networks:
    """Refuse models that are listed twice under a name, or cannot design."""
    for model, times in Counter(models).items():
        recipe = RECIPES[model]
        if times > 1:
            raise ValueError(f"{name} lists {model} twice; remove one.")
        if not (recipe.autoencoder and recipe.regression):
            raise ValueError(
                f"{name} lists {model}, which does not both decode structures and "
                "predict properties; remove it."
            )
    return models


class InverseModels(Options):
    """Networks that structures are designed with."""

    c11: Networks = ("gaussian", "mixture", "mixture_statistics")
    """Networks that design for a wanted C11; mixture_statistics is one of them."""
    normal: Networks = ("mixture_statistics",)
    """Networks that design for all six components wanted at once; mixture_statistics is one of
    them."""

    @model_validator(mode="after")
    def _able(self) -> Self:
        for target, models in (("c11", self.c11), ("normal", self.normal)):
            designing(target, models)
            if DESIGNER not in models:
                raise ValueError(f"{target} lacks {DESIGNER}, which annealing takes; add it.")
        return self


class LargePairModels(Options):
    """Networks that design for C11 at the paper's own size, where set large_pair is made."""

    models: Networks = ("gaussian", "mixture")
    """Networks that are trained on it; the paper's two."""
    runs: Count = 1
    """Trainings of each, those of the first runs; at most as many as runs."""

    @field_validator("models")
    @classmethod
    def _able(cls, models: Networks) -> Networks:
        return designing("large_pair", models)


class AnnealingOptions(Options):
    """Simulated annealing in the latent space, for comparison."""

    models: Networks | None = None
    """Networks whose latent spaces are searched, of those that design for C11. null: mixture, by
    its joint prior as the paper's, and mixture_statistics, by its refitted prior."""
    c11_gpa: Wanted = None
    """Wanted C11 of the searches. null: 35, as in the paper's Figure 4, if the structures are of
    its material, and otherwise the median of the training structures."""
    starts: Count = paper.ANNEALING_RANDOM_STARTS
    """Searches from random latents for each wanted value; the paper's 5."""
    iterations: Count = paper.ANNEALING_RANDOM_ITERATIONS
    """Latents that a search from a random latent proposes; the paper's 200 at least."""
    inferred_iterations: Count = paper.ANNEALING_INFERRED_ITERATIONS
    """Latents that a search from an inferred latent proposes; the paper's 10."""

    _distinct_c11 = field_validator("c11_gpa")(_distinct)


class WantedOptions(Options):
    """What is wanted of structures, and how many are tried."""

    c11_gpa: Wanted = None
    """Wanted C11, one instance for each value. null: the eight of the paper's Table 6 if the
    structures are of its material, and otherwise eight that the training structures span."""
    vectors: Count = 10
    """Number of test structures whose six components are wanted together; the paper's 10."""
    draws: Count = 4
    """Draws of noise among which a *_statistics network chooses by its own prediction in design;
    inference takes one, and a table compares the choice with that."""

    _distinct_c11 = field_validator("c11_gpa")(_distinct)


class InverseOptions(WantedOptions):
    """Structures for a wanted stiffness."""

    models: InverseModels = InverseModels()
    """Networks that are trained to design structures."""
    vector_runs: Count | None = None
    """Largest number of trainings of each of models.normal, on the first splits; null: on every
    split, as those of models.c11."""
    large_pair: LargePairModels = LargePairModels()
    """The same at the paper's own size."""
    annealing: AnnealingOptions = AnnealingOptions()
    """Search in the latent space, for comparison."""

    @model_validator(mode="after")
    def _searchable(self) -> Self:
        for model in designing("annealing.models", self.annealing.models or ()):
            if model not in self.models.c11:
                raise ValueError(
                    f"annealing.models lists {model}, which models.c11 lacks; add it there."
                )
        return self

    @property
    def searched(self) -> tuple[NetworkName, ...]:
        """The networks whose latent spaces are searched."""
        usual = tuple(model for model in SEARCHED if model in self.models.c11)
        return self.annealing.models or usual

    def resolved(self, *, papers_material: bool) -> Self:
        """Want what the paper wants, where nothing is named and the structures are its.

        Parameters
        ----------
        papers_material
            Whether the structures are of the paper's material.
        """
        if not papers_material:
            return self
        wanted = self.c11_gpa or paper.INVERSE_TARGETS_GPA
        searched = self.annealing.c11_gpa or paper.ANNEALING_TARGETS_GPA
        annealing = self.annealing.model_copy(update={"c11_gpa": searched})
        return self.model_copy(update={"c11_gpa": wanted, "annealing": annealing})

    def inferred(self, target: Target) -> WantedOptions:
        """Keep what acts on inferring structures for a target."""
        return self.wanted(target).without("draws")

    def wanted(self, target: Target) -> WantedOptions:
        """Keep what acts on proposing structures for a target."""
        kept = WantedOptions(**{name: getattr(self, name) for name in WantedOptions.model_fields})
        return kept.without("vectors" if target == "c11" else "c11_gpa")
