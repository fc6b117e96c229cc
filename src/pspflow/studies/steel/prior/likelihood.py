"""Likelihood of test maps, in nats a code, with intervals over micrographs.

Chips of one micrograph are not independent, so a micrograph counts once, with the mean of its
chips. Intervals are Student's: resampling two or six micrographs would make them too narrow.
"""

from typing import Final

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from pspflow.arrays import refuses_masks
from pspflow.evaluation.comparisons import CONFIDENCE
from pspflow.studies.steel.prior.maps import MIRRORED, CodeMaps
from pspflow.studies.steel.prior.trained import TrainedPrior

PIXELCNN: Final = "PixelCNN"
INDEPENDENT: Final = "independent"
DIFFERENCE: Final = "PixelCNN less independent"
EVERY: Final = "all"
"""Name of the rows over all domains."""


def pixelcnn_nats(prior: TrainedPrior, maps: CodeMaps) -> np.ndarray:
    """Return -log p of every map (n,) in nats a code, the mean of both orientations."""
    values = maps.chips[[each.name for each in prior.conditions]].to_numpy(np.float64)
    logs = prior.log_likelihood(maps.flat(), np.repeat(values, MIRRORED, axis=0))
    nats: np.ndarray = -logs.reshape(-1, MIRRORED).mean(axis=1) / maps.codes[0, 0].size
    return nats


@refuses_masks
def mean_interval(values: np.ndarray, strata: np.ndarray) -> tuple[float, float, float]:
    """Return a mean over micrographs with its 95 % interval by Student's t.

    Parameters
    ----------
    values
        (n,), one for each micrograph.
    strata
        (n,) domain of each: differences between domains do not widen the interval.

    Returns
    -------
    tuple
        Mean, low and high; the ends are infinite where no domain has two micrographs.
    """
    mean = float(np.mean(values))
    names, places = np.unique(strata, return_inverse=True)
    means = np.bincount(places, values) / np.bincount(places)
    freedom = len(values) - len(names)
    if freedom < 1:
        return mean, -np.inf, np.inf
    spread = np.sqrt(np.sum((values - means[places]) ** 2) / freedom / len(values))
    half = float(stdtrit(freedom, (1 + CONFIDENCE) / 2) * spread)
    return mean, mean - half, mean + half


def likelihood_rows(maps: CodeMaps, nats: dict[str, np.ndarray]) -> pd.DataFrame:
    """Tabulate nats a code by domain and over all domains.

    Parameters
    ----------
    maps
        Test maps.
    nats
        Of each source, (n,) nats a code of the maps.

    Returns
    -------
    DataFrame
        `source`, `domain`, `micrographs`, `maps`, `nats_per_code`, `low`, `high`. Fewer nats are
        better.
    """
    table = maps.chips[["domain", "micrograph"]].astype(str).assign(**nats)
    of_micrograph = table.groupby(["domain", "micrograph"], sort=False)[list(nats)].mean()
    domains = of_micrograph.index.get_level_values("domain").to_numpy()
    rows = []
    for source in nats:
        for domain in (*dict.fromkeys(domains), EVERY):
            here = (domains == domain) | (domain == EVERY)
            values = of_micrograph[source].to_numpy()[here]
            count = int(((table["domain"] == domain) | (domain == EVERY)).sum())
            rows.append((source, domain, len(values), count, *mean_interval(values, domains[here])))
    names = ["source", "domain", "micrographs", "maps", "nats_per_code", "low", "high"]
    return pd.DataFrame(rows, columns=names)
