"""Networks that predict strains: sweeps over cells, compatibility and losses."""

import numpy as np
import pytest
import torch

from pspflow.mechanics import strain_field
from pspflow.studies.composite.localization.fields import Scale
from pspflow.studies.composite.localization.localizers import CellLocalizer, WindowLocalizer
from pspflow.studies.composite.localization.names import window_of


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


def test_layers_normal_to_x_have_one_stress(structure):
    """It holds in equilibrium, and hence for whatever the operator predicts; means stay free."""
    torch.manual_seed(0)
    localizer = CellLocalizer(3, 2, 1, "stress").eval()
    localizer.standardise_by(Scale(0.5, 0.5), Scale(0.04, 0.04))
    predicted = localizer.predict(np.stack([structure, 1 - structure]))
    layers = predicted.mean(axis=(2, 3))
    np.testing.assert_allclose(layers, layers.mean(axis=1, keepdims=True).repeat(9, 1), rtol=1e-4)
    assert predicted.mean(axis=1).std() > 1e-4  # lines along x differ
    assert abs(np.diff(layers[:, 0])) > 1e-5  # so do cells


def test_a_homogeneous_cell_has_a_finite_loss():
    """Where nothing fluctuates the operator's relative loss and its gradient stay finite."""
    predicted = torch.zeros(1, 4, 4, 4, requires_grad=True)
    loss = CellLocalizer(2, 2, 1).loss(predicted, torch.zeros(1, 4, 4, 4))
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(predicted.grad).all()
