"""Signal-to-noise ratio of blank, noisy and known chips."""

import numpy as np
import pytest

from pspflow.evaluation.snr import signal_to_noise_db

AMPLITUDE = 40.0
SIGNAL_VARIANCE = AMPLITUDE**2 / 4


def waves(n=1, size=64, period=32):
    """Return chips of a smooth structure: a product of sinusoids around grey level 120."""
    wave = np.sin(2 * np.pi * np.arange(size) / period)
    return np.tile(120 + AMPLITUDE * np.outer(wave, wave), (n, 1, 1))


def noise(sigma, n=50, size=64):
    """Return Gaussian noise."""
    return np.random.default_rng(0).normal(0, sigma, (n, size, size))


def pixels(grey):
    """Round to 8-bit images."""
    return np.clip(np.round(grey), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("level", [0, 130, 255])
def test_blank_chips_have_the_lowest_ratio(level):
    """A blank chip has 0 dB; a real structure, however noisy, does not have less."""
    assert signal_to_noise_db(np.full((1, 32, 32), level, np.uint8))[0] == 0
    assert signal_to_noise_db(pixels(waves(50) + noise(30))).min() > 0


@pytest.mark.parametrize("sigma", [0.5, 5, 40])
def test_noise_alone_has_almost_no_signal(sigma):
    """Smoothed noise is not a structure, whatever its strength and the size of the chip."""
    for size in (32, 64):
        scores = signal_to_noise_db(pixels(128 + noise(sigma, size=size)))
        assert scores.mean() < 0.15
        assert scores.max() < 0.7


@pytest.mark.parametrize("size", [8, 31, 32])
def test_checkerboard_counts_as_noise(size):
    """The artefact of transposed convolutions has no signal, though its variance is the largest."""
    board = np.indices((size, size)).sum(axis=0) % 2 * 255
    assert signal_to_noise_db(board[None].astype(np.uint8))[0] == 0


def test_noise_lowers_the_ratio():
    """For the same structure, the noisier chip always has the lower ratio."""
    pattern = noise(1)
    scores = [
        signal_to_noise_db(pixels(waves(50) + sigma * pattern)) for sigma in (0, 1, 2, 5, 10, 20)
    ]
    assert (np.diff(scores, axis=0) < 0).all()


@pytest.mark.parametrize("sigma", [2, 5, 10])
def test_score_of_known_noise(sigma):
    """A smooth structure in Gaussian noise has the ratio of their variances, within 1 dB."""
    truth = 10 * np.log10(1 + SIGNAL_VARIANCE / sigma**2)
    scores = signal_to_noise_db(pixels(waves(50) + noise(sigma)))
    np.testing.assert_allclose(scores, truth, atol=1)


def test_rounding_bounds_the_score():
    """Without other noise, rounding to whole levels remains: no ratio is infinite."""
    truth = 10 * np.log10(1 + SIGNAL_VARIANCE * 12)
    assert signal_to_noise_db(waves())[0] == pytest.approx(truth, abs=1)


def test_sharp_edges_are_no_noise():
    """A straight edge between two phases, along the grid, does not count as noise."""
    phases = np.where(np.arange(32) < 16, 60, 190) * np.ones((32, 1))
    assert signal_to_noise_db(phases[None])[0] > 40


def test_brightness_has_no_effect():
    """Shifting grey levels, mirroring and turning chips do not change the ratio."""
    chips = pixels(waves(5) + noise(5, 5))
    scores = signal_to_noise_db(chips)
    assert scores.shape == (5,)
    for same in (chips + np.uint8(40), chips[:, ::-1], np.rot90(chips, axes=(1, 2))):
        np.testing.assert_allclose(signal_to_noise_db(same), scores, rtol=1e-9)


@pytest.mark.parametrize("shape", [(4, 4), (2, 2, 8), (2, 8, 1), (1, 1, 8, 8)])
def test_chips_without_second_differences_are_refused(shape):
    """A chip alone, or one too small for the noise filter, would give NaN or another axis."""
    with pytest.raises(ValueError, match="at least 3 x 3 pixels"):
        signal_to_noise_db(np.zeros(shape))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("scale", "shift"), [(1 / 255, 0.0), (2 / 255, -1.0)])
def test_fractions_of_a_grey_level_are_refused(scale, shift, dtype):
    """On 0 to 1 the noise of rounding would be above every signal; whole levels 0 and 1 are not."""
    chips = np.random.default_rng(0).integers(0, 256, (3, 20, 20))
    with pytest.raises(ValueError, match="bring them to 0 to 255"):
        signal_to_noise_db((scale * chips + shift).astype(dtype))
    assert signal_to_noise_db((chips > 127).astype(dtype)).shape == (3,)
    assert signal_to_noise_db(np.zeros((0, 20, 20), dtype)).shape == (0,)
