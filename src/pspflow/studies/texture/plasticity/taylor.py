"""Ground truth: the Taylor model of this package."""

from collections.abc import Sequence

import numpy as np

from pspflow.mechanics import PARAMETER_NAMES, anisotropy_parameters_of_textures
from pspflow.mechanics.texture import symmetrise
from pspflow.studies.texture.plasticity.answers import Answers
from pspflow.studies.texture.plasticity.options import TaylorOptions
from pspflow.studies.texture.textures.store import Grains

ROUNDING = 1e-9


class TaylorTruth:
    """Answers with `anisotropy_parameters_of_textures`; a texture without equilibrium is a failure.

    Of a texture that `symmetrise` has made orthorhombic a quarter of the grains is computed with,
    which gives the same numbers to rounding in less time.

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
        parameters = np.full((len(textures), len(PARAMETER_NAMES)), np.nan)
        failures: dict[int, str] = {}
        quarters = [quarter(each) for each in textures]
        for orthorhombic in (True, False):
            places = [at for at, each in enumerate(quarters) if (each is not None) == orthorhombic]
            if not places:
                continue
            grains = [quarters[at] or textures[at] for at in places]
            found = anisotropy_parameters_of_textures(
                [each.orientations for each in grains],
                [each.weights for each in grains],
                slip=self.options.slip,
                rate_sensitivity=self.options.rate_sensitivity,
                orthorhombic=orthorhombic,
                threads=self.threads,
            )
            parameters[places] = found.parameters
            failures |= {places[at]: str(error) for at, error in found.failures.items()}
        return Answers(parameters, dict(sorted(failures.items())))


def quarter(grains: Grains) -> Grains | None:
    """Return the grains that `symmetrise` makes these of; None where they are not of that kind."""
    count, rest = divmod(len(grains.weights), 4)
    if rest or not count:
        return None
    part = Grains(grains.orientations[:count], 4 * grains.weights[:count])
    if abs(part.weights.sum() - 1) > ROUNDING:
        return None
    angles, weights = symmetrise(*part)
    same = np.allclose(angles, grains.orientations, rtol=0, atol=ROUNDING)
    return part if same and np.allclose(weights, grains.weights, rtol=ROUNDING, atol=0) else None
