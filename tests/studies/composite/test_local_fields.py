"""What networks of localization are shown: filtered fields, windows, and their symmetries."""

import numpy as np
import pytest
import torch
from scipy.ndimage import map_coordinates

from pspflow.mechanics import strain_field
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.local_data import Scale, smooth
from pspflow.studies.composite.local_training import symmetric
from pspflow.studies.composite.local_windows import Draws, Windows, cut
from pspflow.studies.composite.localization_options import LocalizationOptions, window_of
from pspflow.studies.composite.localizers import CellLocalizer, WindowLocalizer


@pytest.fixture(scope="module")
def structure():
    """Return a structure of edge 9."""
    return simulate_composite(9, (1, 2, 1), 0.4, np.random.default_rng(0))


def test_the_filter_gives_a_spline_through_the_structure(structure):
    """Evaluated at the voxels, the quadratic spline is the structure: nothing is lost."""
    coefficients = smooth(structure[None])[0]
    voxels = np.indices(structure.shape)
    back = map_coordinates(coefficients, voxels, order=2, mode="grid-wrap", prefilter=False)
    np.testing.assert_allclose(back, structure, atol=1e-5)
    assert coefficients.mean() == pytest.approx(structure.mean(), abs=1e-6)


def test_the_filter_is_periodic(structure):
    """A moved structure has its field moved: the border of the cell is nothing special."""
    moved = smooth(np.roll(structure, (2, 3, 4), (0, 1, 2))[None])[0]
    expected = np.roll(smooth(structure[None])[0], (2, 3, 4), (0, 1, 2))
    np.testing.assert_allclose(moved, expected, atol=1e-6)


def test_scales_are_means_over_structures():
    """As in the report, the spread is the mean of each structure's own."""
    fields = np.stack([np.zeros((2, 2, 2)), np.arange(8.0).reshape(2, 2, 2)])
    scale = Scale.of(fields)
    assert scale.mean == pytest.approx(1.75)
    assert scale.spread == pytest.approx(np.arange(8).std() / 2)
    assert Scale.of(np.ones((2, 2, 2, 2))).spread == 1


def test_windows_are_periodic_and_centred():
    """A window holds its centre in its middle, and goes on across the border of the cell."""
    fields = torch.arange(2 * 5**3, dtype=torch.float32).view(2, 5, 5, 5)
    data = Windows(fields, fields, window=5, gap=3)
    windows, centres = data[[125 + 4 * 25 + 3]]
    torch.testing.assert_close(windows[:, 1:-1, 1:-1, 1:-1], centres)
    assert centres[0, 0, 0, 0] == fields[1, 4, 0, 3]
    assert centres[0, 1, 0, 2] == fields[1, 0, 0, 0]


def test_covering_windows_leave_no_voxel_out():
    """The centres that networks are validated on hold every voxel of every cell."""
    fields = torch.arange(2 * 5**3, dtype=torch.float32).view(2, 5, 5, 5)
    data = Windows(fields, fields, window=5, gap=3)
    _, centres = data[data.covering()]
    assert len(centres) == 2 * 2**3
    assert set(centres.ravel().tolist()) == set(range(250))


@pytest.mark.parametrize(("edge", "window", "gap"), [(9, 9, 3), (9, 9, 5), (8, 7, 3), (23, 21, 7)])
def test_a_sweep_predicts_each_voxel_from_the_window_around_it(edge, window, gap):
    """A net that returns the centre of its window makes the sweep return the cell itself."""
    torch.manual_seed(0)
    localizer, margin = WindowLocalizer(window, gap).eval(), (window - gap) // 2
    inner = slice(margin, margin + gap)
    localizer.forward = lambda windows: windows[:, inner, inner, inner]
    cells = torch.randn(2, edge, edge, edge)
    torch.testing.assert_close(localizer.whole(cells), cells, rtol=0, atol=0)
    assert window_of(edge) == window


def test_draws_depend_on_seed_and_epoch_alone():
    """A resumed training is shown the windows that an unbroken one is."""
    draws, orders = Draws(1000, 40, 16, seed=1), []
    for epoch in (0, 1, 0):
        draws.set_epoch(epoch)
        orders.append(list(draws))
    assert orders[0] == orders[2] != orders[1]
    assert [len(batch) for batch in orders[0]] == [16, 16]
    assert len(draws) == 2


def test_strains_have_the_symmetries_that_training_is_told(structure):
    """The solver gives a mirrored or exchanged structure its strains mirrored or exchanged."""
    macro, found = [1e-3, 0, 0, 0, 0, 0], set()
    moduli = ([2.4, 120], [0.3, 0.3])
    options = {"precision": "double", "tolerance": 1e-9}
    strain = torch.from_numpy(strain_field(structure, *moduli, macro, **options)[0])
    for which in range(16):
        turned = symmetric(torch.from_numpy(structure), which).contiguous().numpy()
        found.add(turned.tobytes())
        if which in (0, 1, 6, 8, 13):
            solved = strain_field(turned, *moduli, macro, **options)[0]
            np.testing.assert_allclose(solved, symmetric(strain, which), atol=1e-10)
    assert len(found) == 16


def test_lines_along_x_have_the_macroscopic_strain(structure):
    """It holds for the solver, and hence for whatever the operator predicts."""
    strain = strain_field(structure, [2.4, 120], [0.3, 0.3], [1e-3, 0, 0, 0, 0, 0])[0]
    np.testing.assert_allclose(strain.mean(axis=0), 1e-3, rtol=1e-5)
    torch.manual_seed(0)
    localizer = CellLocalizer(3, 2, 1).eval()
    localizer.standardise_by(Scale(0.5, 0.5), Scale(1e-3, 5e-4))
    predicted = localizer.predict(structure[None])
    np.testing.assert_allclose(predicted.mean(axis=1), 1e-3, rtol=1e-4)
    assert predicted.std() > 1e-6


def test_a_homogeneous_cell_has_a_finite_loss():
    """Where nothing fluctuates the operator's relative loss and its gradient stay finite."""
    predicted = torch.zeros(1, 4, 4, 4, requires_grad=True)
    loss = CellLocalizer(2, 2, 1).loss(predicted, torch.zeros(1, 4, 4, 4))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(predicted.grad).all()


def test_cut_takes_any_start():
    """Starts below 0 and beyond the edge are wrapped."""
    field = torch.arange(27.0).view(1, 3, 3, 3)
    cells, starts = torch.tensor([0, 0]), torch.tensor([[-1, 0, 4], [2, 3, 1]])
    cubes = cut(field, cells, starts, 2)
    torch.testing.assert_close(cubes[0], cubes[1])


def test_a_training_s_options_are_its_own():
    """Changing another network's options, or what only the evaluation uses, retrains nothing."""
    given = {"fno": {"width": 5}, "resamples": 50, "structures": None, "models": ["fno"]}
    changed, plain = LocalizationOptions.model_validate(given), LocalizationOptions()
    assert changed.trained("cpnet7") == plain.trained("cpnet7")
    assert changed.trained("fno") != plain.trained("fno")
    assert changed.judged() == plain.model_copy(update={"resamples": 50})
