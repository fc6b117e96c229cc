"""The ground truth: whatever answers which anisotropy parameters a texture has.

It is a plug. The Taylor model of this package, a class of the user's and a table that a laboratory
fills are three; the study asks each in the same way.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pspflow.studies.texture.plasticity.answers import Answers
from pspflow.studies.texture.plasticity.options import PlasticityOptions
from pspflow.studies.texture.textures.store import Grains


class GroundTruth(Protocol):
    """Anything that has this method."""

    def parameters(self, textures: Sequence[Grains], names: Sequence[str]) -> Answers:
        """Return the anisotropy parameters of textures.

        Parameters
        ----------
        textures
            Orientations of each, with the symmetry of the specimen applied
            (`TextureSet.symmetric_grains`): the labels of orthorhombic coefficients.
        names
            Name of each, the same for the same texture in every call.

        Returns
        -------
        Parameters `n x 54`, and by the place of a texture why it has none.

        Raises
        ------
        AwaitingMeasurements
            If textures have yet to be measured elsewhere.
        InputError
            If what comes from elsewhere cannot be used.
        """
        ...


def ground_truth(options: PlasticityOptions, threads: int = 1) -> GroundTruth:
    """Choose the ground truth.

    Parameters
    ----------
    options
        Where parameters come from.
    threads
        Textures that the Taylor model computes at once; they do not change its numbers. A class of
        the user's is asked for one texture after the other.

    Raises
    ------
    InputError
        If the user's class cannot be imported or made.
    """
    if options.source == "taylor":
        from pspflow.studies.texture.plasticity.taylor import TaylorTruth  # noqa: PLC0415 - numba

        return TaylorTruth(options.taylor, threads)
    if options.source == "python":
        from pspflow.studies.texture.plasticity.python_class import PythonTruth  # noqa: PLC0415

        return PythonTruth(str(options.python))
    from pspflow.studies.texture.plasticity.exchange import TableTruth  # noqa: PLC0415

    return TableTruth(Path(str(options.table.folder)))
