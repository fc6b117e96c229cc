"""Label preservation on features whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from pspflow.studies.temper import preservation
from pspflow.studies.temper.evaluate import FEWEST_FOR_INTERVAL, FEWEST_SPECIMENS
from pspflow.studies.temper.preservation import REAL, UNTRANSFERRED, Lesson, Question, preserved

TAUGHT, HELD, CHIPS = 9, 12, 4
TRAIN = {f"train{i}": float(i) for i in range(TAUGHT)}
TEST = {f"test{i:02d}": i * (TAUGHT - 1) / (HELD - 1) for i in range(HELD)}
LABELS = {**TRAIN, **TEST}
LIMITS = np.quantile(list(TRAIN.values()), [1 / 3, 2 / 3])


def classes(values):
    """Cut labels as the terciles of the training specimens do."""
    return np.searchsorted(LIMITS, values)


def told(names, values, seed, dimensions=3):
    """Make chips of specimens whose features tell the class of the values without error."""
    rng = np.random.default_rng(seed)
    centres = np.resize(np.eye(3), (dimensions, 3)).T[np.repeat(classes(values), CHIPS)]
    features = 10 * centres + rng.normal(0, 0.1, (len(centres), dimensions))
    return features, np.repeat(names, CHIPS)


def lesson(seed=0, dimensions=3, labels=TRAIN):
    """Make chips to learn from."""
    return Lesson(*told(list(labels), list(labels.values()), seed, dimensions))


def question(values=None, names=tuple(TEST), flow="exact/seed0", seed=9, dimensions=3):
    """Ask about chips that look as though their labels were `values`."""
    values = [LABELS[name] for name in names] if values is None else values
    return Question(flow, "raw", *told(list(names), values, seed, dimensions))


def ask(*questions, lessons=None, values=LABELS, seed=0, resamples=100):
    """Teach and ask."""
    lessons = [lesson(0), lesson(1)] if lessons is None else lessons
    return preserved(lessons, questions, values, resamples, np.random.default_rng(seed))


def test_features_that_tell_the_label_are_read_without_error():
    """Each class is recognised, in every run and every resample."""
    (row,) = ask(question()).itertuples()
    assert (row.flow, row.source) == ("exact/seed0", "raw")
    assert (row.specimens, row.chips) == (HELD, HELD * CHIPS)
    assert row.balanced_accuracy == row.low == row.high == 1
    assert row.sd_over_runs == 0
    assert row.note == ""


def test_permuted_labels_teach_nothing():
    """On features that tell the label without error they score chance, over many permutations."""
    rows = pd.concat([ask(question(), lessons=[lesson()], seed=i) for i in range(10)])
    assert rows["permuted_labels"].nunique() > 3
    assert rows["permuted_labels"].mean() == pytest.approx(1 / 3, abs=0.07)
    # one permutation is right about whole specimens, or wrong, by luck
    assert rows["permuted_sd"].mean() > 0.1
    assert rows["permuted_labels"].std() < 0.6 * rows["permuted_sd"].mean()


def test_chips_that_look_like_another_class_are_wrong():
    """The right answer is the specimen's label: looking plausible for another one scores 0."""
    other = np.array([4.0, 7.0, 1.0])[classes(list(TEST.values()))]
    table = ask(question(other), question(flow=REAL), question(flow=UNTRANSFERRED))
    assert table["balanced_accuracy"].tolist() == [0, 1, 1]
    assert table["flow"].tolist() == ["exact/seed0", REAL, UNTRANSFERRED]


def test_classes_are_terciles_of_training_specimens():
    """Held-out labels, most of one end, do not move the limits."""
    high = {f"high{i}": 5.6 + i / 100 for i in range(HELD)} | {"low": 0.5, "mid": 4.0}
    assert classes(list(high.values())).tolist() == [2] * HELD + [0, 1]
    everyone = [*TRAIN.values(), *high.values()]
    assert np.quantile(everyone, 2 / 3) > min(v for v in high.values() if v > 5)
    asked = Question("x", "raw", *told(list(high), list(high.values()), 3))
    assert ask(asked, values={**TRAIN, **high})["balanced_accuracy"].tolist() == [1]


