"""The judge: exact where textures and forward model are."""

from types import SimpleNamespace

import numpy as np

from pspflow.mechanics import all_outputs
from pspflow.studies.texture.evaluation.curves import judge


def test_textures_that_are_the_truth_have_no_error(smooth):
    """A flow that draws the wanted textures, and an exact judge: no error; noise adds some."""
    exact = SimpleNamespace(predict_mean=smooth)
    textures = np.random.default_rng(0).normal(0, 0.3, (5, 36))
    drawn = np.repeat(textures[:, None], 4, axis=1)
    mean, worst = judge([drawn + noise for noise in (0, 0.2)], all_outputs(smooth(textures)), exact)
    np.testing.assert_allclose([mean[0], worst[0]], 0, atol=1e-12)
    assert 1 < mean[1] <= worst[1]
