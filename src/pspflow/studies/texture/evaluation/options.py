"""Options of the evaluation of forward and inverse models."""

from typing import Annotated, Self

from pydantic import Field

from pspflow.options import Count, Options


class EvaluationOptions(Options):
    """How models are compared."""

    samples: Annotated[int, Field(ge=20)] = 100
    """Textures drawn for each target: of round trips (the paper's 100) and of ranks."""
    pool_textures: Count = 200
    """Observed candidates whose round trip is made beside that of all test textures."""
    hull_textures: Count = 20
    """Test textures of which one drawn texture is sought in the hull of single crystals, which
    takes a tenth of a second outside."""
    verified: Count = 3
    """Test textures whose round trip the ground truth checks."""
    verified_samples: Count = 1
    """Textures drawn for each of them, which it computes: half a second each."""
    resamples: Annotated[int, Field(ge=100)] = 1000
    """Resamples of starts for intervals."""

    @property
    def of_trips(self) -> Self:
        """What changes round trips and ranks."""
        return self.without("verified", "verified_samples", "resamples")

    @property
    def of_checks(self) -> Self:
        """What changes the check by the ground truth."""
        return self.without("samples", "pool_textures", "hull_textures", "resamples")

    @property
    def of_comparison(self) -> Self:
        """What changes the efficiency."""
        return self.without(
            "samples", "pool_textures", "hull_textures", "verified", "verified_samples"
        )

    @property
    def of_section(self) -> Self:
        """What changes the section."""
        return self.without(
            "pool_textures", "hull_textures", "verified", "verified_samples", "resamples"
        )
