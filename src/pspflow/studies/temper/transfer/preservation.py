"""Whether transferred chips keep what labels their specimen (temper paper 3.2 and 4.2, Figure 5).

For each temper, a classifier is trained on real chips with the label of that temper: the feed rate
of as-extruded chips, the UTS of T5 and T6 chips, in classes cut over the training specimens (see
`pspflow.studies.temper.labels.classes`). The test set holds held-out chips that were transferred
into that temper; the true class of a chip follows from the label that its source's specimen has for
that temper. The accuracy is compared with those on real chips of the temper and on the
untransferred sources, and with chance: classifiers of training specimens whose labels are permuted.
A single one can be right or wrong about whole specimens, so there are several, whose mean and range
are reported.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.metrics import balanced_accuracy_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from pspflow.evaluation.resampling import FEWEST_FOR_INTERVAL
from pspflow.studies.temper.labels.classes import Classes, cut, uncut
from pspflow.studies.temper.labels.classification import (
    CONTROL_CHIPS,
    CONTROLS,
    FEWEST_SPECIMENS,
    GAINS,
    MEASURED,
    accuracy_gain,
    accuracy_interval,
    control_range,
)

REAL, UNTRANSFERRED = "real chips", "untransferred source"
PERMUTATIONS = 10
LONGER = 4
"""Features are reduced to principal components if they are more than so many times as many."""


@dataclass(frozen=True)
class TrainingSet:
    """Real training chips of one temper, from which one classifier is trained."""

    features: np.ndarray
    """(n, d) float64."""
    specimens: np.ndarray
    """(n,) names."""


@dataclass(frozen=True)
class TestSet:
    """Held-out chips that are classified."""

    flow: str
    """Training that made them, or `REAL` or `UNTRANSFERRED`."""
    source: str
    """Domain of their sources."""
    features: np.ndarray
    """(n, d) float64."""
    specimens: np.ndarray
    """(n,) names."""


def preserved(
    training_sets: Sequence[TrainingSet],
    test_sets: Iterable[TestSet],
    values: Mapping[str, float],
    resamples: int,
    rng: np.random.Generator,
    components: int | None = None,
) -> pd.DataFrame:
    """Train classifiers of one temper and one kind of feature, and test them.

    Parameters
    ----------
    training_sets
        One for each run: draws of training chips.
    test_sets
        Sets of held-out chips; they are classified one after the other.
    values
        Specimen, its label for the temper; specimens without one are left out.
    resamples
        Resamples of the specimens from which an interval is computed.
    rng
        Source of permutations and resamples.
    components
        Principal components to which features are reduced that are more than four times as many;
        None: features are classified as they are.

    Returns
    -------
    DataFrame
        `flow`, `source`, `specimens`, `chips`, `classes` (their number), `balanced_accuracy`,
        `low`, `high`, `permuted_labels` (the mean over permutations of the training specimens'
        labels), `permuted_low`, `permuted_high` (the range of 95 % of them), `permuted_sd` (over
        them), `sd_over_runs`, `gain` over the untransferred sources of the same chips, if these are
        tested before them, `gain_low`, `gain_high`, `note`. What cannot be measured is NaN, and the
        note gives the reason.
    """
    known = {str(name) for each in training_sets for name in each.specimens} & set(values)
    trained = sorted(known)
    of_trained = np.array([values[name] for name in trained])
    note = f"{len(trained)} labelled training specimens, {FEWEST_SPECIMENS} are needed"
    note = note if len(trained) < FEWEST_SPECIMENS else uncut(of_trained)
    made = None if note else cut(of_trained)
    classes: dict[str, int] = {}
    classifiers: list[_Classifiers] = []
    if made:
        named = np.array(list(values.values()))
        classes = dict(zip(values, made.of(named).tolist(), strict=True))
        labels = [classes[name] for name in trained]
        permuted = [
            dict(zip(trained, rng.permutation(labels), strict=True)) for _ in range(PERMUTATIONS)
        ]
        classifiers = [
            _train(each, classes, permuted[run :: len(training_sets)], components)
            for run, each in enumerate(training_sets)
        ]
    rows = []
    idle: dict[str, np.ndarray] = {}
    scores = (*MEASURED, *CONTROLS, "permuted_sd", "sd_over_runs", *GAINS)
    for test_set in test_sets:
        names = test_set.specimens.astype(str)
        labelled = np.array([name in values for name in names], dtype=bool)
        here, features = names[labelled], test_set.features[labelled]
        count = len(made.names) if made else 0
        counted = (test_set.flow, test_set.source, len(set(here)), len(here), count)
        why = _untestable(here, trained, classes, made) if made else note
        if why:
            rows.append((*counted, *[np.nan] * len(scores), why))
            continue
        truth = np.array([classes[name] for name in here])
        predictions = [each.predict(features) for each in classifiers]
        found = _scores(truth, here, predictions, resamples, rng)
        runs = np.concatenate([predicted for predicted, _ in predictions])
        gain: tuple[float, ...] = (np.nan,) * len(GAINS)
        if test_set.flow == UNTRANSFERRED:
            idle[test_set.source] = runs
        elif test_set.flow != REAL and test_set.source in idle:
            gain = _gain(truth, here, runs, idle[test_set.source], resamples, rng)
        rows.append((*counted, *found, *gain, ""))
    columns = ["flow", "source", "specimens", "chips", "classes"]
    return pd.DataFrame(rows, columns=[*columns, *scores, "note"])


def _gain(
    truth: np.ndarray,
    specimens: np.ndarray,
    runs: np.ndarray,
    idle: np.ndarray,
    resamples: int,
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Compare predictions of all runs, one after the other, with those of the chips' sources."""
    count = len(runs) // len(truth)
    true, names = np.tile(truth, count), np.tile(specimens, count)
    gain, low, high = accuracy_gain(true, runs, idle, names, resamples, rng)
    if len(set(specimens)) < FEWEST_FOR_INTERVAL:
        low = high = np.nan
    return gain, low, high


