"""How the variance of a mean falls with the area: scatter within micrographs and between them.

Chips of one micrograph are alike, so that the mean of n of them varies more than the variance of a
chip over n. A one-way random-effects model holds the two scatters apart: value = mean of the domain
+ effect of the micrograph + rest (Searle, Casella and McCulloch 1992, "Variance components", 3.6).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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


def intraclass_correlations(
    values: np.ndarray, domains: np.ndarray, micrographs: np.ndarray
) -> Floats:
    """Estimate which share of the chips' variance lies between micrographs of a domain.

    Each domain's values are divided by their standard deviation, and the analyses of variance of
    the domains are added up.

    Parameters
    ----------
    values
        (n, k) measures of chips that do not overlap.
    domains, micrographs
        (n,) codes of both; a micrograph is of one domain.

    Returns
    -------
    ndarray
        (k,) from 0 to 1; a negative estimate is 0.

    Raises
    ------
    ValueError
        If no domain has two micrographs, or no micrograph two chips.
    """
    between = within = np.zeros(values.shape[1])
    groups = rest = 0
    spread = 0.0
    for domain in np.unique(domains):
        here = domains == domain
        part, names = values[here], micrographs[here]
        _, code, sizes = np.unique(names, return_inverse=True, return_counts=True)
        if len(part) < 2:
            continue
        scaled = (part - part.mean(axis=0)) / part.std(axis=0, ddof=1)
        means = np.stack([np.bincount(code, column) / sizes for column in scaled.T], axis=1)
        between = between + (sizes[:, None] * means**2).sum(axis=0)
        within = within + ((scaled - means[code]) ** 2).sum(axis=0)
        groups += len(sizes) - 1
        rest += len(part) - len(sizes)
        spread += len(part) - (sizes**2).sum() / len(part)
    if not groups or not rest:
        raise ValueError("a domain with two micrographs, and one with two chips, are needed")
    size = spread / groups
    inside = within / rest
    outside = np.maximum(0, (between / groups - inside) / size)
    return np.asarray(outside / (outside + inside))


def area_factors(
    intraclass: np.ndarray, area_px2: float, chip_px2: float, micrograph_px2: float
) -> Floats:
    """Return what the variance of a chip is multiplied by for the mean over an area.

    The area is of one micrograph up to the size of those that were learned from; a larger one
    counts as several micrographs of this size. Within a micrograph chips count as independent, and
    an area smaller than a chip as a fraction of one.

    Parameters
    ----------
    intraclass
        (k,) as of `intraclass_correlations`.
    area_px2, chip_px2, micrograph_px2
        Areas in square pixels.
    """
    chips = area_px2 / chip_px2
    micrographs = max(1.0, area_px2 / micrograph_px2)
    return np.asarray(intraclass / micrographs + (1 - intraclass) / chips)
