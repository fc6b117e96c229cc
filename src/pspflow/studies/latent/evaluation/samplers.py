"""Latents of new images: as we read the report, from a fitted density, and on ways between two."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata

Latents = NDArray[np.float32]


def independent_latents(latents: Latents, count: int, rng: np.random.Generator) -> Latents:
    """Draw every number of a latent by itself, from a normal distribution.

    The report does not say how it samples latent space; this is our reading. Mean and standard
    deviation of each number are kept. What is lost: that numbers depend on each other, that none
    is negative behind a ReLU, and that many are zero.

    Parameters
    ----------
    latents
        (n, d) float32, of training images.
    count
        Latents to draw.
    rng
        What is random.

    Returns
    -------
    ndarray
        (count, d) float32.
    """
    normal = rng.standard_normal((count, latents.shape[1]), np.float32)
    made: Latents = latents.mean(axis=0) + normal * latents.std(axis=0)
    return made


@dataclass(frozen=True)
class LatentDensity:
    """A density of latents: a Gaussian copula with the distribution of each number as observed.

    Each number has the distribution of the training latents, its share of zeros too. Numbers depend
    on each other as normal ones do whose correlation matrix is that of the normal scores of the
    latents, shrunk towards independence (Ledoit and Wolf 2004); tied latents, such as the zeros
    behind a ReLU, share their mean rank. More numbers than images are no obstacle.

    What it cannot do: numbers leave the range of the training latents nowhere, and a dependence
    that normal numbers have not, such as parts of images that exclude each other or clusters, is
    smoothed over; images of samples have less contrast than reconstructions where there is some.
    Draws are no copies: each is a sum over all training images, with random signs. (Kernel
    densities of few latents come nearer to the data, as they return training images nearly.)

    References
    ----------
    Ledoit and Wolf 2004, "A well-conditioned estimator for large-dimensional covariance matrices",
    J. Multivar. Anal. 88, 365; for copulas Nelsen 2006, "An introduction to copulas".
    """

    ordered: Latents
    """(n, d), each number's values in order."""
    scores: NDArray[np.float32]
    """(n, d), normal scores of mean 0 and variance 1; 0 where a number is constant."""
    shrinkage: float
    """Weight of independence, 0 to 1."""

    def sample(self, count: int, rng: np.random.Generator) -> Latents:
        """Draw latents (count, d) float32.

        The same generator draws the same random numbers for every density of as many images and
        numbers.
        """
        n, d = self.scores.shape
        # a sum over images with normal weights has the covariance matrix of the scores
        weights = rng.standard_normal((count, n), np.float32) * np.sqrt((1 - self.shrinkage) / n)
        own = rng.standard_normal((count, d), np.float32) * np.sqrt(self.shrinkage)
        return self._quantiles(ndtr(weights.astype(np.float32) @ self.scores + own))

    def _quantiles(self, levels: np.ndarray) -> Latents:
        """Look up quantiles at levels (count, d), linear between the observed values."""
        n = len(self.ordered)
        places = np.clip(levels * n - 0.5, 0, n - 1)
        below = places.astype(np.int64)
        low = np.take_along_axis(self.ordered, below, 0)
        high = np.take_along_axis(self.ordered, np.minimum(below + 1, n - 1), 0)
        made: Latents = (low + (places - below) * (high - low)).astype(np.float32)
        return made


def fit_density(latents: Latents) -> LatentDensity:
    """Fit a density to the latents (n, d) of training images.

    Raises
    ------
    ValueError
        If there are fewer than two latents, or one is not finite.
    """
    if len(latents) < 2 or not np.isfinite(latents).all():
        raise ValueError("latents must be finite, and of two images or more")
    scores = ndtri((rankdata(latents, axis=0) - 0.5) / len(latents)).astype(np.float32)
    scores -= scores.mean(axis=0)
    varied = latents.min(axis=0) < latents.max(axis=0)
    scores[:, varied] /= scores[:, varied].std(axis=0)
    scores[:, ~varied] = 0
    weight = shrinkage(scores[:, varied]) if varied.any() else 0.0
    return LatentDensity(np.sort(latents, axis=0), scores, weight)


def shrinkage(scores: np.ndarray) -> float:
    """Return Ledoit and Wolf's weight of the identity, for scores (n, d) of mean 0 and variance 1.

    It is computed from the smaller of the two Gram matrices.
    """
    n, d = scores.shape
    gram = scores @ scores.T if n < d else scores.T @ scores
    covariance = float(np.square(gram, dtype=np.float64).sum()) / n**2
    fourth = float((np.square(scores, dtype=np.float64).sum(axis=1) ** 2).sum()) / n
    scatter, distance = (fourth - covariance) / n, covariance - d
    return float(np.clip(scatter / distance, 0, 1)) if distance > 0 else 1.0


def linear_strips(starts: np.ndarray, ends: np.ndarray, steps: int) -> NDArray[np.float32]:
    """Go from latents (k, d) to others in equal steps, along straight lines: (k, steps, d)."""
    parts = np.linspace(0, 1, steps, dtype=np.float32)[None, :, None]
    made: NDArray[np.float32] = (1 - parts) * starts[:, None] + parts * ends[:, None]
    return made.astype(np.float32)


def spherical_strips(starts: np.ndarray, ends: np.ndarray, steps: int) -> NDArray[np.float32]:
    """Go from noise (k, d) to other noise along great circles: (k, steps, d).

    Normal noise of many dimensions lies near a sphere; on a straight line between two of its points
    it would be shorter than any noise that a generator was trained on. Lengths change linearly.

    References
    ----------
    White 2016, "Sampling generative networks", arXiv 1609.04468.
    """
    lengths = [np.linalg.norm(each, axis=1)[:, None] for each in (starts, ends)]
    a, b = (each / length for each, length in zip((starts, ends), lengths, strict=True))
    angle = np.arccos(np.clip((a * b).sum(axis=1), -1, 1))[:, None, None]
    parts = np.linspace(0, 1, steps)[None, :, None]
    turned = np.sin((1 - parts) * angle) * a[:, None] + np.sin(parts * angle) * b[:, None]
    length = (1 - parts) * lengths[0][:, None] + parts * lengths[1][:, None]
    # of equal directions the angle is 0, and the way is a straight line
    small = np.abs(np.sin(angle)) < 1e-6
    straight = (1 - parts) * starts[:, None] + parts * ends[:, None]
    made = np.where(small, straight, length * turned / np.where(small, 1, np.sin(angle)))
    return made.astype(np.float32)
