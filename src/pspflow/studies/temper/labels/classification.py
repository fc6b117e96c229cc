"""How well real chips predict a label: an SVM on features, specimens held out in turn.

Figure 5 of the temper paper compares synthetic chips with this baseline. Its labels are binned into
three classes of equal size (section 3.1), its classifier is a support vector machine (section 3.2).
It measures the data and is no model that anything later uses: it is cross-validated over all
specimens, whatever their split, and chips of a specimen are never on both sides of a fold.
Intervals resample specimens: chips of one specimen are not independent.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from pspflow.evaluation.resampling import resamples as bootstrap

CLASSES = ("low", "mid", "high")
CHANCE = 1 / len(CLASSES)
FEWEST_SPECIMENS = 6
"""Two per class: with fewer, a fold can lack a class."""
FEWEST_FOR_INTERVAL = 12
"""With fewer specimens the bootstrap's interval is far too narrow to print."""


def rank_correlations(specimens: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Correlate every two labels over specimens.

    Parameters
    ----------
    specimens
        One row per specimen, one float64 column per label; NaN where it was not measured.
    columns
        Labels to compare.

    Returns
    -------
    DataFrame
        `first`, `second`, `specimens` (that have both), `spearman_rho`.
    """
    rows = []
    for first, second in combinations(columns, 2):
        both = specimens[[first, second]].dropna()
        rho = spearmanr(both[first], both[second]).statistic if len(both) > 2 else np.nan
        rows.append((first, second, len(both), float(rho)))
    return pd.DataFrame(rows, columns=["first", "second", "specimens", "spearman_rho"])


def held_out_classes(
    features: np.ndarray, values: np.ndarray, specimens: np.ndarray, folds: int
) -> tuple[np.ndarray, np.ndarray]:
    """Classify every chip by an SVM that saw no chip of its specimen.

    Parameters
    ----------
    features
        (n, d) float64.
    values
        (n,) float64, the label of each chip's specimen.
    specimens
        (n,) names.
    folds
        Folds of the cross-validation, at most the number of specimens.

    Returns
    -------
    truth, predicted
        (n,) class indices. Class limits are the terciles of each fold's training specimens.
    """
    truth = np.empty(len(values), dtype=np.int64)
    predicted = np.empty_like(truth)
    splitter = GroupKFold(n_splits=min(folds, len(np.unique(specimens))), shuffle=False)
    for train, test in splitter.split(features, groups=specimens):
        _, first = np.unique(specimens[train], return_index=True)
        limits = np.quantile(values[train][first], [1 / 3, 2 / 3])
        classes = np.searchsorted(limits, values)
        truth[test] = classes[test]
        seen = np.unique(classes[train])
        if len(seen) == 1:  # ties among few label values: there is one class only
            predicted[test] = seen[0]
            continue
        model = make_pipeline(StandardScaler(), SVC()).fit(features[train], classes[train])
        predicted[test] = model.predict(features[test])
    return truth, predicted


def accuracy_interval(
    truth: np.ndarray,
    predicted: np.ndarray,
    specimens: np.ndarray,
    resamples: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Balanced accuracy and its 95 % interval by resampling specimens within their classes.

    Parameters
    ----------
    truth, predicted, specimens
        (n,) class indices and specimen names.
    resamples
        Number of bootstrap samples.
    rng
        Source of the samples.

    Returns
    -------
    accuracy, low, high
        Shares between 0 and 1.
    """
    names, first, codes = np.unique(specimens, return_index=True, return_inverse=True)
    # counts per specimen make a resample a weighted sum instead of a new set of chips
    table = np.zeros((len(names), len(CLASSES), 2))
    np.add.at(table[..., 0], (codes, truth), truth == predicted)
    np.add.at(table[..., 1], (codes, truth), 1)
    # within classes: a resample that lost one would be balanced over the others
    draws = bootstrap(truth[first], resamples, rng)[1:]
    hits, chips = np.moveaxis(np.tensordot(draws, table, axes=1), -1, 0)
    with np.errstate(invalid="ignore"):
        sampled = np.nanmean(hits / chips, axis=1)
    low, high = np.quantile(sampled, [0.025, 0.975])
    return float(balanced_accuracy_score(truth, predicted)), float(low), float(high)


def label_accuracy(
    features: Mapping[str, np.ndarray],
    chips: pd.DataFrame,
    folds: int,
    resamples: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Tabulate how well each kind of feature predicts each domain's label.

    Parameters
    ----------
    features
        Name of the features, (n, d) float64.
    chips
        n rows: `specimen`, `domain`, `label_value`.
    folds, resamples, rng
        See `held_out_classes` and `accuracy_interval`.

    Returns
    -------
    DataFrame
        `domain`, `features`, `specimens`, `chips`, `balanced_accuracy`, `low`, `high`, `note`.
        What cannot be measured is NaN, and the note says why.
    """
    rows: list[tuple[object, ...]] = []
    for domain in dict.fromkeys(chips["domain"]):
        here = np.flatnonzero(chips["domain"].to_numpy() == domain)
        specimens = chips["specimen"].to_numpy()[here].astype(str)
        values = chips["label_value"].to_numpy()[here]
        count = len(np.unique(specimens))
        note = _unmeasurable(values, specimens)
        for name, matrix in features.items():
            measured = (np.nan, np.nan, np.nan)
            if not note:
                truth, predicted = held_out_classes(matrix[here], values, specimens, folds)
                measured = accuracy_interval(truth, predicted, specimens, resamples, rng)
            if not note and count < FEWEST_FOR_INTERVAL:
                measured = (measured[0], np.nan, np.nan)
            rows.append((domain, name, count, len(here), *measured, note))
    columns = ["domain", "features", "specimens", "chips", "balanced_accuracy", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "note"])


def _unmeasurable(values: np.ndarray, specimens: np.ndarray) -> str:
    """Say why a label cannot be classified; nothing if it can."""
    _, first = np.unique(specimens, return_index=True)
    count, distinct = len(first), len(np.unique(values[first]))
    if count < FEWEST_SPECIMENS:
        return f"{count} labelled specimens, at least {FEWEST_SPECIMENS} are needed"
    if distinct < len(CLASSES):
        return f"{distinct} different label values, at least {len(CLASSES)} are needed"
    return ""
