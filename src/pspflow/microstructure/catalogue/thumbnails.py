"""Thumbnails that find one picture again after it was re-encoded, turned or brightened."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import fft

CELLS = 64
ROWS_PER_CELL = 4
BAND = (6, 24)
"""Cosine waves that are compared, in half waves per image: shading is slower, noise is faster."""
CLIP = 3.0
"""Standard deviations beyond which detail is cut, so that a bright mark does not decide."""
BLOCKS = 4
"""A picture must agree in the median of this many times this many blocks, not in a bar alone."""
AT_ONCE = 512


@dataclass(frozen=True)
class Match:
    """Two thumbnails that are alike: their places, and how sure that is."""

    first: int
    second: int
    correlation: float
    """Magnitude of the correlation of details, in the best of 8 symmetries."""
    deviations: float
    """Correlation over its standard deviation between different pictures of such detail."""


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


def alike(thumbnails: np.ndarray, least: float) -> Iterator[Match]:
    """Find pairs of thumbnails whose detail correlates, in one of 8 symmetries or inverted.

    Parameters
    ----------
    thumbnails
        (n, CELLS, CELLS).
    least
        Least magnitude of a correlation.
    """
    details = _details(thumbnails.astype(np.float32))
    power = fft.dctn(details, axes=(1, 2), norm="ortho") ** 2
    # of so many independent waves; few of them in a regular pattern, which proves nothing
    waves = 1.0 / np.maximum((power**2).sum(axis=(1, 2)), 1e-12)
    flat = details.reshape(len(details), -1)
    for start in range(0, len(details), AT_ONCE):
        part = details[start : start + AT_ONCE]
        best = np.zeros((len(part), len(details)), np.float32)
        which = np.zeros(best.shape, np.int8)
        for place, turned in enumerate(_symmetries(part)):
            found = np.abs(turned.reshape(len(part), -1) @ flat.T)
            np.copyto(which, place, where=found > best)
            np.maximum(best, found, out=best)
        for i, second in np.argwhere(best >= least):
            first = start + int(i)
            if first < second:
                turned = _symmetries(part[i])[which[i, second]]
                agreed = min(float(best[i, second]), _in_blocks(turned, details[second]))
                if agreed >= least:
                    common = float(np.sqrt(min(waves[first], waves[second])))
                    yield Match(first, int(second), float(best[i, second]), agreed * common)


def _details(thumbnails: np.ndarray) -> np.ndarray:
    """Keep the waves of `BAND`, at unit norm: (n, CELLS, CELLS)."""
    waves = np.hypot(*np.mgrid[:CELLS, :CELLS])
    kept = (waves >= BAND[0]) & (waves < BAND[1])
    details = fft.idctn(
        fft.dctn(thumbnails, axes=(1, 2), norm="ortho") * kept, axes=(1, 2), norm="ortho"
    ).astype(np.float32)
    spread = 1.4826 * np.median(np.abs(details), axis=(1, 2), keepdims=True)
    details = np.clip(details, -CLIP * spread, CLIP * spread)
    details -= details.mean(axis=(1, 2), keepdims=True)
    norms = np.linalg.norm(details, axis=(1, 2), keepdims=True)
    return details / np.where(norms > 0, norms, 1)


def _symmetries(images: np.ndarray) -> list[np.ndarray]:
    """Return images (…, rows, columns) in the 8 symmetries of a square."""
    turned = [images, np.swapaxes(images, -1, -2)]
    turned += [image[..., ::-1] for image in turned]
    return turned + [image[..., ::-1, :] for image in turned]


def _in_blocks(first: np.ndarray, second: np.ndarray) -> float:
    """Return the magnitude of the median correlation of blocks."""
    side = CELLS // BLOCKS
    a, b = (each.reshape(BLOCKS, side, BLOCKS, side) for each in (first, second))
    norms = np.sqrt((a**2).sum(axis=(1, 3)) * (b**2).sum(axis=(1, 3)))
    return abs(float(np.median((a * b).sum(axis=(1, 3)) / np.where(norms > 0, norms, 1))))