def _scores(
    truth: np.ndarray,
    specimens: np.ndarray,
    predictions: Sequence[tuple[np.ndarray, Sequence[np.ndarray]]],
    resamples: int,
    rng: np.random.Generator,
) -> tuple[float, ...]:
    """Compute accuracy, limits; mean, range and deviation of the controls; deviation over runs."""
    runs = [predicted for predicted, _ in predictions]
    accuracy, low, high = accuracy_interval(
        np.tile(truth, len(runs)),
        np.concatenate(runs),
        np.tile(specimens, len(runs)),
        resamples,
        rng,
    )
    if len(set(specimens)) < FEWEST_FOR_INTERVAL:
        low = high = np.nan
    few = truth[:: _step(len(truth))]
    controls = [balanced_accuracy_score(few, each) for _, made in predictions for each in made]
    each_run = [balanced_accuracy_score(truth, predicted) for predicted in runs]
    spread = float(np.std(each_run, ddof=1)) if len(runs) > 1 else np.nan
    control = (*control_range(np.array(controls)), float(np.std(controls, ddof=1)))
    return accuracy, low, high, *control, spread


@dataclass(frozen=True)
class _Classifiers:
    """Classifiers of one training set: one of its labels, and controls of permuted ones."""

    projection: Pipeline
    classifier: SVC
    controls: Sequence[SVC]

    def predict(self, features: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Classify chips, (n,) class indices; the controls classify every `_step`-th chip."""
        projected = self.projection.transform(features)
        few = projected[:: _step(len(projected))]
        return self.classifier.predict(projected), [each.predict(few) for each in self.controls]


def _step(chips: int) -> int:
    """Return the step between chips that the controls classify: fewer chips show chance as well."""
    return max(1, chips // CONTROL_CHIPS)


def _train(
    training_set: TrainingSet,
    classes: Mapping[str, int],
    permuted: Sequence[Mapping[str, int]],
    components: int | None,
) -> _Classifiers:
    names = training_set.specimens.astype(str)
    known = np.array([name in classes for name in names])
    names, features = names[known], training_set.features[known]
    steps = [StandardScaler()]
    if components and features.shape[1] > LONGER * components:
        steps.append(PCA(min(components, len(features)), random_state=0))
    projection = make_pipeline(*steps)
    projected = projection.fit_transform(features)
    classifier, *controls = (
        SVC().fit(projected, [labels[name] for name in names]) for labels in (classes, *permuted)
    )
    return _Classifiers(projection, classifier, controls)


def _untestable(
    tested: np.ndarray, trained: Sequence[str], classes: Mapping[str, int], made: Classes
) -> str:
    """Return why chips of these specimens are no test set, or nothing."""
    if not len(tested):
        return "no held-out specimen has this label"
    if set(tested) & set(trained):
        return "training and held-out chips share specimens, whom a classifier would recognise"
    lacking = set(range(len(made.names))) - {classes[name] for name in tested}
    if lacking:
        return f"no held-out specimen is of class {made.names[min(lacking)]}"
    return ""
