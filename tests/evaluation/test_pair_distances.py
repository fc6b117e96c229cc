"""Pair distances show a set whose images are alike, mirrored or not."""

import numpy as np

from pspflow.evaluation.copies import flipped
from pspflow.evaluation.coverage import inside_balls, precision
from pspflow.evaluation.pair_distances import feature_distances, image_distances, mean_of_pairs

RNG = np.random.default_rng(5)
IMAGES = RNG.integers(0, 256, (12, 6, 10)).astype(np.uint8)


def test_distances_are_those_of_all_pairs():
    """By brute force over flips."""
    found = image_distances(IMAGES)
    turned = [flipped(IMAGES, *f).astype(float) for f in ((0, 0), (0, 1), (1, 0), (1, 1))]
    every = [np.sqrt(np.mean((IMAGES[:, None] - t[None]) ** 2, axis=(2, 3))) for t in turned]
    expected = np.min(every, axis=0)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    np.testing.assert_allclose(found, found.T)


def test_mirrored_copies_are_no_variety():
    """A set of one image and its mirror images has pair distances of 0."""
    alike = np.concatenate([IMAGES[:1], flipped(IMAGES[:1], True, False), IMAGES[:1, :, ::-1]])
    assert mean_of_pairs(image_distances(alike), np.ones((1, 3))) == 0
    bright = np.full((3, 128, 128), 254, np.uint8)
    assert (image_distances(bright) == 0).all()


def test_copies_of_a_resample_are_no_pairs():
    """An image drawn twice is not compared with itself."""
    distances = feature_distances(RNG.normal(size=(3, 2)))
    found = mean_of_pairs(distances, np.array([[1, 1, 1], [2, 0, 1], [3, 0, 0]]))
    upper = distances[np.triu_indices(3, 1)]
    np.testing.assert_allclose(found[:2], [upper.mean(), distances[0, 2]])
    assert np.isnan(found[2])


def test_precision_and_recall_of_equal_and_of_collapsed_sets():
    """A set against itself has 1; a collapsed one has precision, and recalls nothing."""
    real = RNG.normal(size=(40, 3))
    alike = np.repeat(np.median(real, axis=0)[None], 40, axis=0)
    assert precision(inside_balls(real, real)) == 1
    assert precision(inside_balls(real, alike)) == 1
    assert precision(inside_balls(alike, real)) == 0
