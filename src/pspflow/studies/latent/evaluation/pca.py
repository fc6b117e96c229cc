"""Principal components of images, the linear counterpart of an autoencoder.

Of all linear maps to a latent space of a given size and back, principal components have the
smallest squared error on the images that they are fitted to; for Gaussian fields, whose best
prediction is linear, no autoencoder of this size is expected to have a smaller one on new images,
if there are training images enough.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

WHITE: Final = 255
BLOCK_NUMBERS: Final = 1 << 24
"""Grey levels as float32 at a time; this limits the memory."""


@dataclass(frozen=True)
class PrincipalComponents:
    """A linear autoencoder of images: encodes and decodes as a trained network does."""

    mean: NDArray[np.float32]
    """(pixels,), scaled from -1 to 1 as networks see images."""
    components: NDArray[np.float32]
    """(d, pixels), orthonormal, the largest variance first."""
    shape: tuple[int, int]
    """Rows and columns of images."""

    @property
    def latent_size(self) -> int:
        """Numbers of a latent."""
        return len(self.components)

    def encode(self, images: np.ndarray) -> NDArray[np.float32]:
        """Encode images (n, y, x) uint8 to latents (n, d) float32."""
        blocks = [scaled(each) - self.mean for each in _blocks(images)]
        made: NDArray[np.float32] = np.concatenate([each @ self.components.T for each in blocks])
        return made

    def decode(self, latents: np.ndarray) -> NDArray[np.uint8]:
        """Decode latents (n, d) to images (n, y, x) uint8, between black and white."""
        made = np.empty((len(latents), self.mean.size), np.uint8)
        step = max(1, BLOCK_NUMBERS // self.mean.size)
        for start in range(0, len(latents), step):
            rows = slice(start, start + step)
            values = latents[rows].astype(np.float32) @ self.components + self.mean
            made[rows] = np.rint((values + 1) * (WHITE / 2)).clip(0, WHITE)
        return made.reshape(-1, *self.shape)


def scaled(images: np.ndarray) -> NDArray[np.float32]:
    """Scale images (n, y, x) uint8 to (n, pixels) float32 from -1 to 1."""
    return images.reshape(len(images), -1).astype(np.float32) * np.float32(2 / WHITE) - 1


def fit_components(images: np.ndarray, size: int) -> PrincipalComponents:
    """Fit principal components to images (n, y, x) uint8.

    They come from the eigenvectors of the smaller one of two matrices: covariances of pixels, or
    products of images.

    Parameters
    ----------
    images
        Training images.
    size
        Components wanted; there are at most one fewer than images, and as many as pixels.

    Raises
    ------
    ValueError
        If there are fewer than two images.
    """
    count, *shape = images.shape
    if count < 2:
        raise ValueError("principal components need two images or more")
    flat = images.reshape(count, -1)
    pixels = flat.shape[1]
    mean = flat.mean(axis=0, dtype=np.float64).astype(np.float32) * np.float32(2 / WHITE) - 1
    size = min(size, count - 1, pixels)
    if pixels <= count:
        matrix = np.zeros((pixels, pixels), np.float32)
        for each in _blocks(images):
            block = scaled(each) - mean
            matrix += block.T @ block
        components = np.ascontiguousarray(_leading(matrix, size).T)
    else:
        matrix = np.zeros((count, count), np.float32)
        for columns in _column_blocks(count, pixels):
            block = scaled(flat[:, columns]) - mean[columns]
            matrix += block @ block.T
        weights = _leading(matrix, size)
        components = np.empty((size, pixels), np.float32)
        for columns in _column_blocks(count, pixels):
            components[:, columns] = weights.T @ (scaled(flat[:, columns]) - mean[columns])
        lengths = np.linalg.norm(components, axis=1)
        # a direction without variance is no component: equal images have fewer
        kept = lengths > 1e-4 * lengths[0]
        components = components[kept] / lengths[kept, None]
    return PrincipalComponents(mean, components, (shape[0], shape[1]))


def _leading(matrix: np.ndarray, size: int) -> NDArray[np.float32]:
    """Return the eigenvectors (n, size) of the largest eigenvalues, of a fixed sign."""
    n = len(matrix)
    vectors = eigh(matrix, subset_by_index=(n - size, n - 1))[1][:, ::-1]
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=0)[None], 0)
    made: NDArray[np.float32] = vectors * np.sign(largest)
    return made


def _blocks(images: np.ndarray) -> list[np.ndarray]:
    step = max(1, BLOCK_NUMBERS // images[0].size)
    return [images[start : start + step] for start in range(0, len(images), step)]


def _column_blocks(count: int, pixels: int) -> list[slice]:
    step = max(1, BLOCK_NUMBERS // count)
    return [slice(start, start + step) for start in range(0, pixels, step)]