def test_unlabelled_specimens_teach_nothing_and_are_not_asked_about():
    """They are neither counted nor right nor wrong, on either side."""
    known = ask(question())
    strangers = ["stranger0", "stranger1"]
    features, names = told([*TEST, *strangers], [*TEST.values(), 0.0, 8.0], 9)
    features[-2 * CHIPS :] = 77
    asked = Question("exact/seed0", "raw", features, names)
    asked.features[: HELD * CHIPS] = question().features
    # what unlabelled chips would teach, they would teach wrongly
    lessons = []
    for seed in (0, 1):
        first, wrong = lesson(seed), told(strangers * 40, [0.0, 8.0] * 40, seed)
        lessons.append(
            Lesson(
                np.concatenate([first.features, wrong[0][:, ::-1]]),
                np.concatenate([first.specimens, wrong[1]]),
            )
        )
    table = ask(asked, lessons=lessons)
    assert table["specimens"].tolist() == [HELD]
    assert table["chips"].tolist() == [HELD * CHIPS]
    pd.testing.assert_frame_equal(table, known)


@pytest.mark.parametrize(
    ("labels", "note"),
    [
        (dict(list(TRAIN.items())[: FEWEST_SPECIMENS - 1]), "5 labelled training specimens, 6 are"),
        ({}, "0 labelled training specimens"),
        (dict.fromkeys(TRAIN, 7.0), "too few different values for 3 classes"),
        ({name: float(value > 4) for name, value in TRAIN.items()}, "too few different values"),
    ],
)
def test_what_cannot_be_taught_is_absent_and_says_why(labels, note):
    """Few specimens or few values give no number, whatever is asked, but the counts."""
    table = ask(question(), question(flow=REAL), values={**labels, **TEST})
    assert table["note"].str.contains(note, regex=False).all()
    numbers = ["balanced_accuracy", "low", "high", "permuted_labels", "permuted_sd", "sd_over_runs"]
    assert table[numbers].isna().all(axis=None)
    assert table["specimens"].tolist() == [HELD, HELD]


def test_as_many_as_are_needed_can_be_taught():
    """The fewest training specimens that a class can be learned from."""
    few = dict(list(TRAIN.items())[::3] + list(TRAIN.items())[1::3])
    assert len(few) == FEWEST_SPECIMENS
    table = ask(question(), lessons=[lesson(labels=few)], values={**few, **TEST})
    assert table["note"].tolist() == [""]
    assert table["balanced_accuracy"].notna().all()


def test_no_held_out_specimen_has_the_label():
    """That question alone is absent; others beside it are answered."""
    nobody = question(names=("train0",), values=[1.0])
    unknown = Question("exact/seed0", "raw", nobody.features, np.full(CHIPS, "stranger"))
    first, second = ask(unknown, question()).itertuples()
    assert first.note == "no held-out specimen has this label"
    assert (first.specimens, first.chips) == (0, 0)
    assert np.isnan(first.balanced_accuracy)
    assert second.balanced_accuracy == 1


@pytest.mark.parametrize(("kept", "word"), [((0, 1), "high"), ((1, 2), "low"), ((2,), "low")])
def test_a_missing_class_is_absent_and_says_which(kept, word):
    """An accuracy over fewer classes would have another chance level."""
    names = [name for name, value in TEST.items() if classes(value) in kept]
    (row,) = ask(question(names=names)).itertuples()
    assert row.note == f"no held-out specimen is of class {word}"
    assert np.isnan(row.balanced_accuracy)
    assert row.specimens == len(names)


