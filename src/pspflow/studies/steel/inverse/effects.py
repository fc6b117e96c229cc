"""How the variance of a mean falls with the area: scatter within micrographs and between them.

Chips of one micrograph are alike, so that the mean of n of them varies more than the variance of a
chip over n. A one-way random-effects model holds the two scatters apart: value = mean of the domain
+ effect of the micrograph + rest (Searle, Casella and McCulloch 1992, "Variance components", 3.6).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Components(NamedTuple):
    """Covariances of k measures, each over the standard deviation of a chip; they sum to 1."""

    between: Floats
    """(k, k) of micrographs of a domain."""
    within: Floats
    """(k, k) of chips of a micrograph."""
    freedom: int
    """Degrees of freedom of `between`: micrographs less domains."""


def apart(rows: np.ndarray, columns: np.ndarray, size_px: int) -> NDArray[np.bool_]:
    """Choose chips of one micrograph that do not overlap, from the top left on.

    Parameters
    ----------
    rows, columns
        (n,) first pixels of the chips.
    size_px
        Edge of a chip.
    """
    kept: list[int] = []
    for at in np.lexsort((columns, rows)):
        if (
            not kept
            or (
                (np.abs(rows[kept] - rows[at]) >= size_px)
                | (np.abs(columns[kept] - columns[at]) >= size_px)
            ).all()
        ):
            kept.append(int(at))
    chosen = np.zeros(len(rows), bool)
    chosen[kept] = True
    return chosen


def variance_components(
    values: np.ndarray, domains: np.ndarray, micrographs: np.ndarray
) -> Components:
    """Estimate how measures scatter between micrographs of a domain, and within them.

    Each domain's values are divided by their standard deviation, and the multivariate analyses of
    variance of the domains are added up. What would make `between` no covariance is set to 0.

    Parameters
    ----------
    values
        (n, k) measures of chips that do not overlap.
    domains, micrographs
        (n,) codes of both; a micrograph is of one domain.

    Raises
    ------
    ValueError
        If no domain has two micrographs, or no micrograph two chips.
    """
    between, within = np.zeros((2, values.shape[1], values.shape[1]))
    groups = rest = 0
    spread = 0.0
    for domain in np.unique(domains):
        here = domains == domain
        part = values[here]
        _, code, sizes = np.unique(micrographs[here], return_inverse=True, return_counts=True)
        if len(part) < 2:
            continue
        scaled = (part - part.mean(axis=0)) / part.std(axis=0, ddof=1)
        means = np.stack([np.bincount(code, column) / sizes for column in scaled.T], axis=1)
        left = scaled - means[code]
        between += (means * sizes[:, None]).T @ means
        within += left.T @ left
        groups += len(sizes) - 1
        rest += len(part) - len(sizes)
        spread += len(part) - (sizes**2).sum() / len(part)
    if not groups or not rest:
        raise ValueError("a domain with two micrographs, and one with two chips, are needed")
    inside = within / rest
    shares, vectors = np.linalg.eigh((between / groups - inside) * groups / spread)
    outside = vectors * np.maximum(0, shares) @ vectors.T
    size = np.sqrt(np.diag(inside + outside))
    both = np.outer(size, size)
    return Components(outside / both, inside / both, groups)


def area_pattern(
    found: Components, area_px2: float, chip_px2: float, micrograph_px2: float
) -> Floats:
    """Return the covariance (k, k) of means over an area, over the deviations of a chip.

    The area is of one micrograph up to the size of those that were learned from; a larger one
    counts as several micrographs of this size. Within a micrograph chips count as independent, and
    an area smaller than a chip as a fraction of one.

    Parameters
    ----------
    found
        As of `variance_components`.
    area_px2, chip_px2, micrograph_px2
        Areas in square pixels.
    """
    chips = area_px2 / chip_px2
    micrographs = max(1.0, area_px2 / micrograph_px2)
    return np.asarray(found.between / micrographs + found.within / chips)
