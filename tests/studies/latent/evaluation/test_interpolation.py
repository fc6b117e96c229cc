"""Ways through latent space."""

import numpy as np

from pspflow.studies.latent.evaluation.interpolation import linear_strips, spherical_strips


def test_both_end_where_they_should():
    """And take equal steps: linear ones in place, spherical ones in angle, with lengths kept."""
    a, b = np.random.default_rng(0).standard_normal((2, 3, 100))
    for way in (linear_strips, spherical_strips):
        made = way(a, b, 5)
        assert made.shape == (3, 5, 100)
        np.testing.assert_allclose(made[:, 0], a, atol=1e-5)
        np.testing.assert_allclose(made[:, -1], b, atol=1e-5)
    np.testing.assert_allclose(linear_strips(a, b, 5)[:, 2], (a + b) / 2, atol=1e-5)
    lengths = np.linalg.norm(made, axis=-1)
    np.testing.assert_allclose(lengths, np.linspace(lengths[:, 0], lengths[:, -1], 5).T, rtol=1e-5)
    units = made / lengths[..., None]
    angles = np.arccos((units[:, 1:] * units[:, :-1]).sum(axis=-1))
    np.testing.assert_allclose(angles, np.repeat(angles[:, :1], 4, axis=1), rtol=1e-4)


def test_equal_ends():
    """There is no way to go, and no division by zero."""
    a = np.random.default_rng(0).standard_normal((2, 10))
    np.testing.assert_allclose(spherical_strips(a, a, 4), np.repeat(a[:, None], 4, 1), rtol=1e-6)
