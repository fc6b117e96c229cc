"""The solver in the loop, on constructed fields whose stiffness is known, and on the solver."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from pspflow.studies.composite.design.latent_refinement import exchange_voxels, refine_latent
from pspflow.studies.composite.design.refinement import Solved, cut_at, ranked, refine_level
from pspflow.studies.composite.design.solver import LoopSolver
from pspflow.studies.composite.structures.properties import NORMAL

EDGE = 9
SIZE = EDGE**3
MATERIAL = {"young_gpa": [2.4, 120.0], "poisson": [0.3, 0.3]}


def smooth(seed, edge=EDGE):
    noise = np.random.default_rng(seed).normal(size=(edge,) * 3)
    field = gaussian_filter(noise, 1.2, mode="wrap")
    return field / field.std()


def square(phases):
    """Solve a material whose property is the square of its volume fraction, in percent."""
    share = phases.mean()
    return Solved(np.array([100 * share**2]), np.full((1, *phases.shape), 200 * share / SIZE))


WEIGHTS = np.stack([1 + np.abs(smooth(seed)) for seed in (10, 11, 12)])


def weighted(phases):
    """Solve a material whose three properties are sums of the voxels' weights."""
    return Solved(np.tensordot(WEIGHTS, phases, axes=3), WEIGHTS)


@pytest.mark.parametrize("wanted", [0.5, 9.0, 40.0, 95.0])
@pytest.mark.parametrize("count", [1, 200, SIZE - 1])
def test_level_is_the_nearest_there_is(wanted, count):
    """From any start, the count found is that of the nearest property, or within the goal."""
    found = refine_level(smooth(0), wanted, square, count=count, goal_percent=0.0, most=30)
    nearest = min(abs(100 * (k / SIZE) ** 2 / wanted - 1) for k in range(1, SIZE))
    assert found.error_percent == pytest.approx(100 * nearest, abs=1e-9)
    assert found.error_percent <= found.error_before_percent
    quick = refine_level(smooth(0), wanted, square, count=count, goal_percent=1.0)
    assert quick.error_percent <= max(1.0, 100 * nearest + 1e-9)
    assert len(quick.history) <= 10


def test_level_out_of_reach_ends_at_the_last_voxel():
    found = refine_level(smooth(0), 500.0, square, count=300, most=30)
    assert found.phases.sum() == SIZE - 1


def test_saturated_voxels_are_ranked_by_their_surroundings():
    """Of voxels that are all 1, those deep within come first: the interface moves."""
    soft = np.zeros((EDGE,) * 3)
    soft[2:7, 2:7, 2:7] = 1.0
    kept = cut_at(ranked(soft), 27, soft.shape)
    assert kept[3:6, 3:6, 3:6].all()
    assert (ranked(soft) == ranked(soft.copy())).all()


def test_level_of_a_flat_field_is_reproducible():
    flat = np.full((EDGE,) * 3, 0.5)
    one, other = (refine_level(flat, 20.0, square, count=365) for _ in range(2))
    np.testing.assert_array_equal(one.phases, other.phases)
    assert one.error_percent < 1


def decoder():
    """Make a field of four latents that also move what a property is of."""
    parts = torch.tensor(np.stack([smooth(seed) for seed in range(5)]))
    return lambda latent: parts[4] + torch.tensordot(latent.double(), parts[:4], dims=1)


def test_latent_steps_then_voxels():
    """Errors of what is taken fall; the last stage reaches what the latents do not."""
    wanted = weighted((smooth(20) > 0.2).astype(np.uint8)).values_gpa * [1.1, 0.95, 1.0]
    start = torch.zeros(4)
    decoded = refine_latent(decoder(), start, wanted, weighted, exchange=False, goal_percent=0.05)
    found = refine_latent(decoder(), start, wanted, weighted, goal_percent=0.05)
    taken = [step.error_percent for step in found.history if step.taken]
    assert taken == sorted(taken, reverse=True)
    assert found.error_percent == taken[-1] < found.error_before_percent
    assert decoded.exchanged == 0
    assert found.error_percent <= min(0.5, decoded.error_percent + 1e-9)
    again = refine_latent(decoder(), start, wanted, weighted, goal_percent=0.05)
    np.testing.assert_array_equal(again.phases, found.phases)
    assert again.history == found.history


def test_budget_is_kept():
    wanted = np.array([1.0, 2000.0, 1.0])  # no structure has that
    found = refine_latent(decoder(), torch.zeros(4), wanted, weighted, most=7)
    assert len(found.history) <= 7
    assert found.error_percent <= found.error_before_percent


def test_nothing_is_solved_beyond_the_goal():
    start = refine_latent(decoder(), torch.zeros(4), np.ones(3), weighted, most=1)
    found = refine_latent(decoder(), torch.zeros(4), start.values_gpa, weighted)
    assert len(found.history) == 1
    assert found.exchanged == 0


def test_solved_structures_reach_six_components():
    """With the elastic solver: a structure moves to another's stiffness by its voxels alone."""
    field = smooth(3)
    phases = cut_at(ranked(field), SIZE // 2, field.shape)
    solve = LoopSolver(MATERIAL, NORMAL)
    wanted = solve(phases).values_gpa * np.array([1.08, 0.94, 1.03, 1.0, 1.05, 0.98])
    found = exchange_voxels(field, phases, wanted, LoopSolver(MATERIAL, NORMAL), goal_percent=1.0)
    assert found.error_percent <= 1.0 < found.error_before_percent
    assert 0 < found.exchanged < 0.2 * SIZE


def test_solver_solves_what_is_wanted_alone():
    """C11 needs one load case; its value is that of all six."""
    phases = cut_at(ranked(smooth(4)), SIZE // 2, (EDGE,) * 3)
    one, six = (LoopSolver(MATERIAL, names)(phases) for names in (("c11_gpa",), NORMAL))
    assert one.change_gpa.shape == (1, EDGE, EDGE, EDGE)
    np.testing.assert_allclose(one.values_gpa[0], six.values_gpa[0], rtol=1e-6)
