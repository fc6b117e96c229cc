"""Options of inverse design: structures from wanted stiffness, directly and by annealing."""

from typing import Annotated, Self

from pydantic import Field, field_validator

from pspflow.options import Options
from pspflow.studies.composite.paper import (
    ANNEALING_INFERRED_ITERATIONS,
    ANNEALING_RANDOM_ITERATIONS,
    ANNEALING_RANDOM_STARTS,
)
from pspflow.studies.composite.properties import Target

Count = Annotated[int, Field(ge=1)]
Stiffness = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Wanted = Annotated[tuple[Stiffness, ...], Field(min_length=1)] | None


def _distinct(values: Wanted) -> Wanted:
    if values and len(set(values)) < len(values):
        raise ValueError("a value is listed twice; remove one.")
    return values


class InverseOptions(Options):
    """Structures inferred from wanted stiffness."""

    c11_gpa: Wanted = None
    """Wanted C11, one instance each. None: the eight of the paper's Table 6 where the structures
    are of its material, and otherwise eight that the training structures span."""
    vectors: Count = 10
    """Test structures whose six components are wanted together; the paper's 10."""
    draws: Count = 8
    """Noises that a *_statistics network is given, for its regressor to choose from."""
    candidates: Count = 8
    """Structures that are drawn for each instance, for the solver to rank."""

    _distinct_c11 = field_validator("c11_gpa")(_distinct)

    def inferred(self, target: Target) -> Self:
        """Forget what does not act on inferring for a target."""
        return self._without("vectors" if target == "c11" else "c11_gpa", "candidates")

    def ranked(self, target: Target) -> Self:
        """Forget what does not act on ranking for a target."""
        return self._without("vectors" if target == "c11" else "c11_gpa")

    def _without(self, *names: str) -> Self:
        fields = type(self).model_fields
        return self.model_copy(update={name: fields[name].default for name in names})


class AnnealOptions(Options):
    """Simulated annealing in the latent space, for comparison."""

    c11_gpa: Wanted = None
    """Wanted C11; the paper's are those of Table 6. None: 35, as in its Figure 4, where the
    structures are of its material, and otherwise the median of the training structures."""
    starts: Count = ANNEALING_RANDOM_STARTS
    """Searches from random latents for each of them; the paper's 5."""
    iterations: Count = ANNEALING_RANDOM_ITERATIONS
    """Latents that a search from a random one proposes; the paper's 200 at least."""
    inferred_iterations: Count = ANNEALING_INFERRED_ITERATIONS
    """Latents that a search from an inferred one proposes; the paper's 10."""

    _distinct_c11 = field_validator("c11_gpa")(_distinct)
