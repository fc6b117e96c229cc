"""The solver of the loop: the wanted properties of a structure, and their sensitivities."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from pspflow.arrays import refuses_masks
from pspflow.mechanics import ConvergenceError, stiffness_sensitivity
from pspflow.studies.composite.design.refinement import Solved
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL, POSITIONS
from pspflow.studies.composite.structures.solution import unsolved


class LoopSolver:
    """Solves one structure after the other, each from the displacements of the one before.

    Parameters
    ----------
    material
        `young_gpa` and `poisson` of phases 0 and 1.
    properties
        Those of `NORMAL` that are wanted; a load case that none of them needs is not solved.
    options
        Element and tolerance.
    device
        Where it is solved.
    """

    def __init__(
        self,
        material: Mapping[str, Any],
        properties: Sequence[str],
        options: SolutionOptions = SolutionOptions(),
        device: str | torch.device = "cpu",
    ) -> None:
        self._moduli = material["young_gpa"], material["poisson"]
        places = [POSITIONS[NORMAL.index(name)] for name in properties]
        self._cases = sorted({case for place in places for case in place})
        at = [[self._cases.index(case) for case in place] for place in places]
        self._places = tuple(zip(*at, strict=True))
        self._options, self._device = options, device
        self._start: tuple[torch.Tensor, ...] | None = None

    @refuses_masks
    def __call__(self, phases: np.ndarray) -> Solved:
        """Solve phase ids, shape ``(n, n, n)``.

        Raises
        ------
        InputError
            If the tolerance is not met.
        """
        try:
            found = stiffness_sensitivity(
                phases,
                *self._moduli,
                load_cases=self._cases,
                element=self._options.element,
                tolerance=self._options.tolerance,
                device=self._device,
                start=self._start,
            )
        except ConvergenceError as error:
            raise unsolved("of a design", error) from error
        self._start = found.displacements
        return Solved(found.stiffness[self._places], found.change[self._places])
