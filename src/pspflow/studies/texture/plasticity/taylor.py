"""Ground truth: the Taylor model of this package."""

from collections.abc import Sequence

from pspflow.mechanics import anisotropy_parameters_of_textures
from pspflow.studies.texture.plasticity.answers import Answers
from pspflow.studies.texture.plasticity.options import TaylorOptions
from pspflow.studies.texture.textures.store import Grains


class TaylorTruth:
    """Answers with `anisotropy_parameters_of_textures`; a texture without equilibrium is a failure.

    Parameters
    ----------
    options
        Slip systems and rate sensitivity.
    threads
        Textures that are computed at once.
    """

    def __init__(self, options: TaylorOptions, threads: int = 1) -> None:
        self.options, self.threads = options, threads

    def parameters(self, textures: Sequence[Grains], names: Sequence[str]) -> Answers:
        """Return the anisotropy parameters of textures; names do not matter."""
        found = anisotropy_parameters_of_textures(
            [each.orientations for each in textures],
            [each.weights for each in textures],
            slip=self.options.slip,
            rate_sensitivity=self.options.rate_sensitivity,
            threads=self.threads,
        )
        failures = {place: str(error) for place, error in found.failures.items()}
        return Answers(found.parameters, failures)
