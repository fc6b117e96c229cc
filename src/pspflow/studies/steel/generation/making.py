"""Making chips for given conditions."""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
import pandas as pd

PRIOR, INDEPENDENT = "prior", "independent"
"""Where codes come from: PixelCNN, or the baseline that draws each by itself."""
FURTHER: Final = ""
"""In place of the domain of a chip that is made for a further condition."""


class Prior(Protocol):
    """Draws codes under conditions."""

    def sample(
        self, conditions: np.ndarray, shape: tuple[int, int], rng: np.random.Generator
    ) -> np.ndarray:
        """Draw maps (n, h, w) for conditions (n, c)."""


def cycled(conditions: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Repeat conditions in a drawn order until there are so many.

    Parameters
    ----------
    conditions
        (m, c), a row for each micrograph.
    count
        How many rows.
    rng
        Draws the order, so that the first rows are not of the first micrographs alone.

    Returns
    -------
    ndarray
        (count, c): every micrograph's conditions as often as any other's, but for one.
    """
    order = rng.permutation(len(conditions))
    return np.asarray(conditions[np.resize(order, count)])


def drawn_independently(
    frequencies: np.ndarray, count: int, shape: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    """Draw every code by itself with its frequency: the baseline.

    Parameters
    ----------
    frequencies
        (codes,), above or equal to 0, not all 0.
    count, shape
        Number of maps, and their rows and columns.
    rng
        Source of the draws.

    Returns
    -------
    ndarray
        (count, rows, columns) int64.
    """
    shares = frequencies / frequencies.sum()
    return rng.choice(len(shares), size=(count, *shape), p=shares).astype(np.int64)


def frequencies_of(table: pd.DataFrame, domain: str, codes: int) -> np.ndarray:
    """Take a domain's frequencies from the baseline's table: (codes,) float64."""
    rows = table[table["domain"] == domain]
    found = np.zeros(codes)
    found[rows["code"].to_numpy(np.int64)] = rows["frequency"].to_numpy(np.float64)
    return found


def condition_columns(names: Sequence[str], conditions: np.ndarray) -> pd.DataFrame:
    """Name the columns of conditions (n, c)."""
    return pd.DataFrame(np.asarray(conditions, np.float64), columns=list(names))
