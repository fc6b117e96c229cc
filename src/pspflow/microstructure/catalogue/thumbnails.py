"""Thumbnails that find one picture again after it was re-encoded, turned or brightened."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pspflow.arrays import refuses_masks

CELLS = 64
ROWS_PER_CELL = 4
BAND = (6, 24)
"""Cosine waves that are compared, in half waves per image: shading is slower, noise is faster."""
CLIP = 3.0
"""Standard deviations beyond which detail is cut, so that a bright mark does not decide."""
BLOCKS = 4
"""A picture must agree in the median of this many times this many blocks, not in a bar alone."""
AT_ONCE = 512

_ORDERS = np.arange(BAND[1])
COSINES = np.cos(np.pi / CELLS * _ORDERS[:, None] * (np.arange(CELLS) + 0.5)).astype(np.float32)
COSINES *= np.sqrt(np.where(_ORDERS == 0, 1, 2) / CELLS).astype(np.float32)[:, None]
"""Orthonormal cosine waves, (waves, cells)."""
_LENGTHS = np.hypot(_ORDERS[:, None], _ORDERS)
KEPT = (BAND[0] <= _LENGTHS) & (BAND[1] > _LENGTHS)
SIGNS = np.where(_ORDERS % 2, -1, 1).astype(np.float32)


@dataclass(frozen=True)
class Match:
    """Two thumbnails that are alike: their places, and how sure that is."""

    first: int
    second: int
    correlation: float
    """Magnitude of the correlation of details, in the best of 8 symmetries."""
    deviations: float
    """Correlation over its standard deviation between different pictures of such detail; where it
    is too small to matter, an upper bound."""


@refuses_masks
def thumbnail(pixels: np.ndarray) -> np.ndarray:
    """Reduce an image (rows, columns) to (CELLS, CELLS) float32, whatever its aspect."""
    height, width = pixels.shape
    if min(height, width) < CELLS * ROWS_PER_CELL:
        image = Image.fromarray(pixels.astype(np.float32))
        return np.asarray(image.resize((CELLS, CELLS), Image.Resampling.BOX))
    # some rows of each cell tell its mean well enough, and reading all takes longer
    count = CELLS * ROWS_PER_CELL
    rows = (np.arange(count) + 0.5) * height / count
    sampled = pixels[rows.astype(int)].reshape(CELLS, ROWS_PER_CELL, width)
    total = sampled[:, 0].astype(np.float32)
    for each in range(1, ROWS_PER_CELL):
        total += sampled[:, each]
    edges = np.arange(CELLS + 1) * width // CELLS
    return np.add.reduceat(total, edges[:-1], axis=1) / np.diff(edges).astype(np.float32)


@refuses_masks
def alike(thumbnails: np.ndarray, least: float, least_deviations: float = 0.0) -> Iterator[Match]:
    """Find pairs of thumbnails whose detail correlates, in one of 8 symmetries or inverted.

    Parameters
    ----------
    thumbnails
        (n, CELLS, CELLS).
    least
        Least magnitude of a correlation.
    least_deviations
        From so many deviations on their number matters.
    """
    waves = _waves(thumbnails.astype(np.float32))
    # so many waves are independent; they are few in a regular pattern, which proves nothing
    count = 1.0 / np.maximum((waves**4).sum(axis=(1, 2)), 1e-12)
    flat = waves[:, KEPT]
    for start in range(0, len(waves), AT_ONCE):
        part = waves[start : start + AT_ONCE]
        turned = [np.abs(each[:, KEPT] @ flat.T) for each in _symmetries(part)]
        best = np.maximum.reduce(turned)
        for i, second in np.argwhere(best >= least):
            first = start + int(i)
            if first >= second:
                continue
            correlation = float(best[i, second])
            sure = float(np.sqrt(min(count[first], count[second])))
            if correlation * sure < least_deviations:
                # all lamellae of a sheet are alike, and blocks of all their pairs take long
                yield Match(first, int(second), correlation, correlation * sure)
                continue
            which = int(np.argmax([found[i, second] for found in turned]))
            agreed = _in_blocks(_symmetries(part[i])[which], waves[second])
            if agreed >= least:
                yield Match(first, int(second), correlation, min(correlation, agreed) * sure)


def _waves(thumbnails: np.ndarray) -> np.ndarray:
    """Return the amplitudes of cosine waves of the detail, at unit norm: (n, waves, waves)."""
    # without its mean a constant image is 0, and not what rounding leaves of it
    amplitudes = _amplitudes(thumbnails - thumbnails.mean(axis=(1, 2), keepdims=True))
    details = _drawn(amplitudes)
    spread = 1.4826 * np.median(np.abs(details), axis=(1, 2), keepdims=True)
    amplitudes = _amplitudes(np.clip(details, -CLIP * spread, CLIP * spread))
    norms = np.linalg.norm(amplitudes, axis=(1, 2), keepdims=True)
    return amplitudes / np.where(norms > 0, norms, 1)


def _amplitudes(images: np.ndarray) -> np.ndarray:
    return (COSINES @ images @ COSINES.T) * KEPT


def _drawn(amplitudes: np.ndarray) -> np.ndarray:
    return COSINES.T @ amplitudes @ COSINES


def _symmetries(waves: np.ndarray) -> list[np.ndarray]:
    """Turn and mirror images, given as waves (…, rows, columns): odd waves change their sign."""
    turned = [waves, np.swapaxes(waves, -1, -2)]
    turned += [each * SIGNS for each in turned]
    return turned + [each * SIGNS[:, None] for each in turned]


def _in_blocks(first: np.ndarray, second: np.ndarray) -> float:
    """Return the magnitude of the median correlation of blocks of two images of waves."""
    side = CELLS // BLOCKS
    a, b = (_drawn(each).reshape(BLOCKS, side, BLOCKS, side) for each in (first, second))
    norms = np.sqrt((a**2).sum(axis=(1, 3)) * (b**2).sum(axis=(1, 3)))
    return abs(float(np.median((a * b).sum(axis=(1, 3)) / np.where(norms > 0, norms, 1))))
