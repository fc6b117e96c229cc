"""Copies are found, and fresh chips are not taken for some."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.evaluation.copies import (
    BLOCKS,
    TEXTURE,
    block_means,
    distances_to_training,
    nearest,
    nearness,
)

RNG = np.random.default_rng(0)


def chips(count):
    """Draw blurred noise."""
    noise = gaussian_filter(RNG.normal(size=(count, 32, 32)), (0, 2, 2))
    return np.clip(128 + 300 * noise, 0, 255).astype(np.uint8)


TRAINING, HELD_OUT, FRESH = chips(60), chips(40), chips(40)


def weights(count):
    """Draw resamples of chips, the first of the original ones."""
    drawn = RNG.multinomial(count, np.full(count, 1 / count), size=200)
    return np.concatenate([np.ones((1, count), int), drawn])


def test_nearest_distances_are_those_of_all_pairs():
    """By brute force."""
    a, b = RNG.normal(size=(7, 3)), RNG.normal(size=(5, 3))
    expected = np.linalg.norm(a[:, None] - b, axis=2).min(axis=1)
    np.testing.assert_allclose(nearest(a, b), expected)


def test_blocks_do_not_see_brightness_contrast_or_blur_within_them():
    """A pale copy of a chip, its blocks made even, has its features."""
    chip = np.kron(RNG.integers(0, 200, (1, 4, 4)), np.ones((8, 8))).astype(np.uint8)
    np.testing.assert_allclose(block_means(chip), block_means(chip // 2 + 40), atol=0.02)
    assert not block_means(np.full((1, 32, 32), 9, np.uint8)).any()


@pytest.mark.parametrize("mirrored", [False, True])
def test_copies_are_nearer_than_any_test_chip(mirrored):
    """Training chips in place of generated ones, mirrored ones by blocks."""
    copied = TRAINING[:40, :, ::-1] if mirrored else TRAINING[:40]
    found = distances_to_training({"made": copied, "test": HELD_OUT}, TRAINING)
    for kind in (BLOCKS,) if mirrored else (BLOCKS, TEXTURE):
        near = nearness(found[kind]["made"], found[kind]["test"], weights(40), weights(40))
        assert near.ratio[0] < 0.01
        assert near.closer.min() == 1


def test_fresh_chips_are_no_nearer_than_test_chips():
    """The ratio is near 1, and the interval of the share holds 2.5 %."""
    found = distances_to_training({"made": FRESH, "test": HELD_OUT}, TRAINING)
    for kind in (BLOCKS, TEXTURE):
        near = nearness(found[kind]["made"], found[kind]["test"], weights(40), weights(40))
        assert near.ratio[0] == pytest.approx(1, abs=0.25)
        assert np.quantile(near.closer, 0.025) <= 0.025
