"""Options of the evaluation of forward and inverse models."""

from typing import Annotated

from pydantic import Field

from pspflow.options import Count, Options


class EvaluationOptions(Options):
    """How models are compared."""

    samples: Annotated[int, Field(ge=20)] = 100
    """Textures drawn for each target: of round trips (the paper's 100) and of ranks."""
    pool_textures: Count = 200
    """Candidates whose round trip is made beside that of all test textures."""
    verified: Count = 6
    """Test textures whose round trip the plasticity model checks."""
    verified_samples: Count = 2
    """Textures drawn for each of them, which it computes."""
    resamples: Annotated[int, Field(ge=100)] = 1000
    """Resamples of starts for intervals."""
