"""Real chips that generated ones are compared with: positions in the study's table of measures."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pspflow.seeds import generator


def tested_split(measures: pd.DataFrame) -> str:
    """Return the split whose chips generated ones are compared with: test where there is one."""
    return "test" if (measures["split"] == "test").any() else "validation"


def tested(measures: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the split that is compared with."""
    return measures[measures["split"] == tested_split(measures)]


def tested_conditions(measures: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """Return the conditions of micrographs, (micrographs, c), in the order of the table."""
    first = measures.drop_duplicates("micrograph")
    return first[list(names)].to_numpy(np.float64)


def drawn_chips(
    measures: pd.DataFrame, split: str, domain: str, most: int, seed: int
) -> np.ndarray:
    """Draw chips of a domain that could be measured, from all its micrographs.

    Returns
    -------
    ndarray
        At most `most` sorted positions in the table. With fewer wanted, others are left out, so
        that the first few of a larger number are not all of one micrograph.
    """
    here = (measures["split"] == split) & (measures["domain"] == domain)
    at = np.flatnonzero((here & (measures["failure"] == "")).to_numpy())
    order = generator(seed, "real chips", split, domain).permutation(len(at))
    return np.sort(at[order[:most]])


def failures(measures: pd.DataFrame, split: str, domain: str) -> int:
    """Count the chips of a domain that could not be measured."""
    here = (measures["split"] == split) & (measures["domain"] == domain)
    return int((here & (measures["failure"] != "")).sum())


def halves(chips: pd.DataFrame) -> np.ndarray:
    """Return in which half of its micrograph each chip lies: 0, 1, or -1 if it touches both.

    Parameters
    ----------
    chips
        Rows of the chip table, every row of their micrographs: halves are those of what chips
        cover.

    Returns
    -------
    ndarray
        (n,) int64.
    """
    starts, ends = chips["column"], chips["column"] + chips["size_px"]
    names = chips["micrograph"].astype(str)
    middle = starts.groupby(names).transform("min") + ends.groupby(names).transform("max")
    return np.where(2 * ends <= middle, 0, np.where(2 * starts >= middle, 1, -1))


def order_of_domains(measures: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Sort the domains by the mean of the first condition, lowest first."""
    means = measures.groupby("domain", sort=False)[names[0]].mean()
    return [str(name) for name in means.sort_values(kind="stable").index]


def neighbours(domains: Sequence[str], domain: str) -> list[str]:
    """Return the domains before and after one, in their order; one of the ends has one only."""
    at = list(domains).index(domain)
    return [domains[i] for i in (at - 1, at + 1) if 0 <= i < len(domains)]
