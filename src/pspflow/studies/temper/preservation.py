"""Whether transferred chips keep what labels their specimen (temper paper 3.2 and 4.2, Figure 5).

A classifier of each temper learns that temper's label from real training chips: the feed rate of
as-extruded ones, the UTS of T5 and T6 ones, in three classes cut at the terciles of the training
specimens. It is then asked about held-out chips that were transferred into its temper, whose right
answer is the label that their source's specimen has for that temper. Beside it stand the real chips
of the temper, the sources as they are, chance, and classifiers taught with the labels of training
specimens permuted. One such classifier may be right or wrong about whole specimens by luck, so that
there are several; on average they can have learnt nothing.
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

from pspflow.studies.temper.evaluate import (
    CLASSES,
    FEWEST_FOR_INTERVAL,
    FEWEST_SPECIMENS,
    accuracy_interval,
)

REAL, UNTRANSFERRED = "real chips", "untransferred source"
PERMUTATIONS, BLINDLY_ASKED = 10, 240
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
    questions: Iterable[Question],
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
        Sets of held-out chips; they are looked at one after the other.
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
        `permuted_labels` (the mean over permutations of the training specimens' labels),
        `permuted_sd` (over them), `sd_over_runs`, `note`. What cannot be measured is NaN, and the
        note says why.
    """
    taught = sorted({str(name) for lesson in lessons for name in lesson.specimens} & set(values))
    note = _unteachable([values[name] for name in taught])
    classes: dict[str, int] = {}
    taught_by: list[_Taught] = []
    if not note:
        limits = np.quantile([values[name] for name in taught], [1 / 3, 2 / 3])
        classes = {name: int(np.searchsorted(limits, value)) for name, value in values.items()}
        right = [classes[name] for name in taught]
        shuffled = [
            dict(zip(taught, rng.permutation(right), strict=True)) for _ in range(PERMUTATIONS)
        ]
        taught_by = [
            _teach(lesson, classes, shuffled[run :: len(lessons)])
            for run, lesson in enumerate(lessons)
        ]
    rows = []
    for question in questions:
        names = question.specimens.astype(str)
        asked = np.array([name in values for name in names], dtype=bool)
        here, features = names[asked], question.features[asked]
        held = (question.flow, question.source, len(set(here)), len(here))
        why = note or _unaskable(here, taught, classes)
        if why:
            rows.append((*held, *[np.nan] * 6, why))
            continue
        truth = np.array([classes[name] for name in here])
        answers = [each.answers(features) for each in taught_by]
        told = [seeing for seeing, _ in answers]
        every = np.tile(here, len(told))
        accuracy, low, high = accuracy_interval(
            np.tile(truth, len(told)), np.concatenate(told), every, resamples, rng
        )
        if len(set(here)) < FEWEST_FOR_INTERVAL:
            low = high = np.nan
        few = truth[:: _step(len(truth))]
        luck = [balanced_accuracy_score(few, guess) for _, blind in answers for guess in blind]
        each = [balanced_accuracy_score(truth, answer) for answer in told]
        spread = np.std(each, ddof=1) if len(each) > 1 else np.nan
        told_blind = (float(np.mean(luck)), float(np.std(luck, ddof=1)))
        rows.append((*held, accuracy, low, high, *told_blind, spread, ""))
    columns = ["flow", "source", "specimens", "chips", "balanced_accuracy", "low", "high"]
    return pd.DataFrame(
        rows, columns=[*columns, "permuted_labels", "permuted_sd", "sd_over_runs", "note"]
    )


@dataclass(frozen=True)
class _Taught:
    """Classifiers that learnt from one lesson: one of its labels, others of permuted ones."""

    projection: Pipeline
    seeing: SVC
    blind: Sequence[SVC]

    def answers(self, features: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Classify chips, (n,) class indices; and few of them blindly, every `_step`-th."""
        projected = self.projection.transform(features)
        few = projected[:: _step(len(projected))]
        return self.seeing.predict(projected), [model.predict(few) for model in self.blind]


def _step(chips: int) -> int:
    """Return which chips are enough to tell that permuted labels teach nothing."""
    return max(1, chips // BLINDLY_ASKED)


def _teach(
    lesson: Lesson, classes: Mapping[str, int], shuffled: Sequence[Mapping[str, int]]
) -> _Taught:
    names = lesson.specimens.astype(str)
    known = np.array([name in classes for name in names])
    names, features = names[known], lesson.features[known]
    steps = [StandardScaler()]
    if features.shape[1] > 4 * COMPONENTS:
        steps.append(PCA(min(COMPONENTS, len(features)), random_state=0))
    projection = make_pipeline(*steps)
    projected = projection.fit_transform(features)
    seeing, *blind = (
        SVC().fit(projected, [labels[name] for name in names]) for labels in (classes, *shuffled)
    )
    return _Taught(projection, seeing, blind)


def _unaskable(held: np.ndarray, taught: Sequence[str], classes: Mapping[str, int]) -> str:
    """Say why chips of these specimens cannot be asked about, or nothing."""
    if not len(held):
        return "no held-out specimen has this label"
    if set(held) & set(taught):
        return "training and held-out chips share specimens, whom a classifier would recognise"
    lacking = set(range(len(CLASSES))) - {classes[name] for name in held}
    if lacking:
        return f"no held-out specimen is of class {CLASSES[min(lacking)]}"
    return ""


def _unteachable(values: Sequence[float]) -> str:
    """Say why a label cannot be taught, or nothing."""
    if len(values) < FEWEST_SPECIMENS:
        return f"{len(values)} labelled training specimens, {FEWEST_SPECIMENS} are needed"
    limits = np.quantile(values, [1 / 3, 2 / 3])
    if len(set(np.searchsorted(limits, values))) < len(CLASSES):
        return f"the label has too few different values for {len(CLASSES)} classes"
    return ""
