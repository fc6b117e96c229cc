"""The baseline that PixelCNN must beat: codes drawn independently, with their domain's frequencies.

It knows how often each code occurs in a domain, and nothing of where: what a map of codes has
beyond that is spatial.
"""

import numpy as np
import pandas as pd

from pspflow.studies.steel.prior.maps import CodeMaps


def code_frequencies(maps: CodeMaps, smoothing: float) -> pd.DataFrame:
    """Count codes per domain, in both orientations of the maps.

    Parameters
    ----------
    maps
        Maps of training chips.
    smoothing
        Times that each code counts as seen besides (additive smoothing), so that no code is
        impossible.

    Returns
    -------
    DataFrame
        `domain`, `code`, `frequency`: a probability, which sums to 1 in each domain.
    """
    tables = []
    for domain in dict.fromkeys(maps.chips["domain"]):
        here = maps.codes[(maps.chips["domain"] == domain).to_numpy()]
        counts = np.bincount(here.ravel(), minlength=maps.count) + smoothing
        columns = {"code": np.arange(maps.count), "frequency": counts / counts.sum()}
        tables.append(pd.DataFrame({"domain": str(domain), **columns}))
    return pd.concat(tables, ignore_index=True)


def independent_nats(maps: CodeMaps, frequencies: pd.DataFrame) -> np.ndarray:
    """Return -log p of every map (n,) under independent codes of its domain, in nats a code.

    The mean of both orientations. A domain without frequencies has NaN.
    """
    nats = np.full(len(maps.codes), np.nan)
    for domain, rows in frequencies.groupby("domain"):
        here = (maps.chips["domain"] == domain).to_numpy()
        costs = -np.log(rows.sort_values("code")["frequency"].to_numpy())
        nats[here] = costs[maps.codes[here]].mean(axis=(1, 2, 3))
    return nats
