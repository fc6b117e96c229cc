"""Principal components of images: the best linear map to a latent space and back."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from pspflow.studies.latent.evaluation import pca as module
from pspflow.studies.latent.evaluation.pca import fit_components, scaled


def images(count, edge, seed=0):
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((count, edge, edge))
    for axis in (1, 2):
        noise = noise + 1.5 * np.roll(noise, 1, axis) + np.roll(noise, 2, axis)
    return np.clip(128 + 20 * noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("count", [30, 200])
def test_equal_to_another_implementation(count, monkeypatch):
    """From images fewer, and more, than pixels, in several blocks."""
    monkeypatch.setattr(module, "BLOCK_NUMBERS", 700)
    some, others = images(count, 10), images(7, 10, seed=1)
    found = fit_components(some, 6)
    oracle = PCA(6, svd_solver="full").fit(scaled(some))
    same = np.abs(found.components @ oracle.components_.T)
    np.testing.assert_allclose(same, np.eye(6), atol=2e-3)
    np.testing.assert_allclose(
        np.abs(found.encode(others)), np.abs(oracle.transform(scaled(others))), atol=5e-3
    )
    back = oracle.inverse_transform(oracle.transform(scaled(others)))
    expected = np.clip((back + 1) * 127.5, 0, 255).reshape(others.shape)
    np.testing.assert_allclose(found.decode(found.encode(others)), expected, atol=1)


def test_reproduces_training_images_with_all_components():
    """One fewer than images are enough for these, and more are not made."""
    some = images(12, 10)
    found = fit_components(some, 800)
    assert found.latent_size == 11
    np.testing.assert_allclose(found.decode(found.encode(some)), some, atol=1)


def test_equal_images_have_fewer_components():
    """A direction in which nothing varies is none."""
    some = np.repeat(images(4, 10), 3, axis=0)
    assert fit_components(some, 8).latent_size == 3
    with pytest.raises(ValueError, match="two images"):
        fit_components(some[:1], 3)
