"""Stiffness of candidates by the solver."""

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.mechanics import ConvergenceError, effective_stiffness
from pspflow.studies.composite.structures import solution as tested
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL

MATERIAL = {"young_gpa": [2.4, 120.0], "poisson": [0.3, 0.2]}


def test_candidates_are_solved_in_order(voxels_of_three):
    """Columns are those of NORMAL, whatever the threads; torch keeps its own."""
    before = torch.get_num_threads()
    found = tested.solve_candidates(voxels_of_three, MATERIAL, SolutionOptions(), 2)
    assert torch.get_num_threads() == before
    for row, structure in zip(found, voxels_of_three, strict=True):
        whole = effective_stiffness(structure, *MATERIAL.values())
        expected = [whole[int(name[1]) - 1, int(name[2]) - 1] for name in NORMAL]
        np.testing.assert_allclose(row, expected, rtol=1e-5)


def test_all_that_fail_are_named(voxels_of_three, monkeypatch):
    """Every candidate without a solution has a sentence of its own."""

    def fail(voxels, *_):
        if voxels.mean() < 0.6:
            raise ConvergenceError(2000, 0.5, 1e-4)
        return np.eye(3), voxels

    monkeypatch.setattr(tested, "solution", fail)
    with pytest.raises(InputError, match="raise the solver's tolerance, or lower") as error:
        tested.solve_candidates(voxels_of_three, MATERIAL, SolutionOptions(), 1)
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == [
        "Candidate 0",
        "Candidate 1",
    ]


@pytest.fixture(scope="module")
def voxels_of_three():
    """Return three structures, uint8 (3, 9, 9, 9), of 20, 50 and 80 % of phase 1."""
    draws = np.random.default_rng(0).random((3, 9, 9, 9))
    return (draws < np.array([0.2, 0.5, 0.8])[:, None, None, None]).astype(np.uint8)
