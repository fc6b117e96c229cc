"""Classification of the domain of chips, and of micrographs by the vote of their chips.

Domains that real chips do not tell apart leave nothing for a transfer to do, and classifiers that
fail on real chips cannot judge synthetic ones.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from pspflow.evaluation.resampling import FEWEST_FOR_INTERVAL, interval, resamples

COLUMNS: Final = (
    *("features", "judged", "specimens", "count", "balanced_accuracy", "low", "high", "note"),
)
CHIPS, MICROGRAPHS = "chips", "micrographs"


def held_out_domains(
    features: np.ndarray, domains: np.ndarray, specimens: np.ndarray, folds: int, seed: int
) -> np.ndarray:
    """Classify every chip by a support vector machine that saw no chip of its specimen.

    Parameters
    ----------
    features
        (n, d) float64.
    domains, specimens
        (n,) names.
    folds
        Folds of the cross-validation.
    seed
        Deals specimens to folds, each domain as evenly as can be.

    Returns
    -------
    ndarray
        (n,) names of domains.
    """
    predicted = np.empty_like(domains)
    dealt = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for train, test in dealt.split(features, domains, specimens):
        model = make_pipeline(StandardScaler(), SVC()).fit(features[train], domains[train])
        predicted[test] = model.predict(features[test])
    return predicted


def unsplittable(domains: np.ndarray, specimens: np.ndarray, folds: int) -> str:
    """Say why specimens (n,) of domains (n,) cannot be dealt to folds, or nothing."""
    counts = pd.Series(specimens).groupby(domains).nunique()
    if counts.min() >= folds:
        return ""
    return f"domain {counts.idxmin()} has {counts.min()} specimens, for {folds} folds"


def votes(predicted: np.ndarray, micrographs: np.ndarray) -> pd.Series:
    """Give each micrograph the domain that most of its chips are classified as.

    Both are (n,), one of each chip. Of equally many the first in alphabetical order.
    """
    return pd.Series(predicted).groupby(micrographs).agg(lambda each: each.mode().iloc[0])


def balanced_accuracy(
    truth: np.ndarray,
    predicted: np.ndarray,
    specimens: np.ndarray,
    count: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Average the recall of the domains; its 95 % interval resamples specimens.

    Parameters
    ----------
    truth, predicted, specimens
        (n,) names.
    count
        Resamples.
    rng
        Their source.

    Returns
    -------
    accuracy, low, high
        Shares; limits are NaN below 12 specimens of a domain.
    """
    names, codes = np.unique(specimens, return_inverse=True)
    kinds, kind = np.unique(truth, return_inverse=True)
    table = np.zeros((len(names), len(kinds), 2))
    np.add.at(table[..., 0], (codes, kind), truth == predicted)
    np.add.at(table[..., 1], (codes, kind), 1)
    # specimens of the same domains, so that no resample lacks one
    present = table[..., 1] > 0
    strata = np.unique(present, axis=0, return_inverse=True)[1].ravel()
    hits, chips = np.moveaxis(np.tensordot(resamples(strata, count, rng), table, axes=1), -1, 0)
    value, low, high = interval((hits / chips).mean(axis=1))
    if present.sum(axis=0).min() < FEWEST_FOR_INTERVAL:
        low = high = np.nan
    return value, low, high


def domain_accuracy(
    features: Mapping[str, np.ndarray],
    chips: pd.DataFrame,
    folds: int,
    count: int,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tabulate how well each kind of feature tells the domain of chips and of micrographs.

    Parameters
    ----------
    features
        Name of the features, (n, d) float64.
    chips
        n rows: `specimen`, `domain`, `micrograph`.
    folds, count, rng
        See `held_out_domains` and `balanced_accuracy`.

    Returns
    -------
    accuracy, confusions
        `features`, what is `judged` (chips, or micrographs by vote), `specimens`, `count` of what
        is judged, `balanced_accuracy`, `low`, `high`, `note`; and for chips `features`, `domain`
        and the share that is classified as each domain. What cannot be measured is NaN, and the
        note says why.
    """
    domains, specimens, micrographs = (
        chips[name].astype(str).to_numpy() for name in ("domain", "specimen", "micrograph")
    )
    note = unsplittable(domains, specimens, folds)
    first = np.unique(micrographs, return_index=True)[1]
    rows, confusions = [], []
    for name, matrix in features.items():
        sizes = {CHIPS: len(chips), MICROGRAPHS: len(first)}
        found = dict.fromkeys(sizes, (np.nan,) * 3)
        if not note:
            seed = int(rng.integers(2**31))
            predicted = held_out_domains(matrix, domains, specimens, folds, seed)
            found[CHIPS] = balanced_accuracy(domains, predicted, specimens, count, rng)
            voted = votes(predicted, micrographs).loc[micrographs[first]].to_numpy(str)
            found[MICROGRAPHS] = balanced_accuracy(
                domains[first], voted, specimens[first], count, rng
            )
            confusions.append(_confusion(name, domains, predicted, list(dict.fromkeys(domains))))
        rows += [
            (name, judged, len(set(specimens)), sizes[judged], *values, note)
            for judged, values in found.items()
        ]
    accuracy = pd.DataFrame(rows, columns=list(COLUMNS))
    empty = pd.DataFrame(columns=["features", "domain"])
    return accuracy, pd.concat(confusions, ignore_index=True) if confusions else empty


def _confusion(
    features: str, truth: np.ndarray, predicted: np.ndarray, names: list[str]
) -> pd.DataFrame:
    shares = confusion_matrix(truth, predicted, labels=names, normalize="true")
    table = pd.DataFrame(shares, columns=[f"as {name}" for name in names])
    return pd.concat([pd.DataFrame({"features": features, "domain": names}), table], axis=1)
