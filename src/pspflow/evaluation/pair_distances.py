"""Distances between the images of one set: a set that has collapsed has small ones."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial.distance import cdist

from pspflow.arrays import refuses_masks
from pspflow.evaluation.copies import ALL_FLIPS, flipped


@refuses_masks
def image_distances(
    images: np.ndarray, mirrored: Sequence[tuple[bool, bool]] = ALL_FLIPS
) -> np.ndarray:
    """Return the root mean square difference of grey levels of all pairs of images.

    Of the flips of one of the two, that which is nearest to the other counts.

    Parameters
    ----------
    images
        (n, rows, columns) uint8.
    mirrored
        The flips; see `copies.ALL_FLIPS`.

    Returns
    -------
    ndarray
        (n, n) float64, in grey levels; 0 on the diagonal.
    """
    # whole numbers below 2^53: exact, so that equal images are 0 apart
    flat = images.reshape(len(images), -1).astype(np.float64)
    norms = np.square(flat).sum(axis=1)
    products = flat @ flat.T
    for flip in mirrored:
        others = flipped(images, *flip).reshape(len(images), -1).astype(np.float64)
        # a flip is its own inverse, so the matrix stays symmetric
        np.maximum(products, flat @ others.T, out=products)
    squares = norms[:, None] + norms - 2.0 * products
    np.fill_diagonal(squares, 0)
    distances: np.ndarray = np.sqrt(np.maximum(squares, 0) / flat.shape[1])
    return distances


@refuses_masks
def feature_distances(features: np.ndarray) -> np.ndarray:
    """Return the Euclidean distances of all pairs of features (n, k): (n, n) float64."""
    distances: np.ndarray = cdist(features, features)
    return distances


@refuses_masks
def mean_of_pairs(distances: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Average distances over all pairs of different images.

    Parameters
    ----------
    distances
        (n, n), 0 on the diagonal.
    weights
        (r, n), how often each image is drawn; two copies of one image are no pair.

    Returns
    -------
    ndarray
        (r,) float64; NaN for a resample of a single image.
    """
    sums = np.sum(weights @ distances * weights, axis=1)
    pairs = weights.sum(axis=1) ** 2 - np.square(weights).sum(axis=1)
    means: np.ndarray = np.divide(sums, pairs, out=np.full(len(sums), np.nan), where=pairs > 0)
    return means
