"""Whether transferred chips keep what labels their specimen (temper paper 3.2 and 4.2, Figure 5).

A classifier of each temper learns that temper's label from real training chips: the feed rate of
as-extruded ones, the UTS of T5 and T6 ones, in three classes cut at the terciles of the training
specimens. It is then asked about held-out chips that were transferred into its temper, whose right
answer is the label that their source's specimen has for that temper. Beside it stand the real chips
of the temper, the sources as they are, chance, and classifiers taught with the labels of training
specimens permuted, which can have learnt nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from pspflow.studies.temper.evaluate import (
    CLASSES,
    FEWEST_FOR_INTERVAL,
    FEWEST_SPECIMENS,
    accuracy_interval,
)

REAL, UNTRANSFERRED = "real chips", "untransferred source"
COMPONENTS = 64
"""Principal components that a classifier sees of longer features: pixels of chips."""


@dataclass(frozen=True)
class Lesson:
    """What one classifier learns from: the training chips of one temper."""

    features: np.ndarray
    """(n, d) float64."""
    specimens: np.ndarray
    """(n,) names."""


@dataclass(frozen=True)
class Question:
    """Chips whose class is asked for."""

    flow: str
    """Training that made them, or `REAL` or `UNTRANSFERRED`."""
    source: str
    """Domain of their sources."""
    features: np.ndarray
    """(n, d) float64."""
    specimens: np.ndarray
    """(n,) names."""


def preserved(
    lessons: Sequence[Lesson],
    questions: Sequence[Question],
    values: Mapping[str, float],
    resamples: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Teach classifiers of one temper and one kind of feature, and ask them.

    Parameters
    ----------
    lessons
        One a run: draws of training chips.
    questions
        Sets of held-out chips.
    values
        Specimen, its label for the temper; specimens without one are left out.
    resamples
        Resamples of the specimens behind an interval.
    rng
        Source of permutations and resamples.

    Returns
    -------
    DataFrame
        `flow`, `source`, `specimens`, `chips`, `balanced_accuracy`, `low`, `high`,
        `permuted_labels` (the same with permuted labels), `sd_over_runs`, `note`. What cannot be
        measured is NaN, and the note says why.
    """
    taught = sorted({str(name) for lesson in lessons for name in lesson.specimens} & set(values))
    note = _unteachable([values[name] for name in taught])
    classes: dict[str, int] = {}
    models: list[tuple[Pipeline, Pipeline]] = []
    if not note:
        limits = np.quantile([values[name] for name in taught], [1 / 3, 2 / 3])
        classes = {name: int(np.searchsorted(limits, value)) for name, value in values.items()}
        shuffled = dict(zip(taught, rng.permutation([classes[n] for n in taught]), strict=True))
        models = [(_teach(lesson, classes), _teach(lesson, shuffled)) for lesson in lessons]
    rows = []
    for question in questions:
        names = question.specimens.astype(str)
        asked = np.array([name in values for name in names])
        here, features = names[asked], question.features[asked]
        held = (question.flow, question.source, len(set(here)), len(here))
        why = note or ("" if len(here) else "no held-out specimen has this label")
        if why:
            rows.append((*held, *[np.nan] * 5, why))
            continue
        truth = np.array([classes[name] for name in here])
        told = [(model.predict(features), blind.predict(features)) for model, blind in models]
        every = np.tile(here, len(told))
        accuracy, low, high = accuracy_interval(
            np.tile(truth, len(told)), np.concatenate([t for t, _ in told]), every, resamples, rng
        )
        if len(set(here)) < FEWEST_FOR_INTERVAL:
            low = high = np.nan
        each = [_balanced(truth, t) for t, _ in told]
        permuted = np.mean([_balanced(truth, blind) for _, blind in told])
        spread = np.std(each, ddof=1) if len(each) > 1 else np.nan
        rows.append((*held, accuracy, low, high, permuted, spread, ""))
    columns = ["flow", "source", "specimens", "chips", "balanced_accuracy", "low", "high"]
    return pd.DataFrame(rows, columns=[*columns, "permuted_labels", "sd_over_runs", "note"])


def _teach(lesson: Lesson, classes: Mapping[str, int]) -> Pipeline:
    names = lesson.specimens.astype(str)
    known = np.array([name in classes for name in names])
    truth = np.array([classes[name] for name in names[known]])
    features = lesson.features[known]
    steps = [StandardScaler()]
    if features.shape[1] > 4 * COMPONENTS:
        steps.append(PCA(min(COMPONENTS, len(features)), random_state=0))
    return make_pipeline(*steps, SVC()).fit(features, truth)


def _balanced(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Average the accuracy over the classes that are there."""
    return float(np.mean([np.mean(predicted[truth == k] == k) for k in np.unique(truth)]))


def _unteachable(values: Sequence[float]) -> str:
    """Say why a label cannot be taught, or nothing."""
    if len(values) < FEWEST_SPECIMENS:
        return f"{len(values)} labelled training specimens, {FEWEST_SPECIMENS} are needed"
    limits = np.quantile(values, [1 / 3, 2 / 3])
    if len(set(np.searchsorted(limits, values))) < len(CLASSES):
        return f"the label has too few different values for {len(CLASSES)} classes"
    return ""
