"""How well real chips predict a label: an SVM on features, specimens held out in turn.

Figure 5 of the temper paper compares synthetic chips with this baseline. Its labels are binned into
three classes of equal size (section 3.1), its classifier is a support vector machine (section 3.2).
It measures the data and is no model that anything later uses: it is cross-validated over all
specimens, whatever their split, and chips of a specimen are never on both sides of a fold. Classes
belong to the question and not to the answer: they are cut once, over all labelled specimens.
Intervals resample specimens: chips of one specimen are not independent. Chance is what the same
procedure reaches on labels that are permuted between specimens.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from pspflow.evaluation.resampling import FEWEST_FOR_INTERVAL
from pspflow.evaluation.resampling import resamples as bootstrap
from pspflow.studies.temper.labels.classes import CLASSES, cut, uncut

FEWEST_SPECIMENS = 6
"""Two per class."""
PERMUTATIONS = 20
"""Permutations of the labels behind the line of chance."""
CONTROL_CHIPS = 240
"""Chips with which permuted labels are classified, about: fewer chips show chance as well."""
MEASURED = ("balanced_accuracy", "low", "high")
CONTROLS = ("permuted_labels", "permuted_low", "permuted_high")
GAINS = ("gain", "gain_low", "gain_high")
"""What transferred chips are above their untransferred sources."""


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
        `first`, `second`, `specimens` (that have both), `spearman_rho`; NaN where a label has one
        value alone, or fewer than 3 specimens have both.
    """
    rows = []
    for first, second in combinations(columns, 2):
        both = specimens[[first, second]].dropna()
        varied = len(both) > 2 and (both.max() > both.min()).all()
        rho = spearmanr(both[first], both[second]).statistic if varied else np.nan
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
        (n,) class indices. Classes are cut over all specimens; every fold trains on all of them.

    Raises
    ------
    ValueError
        If the label cannot be cut into classes; see `classes.uncut`.
    """
    _, first, codes = np.unique(specimens, return_index=True, return_inverse=True)
    classes = cut(values[first])
    if classes is None:
        raise ValueError(f"no classes: {uncut(values[first])}")
    of_specimen = classes.of(values[first])
    truth = of_specimen[codes]
    fold = _dealt(of_specimen, min(folds, len(first)))[codes]
    predicted = np.empty_like(truth)
    for number in np.unique(fold):
        test = fold == number
        model = make_pipeline(StandardScaler(), SVC()).fit(features[~test], truth[~test])
        predicted[test] = model.predict(features[test])
    return truth, predicted


def _dealt(classes: np.ndarray, folds: int) -> np.ndarray:
    """Deal specimens to folds, class by class: no fold holds all the specimens of a class."""
    dealt = np.empty(len(classes), dtype=np.int64)
    dealt[np.argsort(classes, kind="stable")] = np.arange(len(classes)) % folds
    return dealt


def permuted_accuracies(
    features: np.ndarray,
    values: np.ndarray,
    specimens: np.ndarray,
    folds: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Classify labels that are permuted between specimens: the level of chance.

    Parameters
    ----------
    features, values, specimens, folds
        See `held_out_classes`; about `CONTROL_CHIPS` chips are used, of every specimen some.
    rng
        Source of the permutations.

    Returns
    -------
    (PERMUTATIONS,) balanced accuracies. All chips of a specimen have one label in each.
    """
    names, first, codes = np.unique(specimens, return_index=True, return_inverse=True)
    place = pd.Series(codes).groupby(codes).cumcount().to_numpy()
    few = place < max(1, CONTROL_CHIPS // len(names))
    of_specimen = values[first]
    return np.array(
        [
            balanced_accuracy_score(
                *held_out_classes(
                    features[few], rng.permutation(of_specimen)[codes[few]], specimens[few], folds
                )
            )
            for _ in range(PERMUTATIONS)
        ]
    )


def control_range(accuracies: np.ndarray) -> tuple[float, float, float]:
    """Average accuracies (n,) of permuted labels, and find the range of 95 % of them."""
    low, high = np.quantile(accuracies, [0.025, 0.975])
    return float(np.mean(accuracies)), float(low), float(high)


def with_controls(accuracy: pd.DataFrame) -> pd.DataFrame:
    """Complete a table that has no range of permuted labels, or no gains, by NaN."""
    lacking = [name for name in ("classes", *CONTROLS, *GAINS) if name not in accuracy]
    return accuracy.assign(**dict.fromkeys(lacking, np.nan)) if lacking else accuracy


def above_chance(accuracy: pd.DataFrame) -> pd.Series:
    """Tell which accuracies are above chance.

    Parameters
    ----------
    accuracy
        Columns `balanced_accuracy`, `low`, `permuted_labels` and `permuted_high`.

    Returns
    -------
    True where the accuracy is above the range of permuted labels and its whole interval above their
    mean; False without an interval.
    """
    accuracy = with_controls(accuracy)
    beyond = accuracy["balanced_accuracy"] > accuracy["permuted_high"]
    return beyond & (accuracy["low"] > accuracy["permuted_labels"])


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
    (sampled,) = _sampled(truth, [predicted], specimens, resamples, rng)
    low, high = np.quantile(sampled, [0.025, 0.975])
    return float(balanced_accuracy_score(truth, predicted)), float(low), float(high)


def accuracy_gain(
    truth: np.ndarray,
    predicted: np.ndarray,
    other: np.ndarray,
    specimens: np.ndarray,
    resamples: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Balanced accuracy less that of other predictions of the same chips, and its 95 % interval.

    Parameters
    ----------
    truth, predicted, other, specimens
        (n,) class indices, two predictions of them, and specimen names, which are resampled for
        both alike.
    resamples
        Number of bootstrap samples.
    rng
        Source of the samples.

    Returns
    -------
    gain, low, high
        Between -1 and 1.
    """
    mine, theirs = _sampled(truth, [predicted, other], specimens, resamples, rng)
    low, high = np.quantile(mine - theirs, [0.025, 0.975])
    both = [balanced_accuracy_score(truth, each) for each in (predicted, other)]
    return float(both[0] - both[1]), float(low), float(high)


def _sampled(
    truth: np.ndarray,
    predictions: Sequence[np.ndarray],
    specimens: np.ndarray,
    resamples: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return balanced accuracies of each prediction in the same resamples of the specimens."""
    names, first, codes = np.unique(specimens, return_index=True, return_inverse=True)
    # counts per specimen make a resample a weighted sum instead of a new set of chips
    table = np.zeros((len(names), len(CLASSES), 1 + len(predictions)))
    np.add.at(table[..., 0], (codes, truth), 1)
    for number, predicted in enumerate(predictions, start=1):
        np.add.at(table[..., number], (codes, truth), truth == predicted)
    # within classes: a resample that lost one would be balanced over the others
    draws = bootstrap(truth[first], resamples, rng)[1:]
    chips, *hits = np.moveaxis(np.tensordot(draws, table, axes=1), -1, 0)
    with np.errstate(invalid="ignore"):
        return np.stack([np.nanmean(each / chips, axis=1) for each in hits])


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
        `domain`, `features`, `specimens`, `chips`, `classes` (their number), `balanced_accuracy`,
        `low`, `high`, `permuted_labels` (the mean accuracy of permuted labels), `permuted_low`,
        `permuted_high` (the range of 95 % of them), `note`. What cannot be measured is NaN, and the
        note says why.
    """
    rows: list[tuple[object, ...]] = []
    for domain in dict.fromkeys(chips["domain"]):
        here = np.flatnonzero(chips["domain"].to_numpy() == domain)
        specimens = chips["specimen"].to_numpy()[here].astype(str)
        values = chips["label_value"].to_numpy()[here]
        of_specimen = values[np.unique(specimens, return_index=True)[1]]
        count = len(of_specimen)
        note = f"{count} labelled specimens, at least {FEWEST_SPECIMENS} are needed"
        note = note if count < FEWEST_SPECIMENS else uncut(of_specimen)
        made = None if note else cut(of_specimen)
        for name, matrix in features.items():
            measured = (np.nan,) * len((*MEASURED, *CONTROLS))
            if made:
                known = (matrix[here], values, specimens, folds)
                truth, predicted = held_out_classes(*known)
                accuracy, *ends = accuracy_interval(truth, predicted, specimens, resamples, rng)
                if count < FEWEST_FOR_INTERVAL:
                    ends = [np.nan, np.nan]
                control = control_range(permuted_accuracies(*known, rng))
                measured = (accuracy, *ends, *control)
            classes = len(made.names) if made else 0
            rows.append((domain, name, count, len(here), classes, *measured, note))
    columns = ["domain", "features", "specimens", "chips", "classes", *MEASURED, *CONTROLS]
    return pd.DataFrame(rows, columns=[*columns, "note"])
