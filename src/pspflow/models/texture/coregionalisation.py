"""Outputs as an orthogonal mixture of latent functions: P = W q (texture paper, equation 5).

W is diag(spread of each output) U diag(√λ). U and λ are eigenvectors and eigenvalues of the
correlation matrix of the observed outputs. As the columns of U are orthonormal, and the noise is
given to the latent functions, one latent function is independent of the others given the data: the
multi-output posterior is exact, as if all outputs of all points were solved together (Bruinsma et
al. 2020, "Scalable exact inference in multi-output Gaussian processes").

A few observations span a few directions only. Eigenvalues are therefore shrunk towards 1, by much
on 5 points and hardly on 1,000; a direction in which nothing was seen yet keeps a prior variance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks
from pspflow.logs import log

Floats = NDArray[np.float64]
SAME = 1e-9
"""Outputs whose spread is smaller, relative to their values, are constant."""
DEPENDENT = 1e-10
"""Eigenvalues below this share of their sum belong to relations between outputs."""


@dataclass(frozen=True)
class OutputBasis:
    """Mean and mixing matrix between `h` outputs and `l` latent functions of unit spread."""

    means: Floats
    """Mean of each output, `h`; the value of a constant one."""
    spreads: Floats
    """Standard deviation of each output, `h`; 0 of a constant one."""
    directions: Floats
    """U: orthonormal columns, `h x l`; rows of constant outputs are 0."""
    scales: Floats
    """√λ, the prior spread along each direction, `l`."""
    rest: Floats
    """Directions left to noise times their spreads, `h x r`, for standardised outputs."""

    @classmethod
    @refuses_masks
    def of(cls, properties: Floats, latents: int | None = None) -> "OutputBasis":
        """Find the basis of observed outputs.

        Parameters
        ----------
        properties
            Observed outputs, `n x h`.
        latents
            Number of latent functions: the directions of least variance are left to noise. All
            directions have one by default.

        Raises
        ------
        ValueError
            If every output is constant, or the number of latent functions is not positive.
        """
        means, spreads = properties.mean(axis=0), properties.std(axis=0)
        constant = spreads <= SAME * np.abs(properties).max(axis=0)
        if constant.all():
            raise ValueError(
                "every output is constant over the observations: there is nothing to model; "
                "observe textures that differ"
            )
        if latents is not None and latents < 1:
            raise ValueError(f"latents must be at least 1, got {latents}")
        means = np.where(constant, properties[0], means)
        spreads = np.where(constant, 0, spreads)
        if constant.any():
            log.info(
                "Outputs %s are constant over %d observations: they are left out of the model and "
                "returned as that constant.",
                ", ".join(map(str, np.flatnonzero(constant))),
                len(properties),
            )
        standardised = (properties[:, ~constant] - means[~constant]) / spreads[~constant]
        correlation = standardised.T @ standardised / len(properties)
        eigenvalues, vectors = np.linalg.eigh(correlation)
        eigenvalues, vectors = eigenvalues[::-1], _signed(vectors[:, ::-1])
        size = len(eigenvalues)
        shrunk = _shrunk(eigenvalues, len(properties))
        # with fewer observations than outputs a missing direction is not known to be a relation
        known = len(np.unique(properties, axis=0)) > size
        kept = eigenvalues > DEPENDENT * size if known else np.ones(size, bool)
        if not kept.all():
            involved = np.flatnonzero(~constant)[
                (np.abs(vectors[:, ~kept]) > np.sqrt(DEPENDENT)).any(axis=1)
            ]
            log.info(
                "%d linear relations hold between outputs %s: predictions keep them.",
                (~kept).sum(),
                ", ".join(map(str, involved)),
            )
        whole = np.zeros((len(means), kept.sum()))
        whole[~constant] = vectors[:, kept]
        scales = np.sqrt(shrunk[kept])
        return cls(
            means,
            spreads,
            whole[:, :latents],
            scales[:latents],
            whole[:, len(scales[:latents]) :] * scales[len(scales[:latents]) :],
        )

    @property
    def mixing(self) -> Floats:
        """Return W, `h x l`."""
        return self.spreads[:, None] * self.directions * self.scales

    @refuses_masks
    def to_latents(self, properties: Floats) -> Floats:
        """Project outputs `n x h` on the latent functions, `n x l`."""
        varying = self.spreads > 0
        standardised = np.zeros_like(properties)
        standardised[:, varying] = (properties - self.means)[:, varying] / self.spreads[varying]
        return standardised @ self.directions / self.scales

    @refuses_masks
    def to_outputs(self, latents: Floats, rest: Floats | None = None) -> Floats:
        """Mix latent values `n x l`, and where given standard normal ones of the rest `n x r`."""
        outputs = self.means + latents @ self.mixing.T
        return outputs if rest is None else outputs + rest @ (self.spreads[:, None] * self.rest).T

    def rest_covariance(self) -> Floats:
        """Return the covariance `h x h` of what is left to noise."""
        rest = self.spreads[:, None] * self.rest
        return rest @ rest.T


def _signed(vectors: Floats) -> Floats:
    """Turn eigenvectors so that their largest component is positive: their sign is arbitrary."""
    largest = np.abs(vectors).argmax(axis=0)
    return vectors * np.sign(vectors[largest, np.arange(vectors.shape[1])])


def _shrunk(eigenvalues: Floats, observations: int) -> Floats:
    """Return the mean under an inverse Wishart prior that weighs as much as `p` observations."""
    size = len(eigenvalues)
    return (observations * eigenvalues + size) / (observations + size)