def test_specimens_that_taught_are_not_asked_about():
    """A classifier would recognise them: with splits by region there is no answer."""
    (row,) = ask(question(names=[*TEST, "train3"])).itertuples()
    assert "share specimens" in row.note
    assert np.isnan(row.balanced_accuracy)


def test_balanced_accuracy_is_that_of_scikit_learn():
    """Classes count alike, however many specimens each has."""
    names = [name for name, value in TEST.items() if classes(value) < 2 or value > 7]
    looks = [4.0 if LABELS[name] < 1 else LABELS[name] for name in names]
    (row,) = ask(question(looks, names=names)).itertuples()
    truth, predicted = (classes(each) for each in ([LABELS[n] for n in names], looks))
    expected = balanced_accuracy_score(truth, predicted)
    assert expected not in (1, np.mean(truth == predicted))
    assert row.balanced_accuracy == pytest.approx(expected)


def test_accuracy_is_the_mean_over_runs():
    """Of half-blind classifiers: each run counts alike, and their spread is told."""
    rng = np.random.default_rng(4)
    noisy = [
        Lesson(each.features + rng.normal(0, 8, each.features.shape), each.specimens)
        for each in map(lesson, range(3))
    ]
    asked = question()
    asked.features[:] += rng.normal(0, 5, asked.features.shape)
    alone = [ask(asked, lessons=[each])["balanced_accuracy"][0] for each in noisy]
    (row,) = ask(asked, lessons=noisy).itertuples()
    assert row.balanced_accuracy == pytest.approx(np.mean(alone))
    assert row.sd_over_runs == pytest.approx(np.std(alone, ddof=1))
    assert row.low < row.balanced_accuracy < row.high
    assert np.isnan(ask(asked, lessons=noisy[:1])["sd_over_runs"][0])


@pytest.mark.parametrize("count", [FEWEST_FOR_INTERVAL - 1, FEWEST_FOR_INTERVAL])
def test_intervals_need_specimens(count):
    """Below the fewest, the value stands alone, however many chips and runs there are."""
    (row,) = ask(question(names=tuple(TEST)[-count:])).itertuples()
    assert row.specimens == count
    assert row.balanced_accuracy == 1
    assert np.isnan(row.low) == np.isnan(row.high) == (count < FEWEST_FOR_INTERVAL)


def test_the_same_seed_gives_the_same_table():
    """Permutations and resamples come from the generator, and from nothing else."""
    asked = question()
    asked.features[:] += np.random.default_rng(0).normal(0, 6, asked.features.shape)
    first, again, other = (ask(asked, seed=seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first, again)
    assert first["balanced_accuracy"].tolist() == other["balanced_accuracy"].tolist()
    assert first["permuted_labels"].tolist() != other["permuted_labels"].tolist()


@pytest.mark.parametrize(("dimensions", "reduced"), [(256, False), (257, True), (400, True)])
def test_long_features_are_reduced_to_components(monkeypatch, dimensions, reduced):
    """Pixels of chips go through the principal components, and tell the label all the same."""
    fitted = []
    pca = preservation.PCA
    monkeypatch.setattr(preservation, "PCA", lambda *a, **k: fitted.append(a) or pca(*a, **k))
    asked = question(dimensions=dimensions)
    (row,) = ask(asked, lessons=[lesson(dimensions=dimensions)]).itertuples()
    assert row.balanced_accuracy == 1
    assert bool(fitted) == reduced
    # no more components than chips
    assert all(count == (min(64, TAUGHT * CHIPS),) for count in fitted)


def test_names_may_be_categories():
    """Chip tables give specimens as categories or objects; both are the same names."""
    plain = lesson()
    asked = question()
    objects = Question("exact/seed0", "raw", asked.features, asked.specimens.astype(object))
    categories = Lesson(plain.features, np.asarray(pd.Categorical(plain.specimens)))
    pd.testing.assert_frame_equal(ask(objects, lessons=[categories]), ask(asked, lessons=[plain]))
