"""Regressions of local strains: known responses are found exactly."""

import numpy as np
import pytest

from pspflow.evaluation.fields import measures, moments
from pspflow.mechanics.localization import LinearConvolution, PhaseMean


def test_the_convolution_finds_the_response():
    """Fields made by convolving structures are predicted exactly, for structures not fitted."""
    rng = np.random.default_rng(0)
    phases = rng.integers(2, size=(40, 5, 5, 5)).astype(np.uint8)
    waves = np.fft.rfftn(rng.normal(size=(5, 5, 5)))
    waves[0, 0, 0] = 0
    fluctuation = np.fft.irfftn(
        np.fft.rfftn(phases, axes=(1, 2, 3)) * waves, s=(5, 5, 5), axes=(1, 2, 3)
    )
    strains = 1e-3 * (1 + fluctuation)
    batches = [(phases[:20], strains[:20]), (phases[20:30], strains[20:30])]
    fitted = LinearConvolution.fit(iter(batches), 1e-3)
    found = fitted.predict(phases[30:])
    assert measures(moments(strains[30:], found).sum(axis=0))["r2"] > 0.999
    np.testing.assert_allclose(found.mean(axis=(1, 2, 3)), 1e-3)


def test_the_convolution_finds_means_that_differ():
    """The mean of stresses rises with the volume fraction; it is fitted where none is given."""
    rng = np.random.default_rng(0)
    phases = (rng.random((30, 4, 4, 4)) < rng.uniform(0.2, 0.8, (30, 1, 1, 1))).astype(np.uint8)
    means = 3.0 + 5.0 * phases.mean(axis=(1, 2, 3), keepdims=True)
    fields = means + 2.0 * (phases - phases.mean(axis=(1, 2, 3), keepdims=True))
    fitted = LinearConvolution.fit([(phases[:20], fields[:20])])
    np.testing.assert_allclose([fitted.mean, fitted.rise], [3, 5])
    np.testing.assert_allclose(fitted.predict(phases[20:]), fields[20:], rtol=0.02)
    one = LinearConvolution.fit([(phases[:1], fields[:1])])
    assert (one.mean, one.rise) == (pytest.approx(means[0].item()), 0)


def test_homogeneous_structures_have_no_response():
    """The convolution of a set without waves predicts the macroscopic strain."""
    phases = np.ones((3, 4, 4, 4), np.uint8)
    fitted = LinearConvolution.fit([(phases, np.full(phases.shape, 2.0))], 2.0)
    np.testing.assert_allclose(fitted.predict(phases), 2.0)


def test_phase_means():
    """Each phase gets the mean of its voxels over all batches."""
    phases = np.array([[[[0, 1]]], [[[1, 1]]]], np.uint8)
    strains = np.array([[[[4.0, 1.0]]], [[[2.0, 3.0]]]])
    fitted = PhaseMean.fit(zip(phases[:, None], strains[:, None], strict=True))
    np.testing.assert_allclose(fitted.means, [4, 2])
    np.testing.assert_allclose(fitted.predict(phases[:1]), [[[[4, 2]]]])
