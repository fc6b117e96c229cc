"""From latents to structures, and to what these achieve."""

import numpy as np
import pytest
import torch

from pspflow.errors import InputError
from pspflow.mechanics import ConvergenceError, effective_stiffness
from pspflow.studies.composite import candidates as tested
from pspflow.studies.composite.data_options import SolutionOptions
from pspflow.studies.composite.misses import relative_misses
from pspflow.studies.composite.properties import C11, NORMAL

MATERIAL = {"young_gpa": [2.4, 120.0], "poisson": [0.3, 0.2]}
LATENTS = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))


def test_the_network_chooses_among_noises(untrained):
    """Of the structures that 8 noises give, the one told nearest to what is wanted is taken."""
    network = untrained("mixture_statistics", NORMAL)
    for wanted in (np.full((3, 6), 30.0), np.full((3, 6), 100.0)):
        found = tested.propose(network, LATENTS, wanted, 8, 5)
        for place, latent in enumerate(LATENTS):
            noise = tested.noise_source(network, 5, "noise of a candidate", place)
            given = tested.cut(network.decode(latent.expand(8, -1), noise))
            told, _ = network.predict(given)
            nearest = np.abs(told / wanted[place] - 1).mean(axis=1).argmin()
            np.testing.assert_array_equal(found.phases[place], given[nearest])
            np.testing.assert_allclose(found.told_gpa[place], told[nearest])


def test_proposals_are_structures_of_the_decoded_fraction(untrained):
    """Phase ids of both phases, at the volume fraction of the soft structure."""
    network = untrained("gaussian", C11)
    found = tested.propose(network, LATENTS, np.full((3, 1), 30.0), 16, 0)
    assert (found.phases.dtype, found.phases.shape) == (np.uint8, (3, 9, 9, 9))
    soft = network.decode(LATENTS).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(found.phases.mean(axis=(1, 2, 3)), soft, atol=0.5 / 9**3 + 1e-6)
    assert found.told_gpa.shape == (3, 1)


@pytest.mark.parametrize("model", ["gaussian", "gaussian_statistics"])
def test_seeds_matter_where_noise_is_shaped(untrained, model):
    """A seed gives one structure; another seed another one, but for the published decoders."""
    network = untrained(model, C11)
    wanted = np.full((3, 1), 30.0)
    one, same, other = (
        tested.propose(network, LATENTS, wanted, 2, seed).phases for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    # a latent's structure does not hang on the latents behind it
    fewer = tested.propose(network, LATENTS[:2], wanted[:2], 2, 0).phases
    np.testing.assert_array_equal(fewer, one[:2])
    assert (one == other).all() == (model == "gaussian")


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
    with pytest.raises(InputError, match="loosen the solver's tolerance, or lower") as error:
        tested.solve_candidates(voxels_of_three, MATERIAL, SolutionOptions(), 1)
    assert [line.split(":")[0] for line in str(error.value).splitlines()] == [
        "Candidate 0",
        "Candidate 1",
    ]


def test_misses_of_components_that_are_nearly_zero():
    """They are relative to what is wanted, but for what is below 1 % of the largest component."""
    wanted = np.array([[50.0, -20.0, 0.0], [0.001, 40.0, 100.0]])
    found = relative_misses(wanted + np.array([5.0, 5.0, 0.1]), wanted)
    np.testing.assert_allclose(found, [[0.1, 0.25, 0.2], [5.0, 0.125, 0.001]])
    np.testing.assert_allclose(relative_misses(np.array([33.0]), np.array([30.0])), [0.1])


def test_beyond_training():
    """What is wanted beyond the training structures is told with property, value and range."""
    assert tested.outside("c11_gpa", 30, {"c11_gpa": [10, 60]}) == ""
    told = tested.outside("c11_gpa", 80, {"c11_gpa": [10, 60]})
    assert told.startswith("Wanted c11_gpa of 80 lies outside the training structures' 10 to 60 G")


@pytest.fixture(scope="module")
def voxels_of_three():
    """Return three structures, uint8 (3, 9, 9, 9), of 20, 50 and 80 % of phase 1."""
    draws = np.random.default_rng(0).random((3, 9, 9, 9))
    return (draws < np.array([0.2, 0.5, 0.8])[:, None, None, None]).astype(np.uint8)
