"""Options of the evaluation; their defaults are the demo, their docstrings the schema's help."""

from typing import Annotated

from pydantic import Field

from pspflow.options import Count, Options


class MakingOptions(Options):
    """How many images networks make."""

    reconstructed: Annotated[int, Field(ge=4)] = 32
    """Most test images that are reconstructed."""
    generated: Annotated[int, Field(ge=16)] = 32
    """Samples of every network and sampler; of each epoch, as many, and 64 at most."""
    interpolations: Count = 2
    """Strips between two images."""
    steps: Annotated[int, Field(ge=3)] = 6
    """Images of a strip."""
    fitted: Annotated[int, Field(ge=4)] = 256
    """Most training images that densities of latents and principal components are fitted to."""


class MeasuringOptions(Options):
    """How reconstructions and samples are compared with real images."""

    resamples: Annotated[int, Field(ge=50)] = 200
    """Resamples of an interval."""
    training_images: Count | None = 4000
    """Most training images that copies are looked for among, and whose mean is the mean image."""


class EvaluationOptions(MakingOptions, MeasuringOptions):
    """Reconstructions and samples, and how far they are from real images."""

    @property
    def making(self) -> MakingOptions:
        """The part that the stage `apply` takes."""
        return MakingOptions(**{name: getattr(self, name) for name in MakingOptions.model_fields})

    @property
    def measuring(self) -> MeasuringOptions:
        """The part that the stage `measure` takes."""
        names = MeasuringOptions.model_fields
        return MeasuringOptions(**{name: getattr(self, name) for name in names})
