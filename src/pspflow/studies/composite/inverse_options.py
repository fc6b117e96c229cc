"""Options of inverse design: structures from wanted stiffness, directly and by annealing."""

from typing import Annotated, Self

from pydantic import Field, field_validator

from pspflow.options import Options
from pspflow.studies.composite.paper import (
    ANNEALING_INFERRED_ITERATIONS,
    ANNEALING_RANDOM_ITERATIONS,
    ANNEALING_RANDOM_STARTS,
    INVERSE_TARGETS_GPA,
)
from pspflow.studies.composite.properties import Target

Count = Annotated[int, Field(ge=1)]
Stiffness = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Wanted = Annotated[tuple[Stiffness, ...], Field(min_length=1)]


def _distinct(values: tuple[float, ...]) -> tuple[float, ...]:
    if len(set(values)) < len(values):
        raise ValueError("a value is listed twice; remove one.")
    return values


class InverseOptions(Options):
    """Structures inferred from wanted stiffness."""

    c11_gpa: Wanted = INVERSE_TARGETS_GPA
    """Wanted C11, one structure each; the paper's Table 6. They should lie within your structures'
    range."""
    vectors: Count = 10
    """Test structures whose six components are wanted together; the paper's 10."""
    draws: Count = 16
    """Noises that a *_statistics network is given, for its regressor to choose from."""

    _distinct_c11 = field_validator("c11_gpa")(_distinct)

    def inferred(self, target: Target) -> Self:
        """Forget what is only for the other target."""
        unused = "vectors" if target == "c11" else "c11_gpa"
        return self.model_copy(update={unused: type(self).model_fields[unused].default})


class AnnealOptions(Options):
    """Simulated annealing in the latent space, for comparison."""

    c11_gpa: Wanted = (35.0,)
    """Wanted C11; the paper's are those of Table 6."""
    starts: Count = ANNEALING_RANDOM_STARTS
    """Searches from random latents for each of them; the paper's 5."""
    iterations: Count = ANNEALING_RANDOM_ITERATIONS
    """Latents that a search from a random one proposes; the paper's 200 at least."""
    inferred_iterations: Count = ANNEALING_INFERRED_ITERATIONS
    """Latents that a search from an inferred one proposes; the paper's 10."""

    _distinct_c11 = field_validator("c11_gpa")(_distinct)
