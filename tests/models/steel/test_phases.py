"""Soft thresholds promise the phases, and the measures, of the hard ones that they stand for."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from skimage.filters import threshold_otsu

from pspflow.microstructure.morphology import mean_free_path
from pspflow.models.steel.phases import otsu_thresholds, phase_densities, soft_phases
from pspflow.models.steel.vqvae import to_unit

HARD = 1e-4


@pytest.fixture(scope="module")
def images():
    """Draw blobs in a dark frame, so that no run of ferrite meets the border; (n, 40, 40) uint8."""
    rng = np.random.default_rng(0)
    fields = gaussian_filter(rng.standard_normal((6, 40, 40)), (0, 2, 2))
    greys = np.where(fields > 0, 170, 80) + rng.normal(0, 12, fields.shape)
    greys = greys.round().clip(0, 255).astype(np.uint8)
    greys[:, [0, -1]] = greys[:, :, [0, -1]] = 60
    return greys


def test_thresholds_divide_as_otsu_does(images):
    """The same pixels lie above as above the threshold of scikit-image."""
    unit = to_unit(torch.from_numpy(images))
    light = (unit > otsu_thresholds(unit)[:, None, None]).numpy()
    oracle = np.stack([image > threshold_otsu(image) for image in images])
    assert np.array_equal(light, oracle)


def test_densities_give_the_mean_free_path(images):
    """With a hard threshold, twice the fraction over the changes is the path along that axis."""
    unit = to_unit(torch.from_numpy(images))
    found = phase_densities(soft_phases(unit, otsu_thresholds(unit), HARD), 40)
    paths = [(2 * found.ferrite / changes).flatten() for changes in (found.across, found.down)]
    oracle = [mean_free_path(image) for image in images]
    np.testing.assert_allclose(torch.stack(paths).mean(dim=0).numpy(), oracle, rtol=1e-4)


def test_densities_are_local(images):
    """A pixel that changes alters the windows that hold it or its neighbour, and no other."""
    phases = to_unit(torch.from_numpy(images)).sigmoid()
    changed = phases.clone()
    changed[:, 3, 3] = 0.9
    differs = [
        one != two
        for one, two in zip(phase_densities(phases, 16), phase_densities(changed, 16), strict=True)
    ]
    assert all(each[:, 0, 0].all() and each.sum() == len(images) for each in differs)


def test_one_grey_level_has_finite_gradients():
    """An image of one grey level neither fails nor makes the training NaN."""
    flat = torch.full((1, 16, 16), 0.3, requires_grad=True)
    densities = phase_densities(soft_phases(flat, otsu_thresholds(flat), 0.1), 16)
    sum(each.sum() for each in densities).backward()
    assert torch.isfinite(flat.grad).all()
