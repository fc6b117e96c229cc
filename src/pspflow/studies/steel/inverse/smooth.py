"""Polynomials in the scaled conditions, fitted to several responses with their covariance.

Generalised least squares: the responses of a group have a known covariance, groups are independent.
Where groups scatter more than their covariance says, the polynomial does not fit, and the
covariance of its coefficients grows by the ratio (Birge 1932, Phys. Rev. 40, 207).
"""

from dataclasses import dataclass
from itertools import product
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Smooth:
    """A polynomial in c conditions for k responses."""

    powers: NDArray[np.int64]
    """(t, c) exponents of each term."""
    coefficients: Floats
    """(t, k)."""
    covariance: Floats
    """(t k, t k) of the coefficients, term by term."""

    @classmethod
    def fit(
        cls, scaled: np.ndarray, responses: np.ndarray, covariances: np.ndarray, degree: int
    ) -> Self:
        """Fit the polynomial of the highest degree that the conditions determine.

        Parameters
        ----------
        scaled
            (g, c) conditions of the groups.
        responses
            (g, k).
        covariances
            (g, k, k) of the responses.
        degree
            The highest total degree.
        """
        powers = identified(scaled, degree)
        weights = np.linalg.inv(covariances)
        terms = basis(scaled, powers)
        size = terms.shape[1] * responses.shape[1]
        normal = np.einsum("gi,gab,gj->iajb", terms, weights, terms).reshape(size, size)
        right = np.einsum("gi,gab,gb->ia", terms, weights, responses).ravel()
        covariance = np.linalg.inv(normal)
        found = (covariance @ right).reshape(terms.shape[1], responses.shape[1])
        left = responses - terms @ found
        free = responses.size - size
        misfit = np.einsum("ga,gab,gb->", left, weights, left) / free if free else 1.0
        return cls(powers, found, covariance * max(1.0, float(misfit)))

    def __call__(self, scaled: np.ndarray) -> Floats:
        """Return the responses at conditions, (n, k) from (n, c)."""
        return basis(scaled, self.powers) @ self.coefficients

    def uncertainty(self, scaled: np.ndarray) -> Floats:
        """Return the covariance of the fitted responses, (n, k, k) from (n, c)."""
        terms, k = basis(scaled, self.powers), self.coefficients.shape[1]
        blocks = self.covariance.reshape(len(self.powers), k, len(self.powers), k)
        return np.einsum("ni,iajb,nj->nab", terms, blocks, terms)


def basis(scaled: np.ndarray, powers: np.ndarray) -> Floats:
    """Evaluate the terms of a polynomial, (n, t) from (n, c) and (t, c)."""
    return np.asarray(np.prod(scaled[:, None, :] ** powers, axis=2), np.float64)


def identified(scaled: np.ndarray, degree: int) -> NDArray[np.int64]:
    """Return the exponents (t, c) of the highest degree whose terms the conditions tell apart.

    Above degree 1 one condition more than terms is needed, which shows whether the terms fit.
    """
    places = len(np.unique(scaled, axis=0))
    for highest in range(degree, 0, -1):
        every = product(range(highest + 1), repeat=scaled.shape[1])
        powers = np.array(sorted((each for each in every if sum(each) <= highest), key=sum))
        terms = basis(scaled, powers)
        if highest > 1 and len(powers) >= places:
            continue
        if np.linalg.matrix_rank(terms, tol=1e-6 * len(terms)) == terms.shape[1]:
            return powers
    return np.zeros((1, scaled.shape[1]), np.int64)
