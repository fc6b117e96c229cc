"""Whether made images are copies: how near they come to training images.

The distance of a made image to its nearest training image is compared with that of a real test
image to its nearest, among the same training images. Two kinds of features: of texture, and grey
levels averaged over blocks of 8 x 8 pixels, brought to mean 0 and length 1 in each image so that
blur and contrast count little; a training image counts mirrored too.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from pspflow.arrays import refuses_masks
from pspflow.evaluation.features import standardise, texture_features

BLOCK_PX: Final = 8
NEAREST_SHARE: Final = 0.025
"""Share of the test images that are nearer to training images than the others, for comparison."""
TEXTURE, BLOCKS = "texture features", "grey levels of 8 x 8 blocks"
LEFT_RIGHT: Final = ((False, True),)
"""Mirrored left to right: what `mirrored` says of the rows, and of the columns."""
ALL_FLIPS: Final = ((False, True), (True, False), (True, True))
_ROWS: Final = 512
"""Images compared at a time, which limits the memory."""


class Nearness(NamedTuple):
    """How near made and test images come to training images; each (1 + R,)."""

    generated: np.ndarray
    """Mean distance of made images to their nearest training image."""
    held_out: np.ndarray
    """Mean distance of test images to theirs."""
    ratio: np.ndarray
    """The first over the second; below 1 where made images are nearer."""
    closer: np.ndarray
    """Share of the made images that are nearer than the nearest 2.5 % of the test images."""


@refuses_masks
def block_means(images: np.ndarray) -> np.ndarray:
    """Average grey levels over blocks, and bring them to mean 0 and length 1 in each image.

    Parameters
    ----------
    images
        (n, rows, columns) uint8; what is left of whole blocks at the far edges is not used.

    Returns
    -------
    ndarray
        (n, blocks) float32; an image of one grey level has zeros.
    """
    rows, columns = (edge // BLOCK_PX for edge in images.shape[1:])
    whole = images[:, : rows * BLOCK_PX, : columns * BLOCK_PX]
    means = whole.reshape(-1, rows, BLOCK_PX, columns, BLOCK_PX).mean(axis=(2, 4), dtype=np.float32)
    flat = means.reshape(len(images), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.where(length > 0, length, 1))


@refuses_masks
def nearest(points: np.ndarray, references: np.ndarray) -> np.ndarray:
    """Return the Euclidean distance of points (n, d) to the nearest of references (m, d): (n,)."""
    norms = np.square(references).sum(axis=1)
    found = np.empty(len(points))
    for start in range(0, len(points), _ROWS):
        part = points[start : start + _ROWS]
        squares = norms - 2 * part @ references.T
        found[start : start + _ROWS] = squares.min(axis=1) + np.square(part).sum(axis=1)
    return np.sqrt(np.maximum(found, 0))


@refuses_masks
def distances_to_training(
    sets: Mapping[str, np.ndarray],
    training: np.ndarray,
    *,
    mirrored: Sequence[tuple[bool, bool]] = LEFT_RIGHT,
    textures: Callable[[np.ndarray], np.ndarray] = texture_features,
) -> dict[str, dict[str, np.ndarray]]:
    """Measure how far images are from their nearest training image.

    Parameters
    ----------
    sets
        Name of a set, its images (n, rows, columns) uint8.
    training
        (m, rows, columns) uint8.
    mirrored
        How a training image counts too, for blocks: `LEFT_RIGHT` or `ALL_FLIPS`.
    textures
        Texture features of images, for who has computed them before.

    Returns
    -------
    dict
        Kind of features, name of a set, (n,) float64.
    """
    known = textures(training)
    blocks = np.concatenate(
        [block_means(each) for each in (training, *(flipped(training, *f) for f in mirrored))]
    )
    scaled = standardise(known, known)
    return {
        TEXTURE: {
            name: nearest(standardise(textures(images), known), scaled)
            for name, images in sets.items()
        },
        BLOCKS: {name: nearest(block_means(images), blocks) for name, images in sets.items()},
    }


@refuses_masks
def flipped(images: np.ndarray, rows: bool, columns: bool) -> np.ndarray:
    """Mirror images (n, rows, columns) along their rows, their columns, or both: a view."""
    return images[:, :: -1 if rows else 1, :: -1 if columns else 1]


@refuses_masks
def nearness(
    generated: np.ndarray,
    held_out: np.ndarray,
    generated_weights: np.ndarray,
    held_out_weights: np.ndarray,
) -> Nearness:
    """Compare distances of generated and of test images to training images.

    Parameters
    ----------
    generated, held_out
        (n,) and (m,) distances.
    generated_weights, held_out_weights
        (1 + R, n) and (1 + R, m), how often each image is drawn.
    """
    total = generated_weights.sum(axis=1)
    mine = generated_weights @ generated / total
    theirs = held_out_weights @ held_out / held_out_weights.sum(axis=1)
    closer = np.empty(len(total))
    for number, (ours, others) in enumerate(zip(generated_weights, held_out_weights, strict=True)):
        limit = np.quantile(np.repeat(held_out, others), NEAREST_SHARE)
        closer[number] = ours @ (generated < limit) / total[number]
    return Nearness(mine, theirs, mine / theirs, closer)
