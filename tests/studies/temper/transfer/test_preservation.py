"""Label preservation on features whose answer is known."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from pspflow.evaluation.resampling import FEWEST_FOR_INTERVAL
from pspflow.studies.temper.labels.classification import (
    CONTROLS,
    FEWEST_SPECIMENS,
    GAINS,
    MEASURED,
)
from pspflow.studies.temper.transfer import preservation
from pspflow.studies.temper.transfer.preservation import (
    REAL,
    UNTRANSFERRED,
    TrainingSet,
    preserved,
)

TRAINED, HELD, CHIPS = 9, 12, 4
TRAIN = {f"train{i}": float(i) for i in range(TRAINED)}
TEST = {f"test{i:02d}": i * (TRAINED - 1) / (HELD - 1) for i in range(HELD)}
LABELS = {**TRAIN, **TEST}
LIMITS = np.quantile(list(TRAIN.values()), [1 / 3, 2 / 3])


def classes(values):
    """Cut labels as the terciles of the training specimens do."""
    return np.searchsorted(LIMITS, values)


def labelled_chips(names, values, seed, dimensions=3):
    """Make chips of specimens whose features give the class of the values without error."""
    rng = np.random.default_rng(seed)
    centres = np.resize(np.eye(3), (dimensions, 3)).T[np.repeat(classes(values), CHIPS)]
    features = 10 * centres + rng.normal(0, 0.1, (len(centres), dimensions))
    return features, np.repeat(names, CHIPS)


def training_set(seed=0, dimensions=3, labels=TRAIN):
    """Make chips to train with."""
    return TrainingSet(*labelled_chips(list(labels), list(labels.values()), seed, dimensions))


def held_out(values=None, names=tuple(TEST), flow="exact/seed0", seed=9, dimensions=3):
    """Make held-out chips that look as though their labels were `values`."""
    values = [LABELS[name] for name in names] if values is None else values
    return preservation.TestSet(flow, "raw", *labelled_chips(list(names), values, seed, dimensions))


def accuracies(
    *test_sets, training_sets=None, values=LABELS, seed=0, resamples=100, components=None
):
    """Train and test."""
    training_sets = [training_set(0), training_set(1)] if training_sets is None else training_sets
    rng = np.random.default_rng(seed)
    return preserved(training_sets, test_sets, values, resamples, rng, components)


def test_labels_are_predicted_without_error_from_features_that_contain_them():
    """Each class is recognised, in every run and every resample."""
    (row,) = accuracies(held_out()).itertuples()
    assert (row.flow, row.source) == ("exact/seed0", "raw")
    assert (row.specimens, row.chips) == (HELD, HELD * CHIPS)
    assert row.balanced_accuracy == row.low == row.high == 1
    assert row.sd_over_runs == 0
    assert row.note == ""


def test_permuted_label_controls_are_at_chance():
    """Even on features that contain the label without error, over many permutations."""
    rows = pd.concat(
        [accuracies(held_out(), training_sets=[training_set()], seed=i) for i in range(10)]
    )
    assert rows["permuted_labels"].nunique() > 3
    assert rows["permuted_labels"].mean() == pytest.approx(1 / 3, abs=0.07)
    # one permutation is right or wrong about whole specimens by chance
    assert rows["permuted_sd"].mean() > 0.1
    assert rows["permuted_labels"].std() < 0.6 * rows["permuted_sd"].mean()


def test_chips_that_look_like_another_class_are_errors():
    """The true class is that of the specimen's label: looking like another class scores 0."""
    other = np.array([4.0, 7.0, 1.0])[classes(list(TEST.values()))]
    table = accuracies(held_out(other), held_out(flow=REAL), held_out(flow=UNTRANSFERRED))
    assert table["balanced_accuracy"].tolist() == [0, 1, 1]
    assert table["flow"].tolist() == ["exact/seed0", REAL, UNTRANSFERRED]


def test_classes_are_terciles_of_training_specimens():
    """Held-out labels, most of one end, do not move the limits."""
    high = {f"high{i}": 5.6 + i / 100 for i in range(HELD)} | {"low": 0.5, "mid": 4.0}
    assert classes(list(high.values())).tolist() == [2] * HELD + [0, 1]
    everyone = [*TRAIN.values(), *high.values()]
    assert np.quantile(everyone, 2 / 3) > min(v for v in high.values() if v > 5)
    made = preservation.TestSet("x", "raw", *labelled_chips(list(high), list(high.values()), 3))
    assert accuracies(made, values={**TRAIN, **high})["balanced_accuracy"].tolist() == [1]


def test_unlabelled_specimens_are_left_out():
    """They are neither trained with nor tested nor counted."""
    known = accuracies(held_out())
    strangers = ["stranger0", "stranger1"]
    features, names = labelled_chips([*TEST, *strangers], [*TEST.values(), 0.0, 8.0], 9)
    features[-2 * CHIPS :] = 77
    made = preservation.TestSet("exact/seed0", "raw", features, names)
    made.features[: HELD * CHIPS] = held_out().features
    # with unlabelled chips the training would be wrong
    training_sets = []
    for seed in (0, 1):
        first, wrong = training_set(seed), labelled_chips(strangers * 40, [0.0, 8.0] * 40, seed)
        training_sets.append(
            TrainingSet(
                np.concatenate([first.features, wrong[0][:, ::-1]]),
                np.concatenate([first.specimens, wrong[1]]),
            )
        )
    table = accuracies(made, training_sets=training_sets)
    assert table["specimens"].tolist() == [HELD]
    assert table["chips"].tolist() == [HELD * CHIPS]
    pd.testing.assert_frame_equal(table, known)


@pytest.mark.parametrize(
    ("labels", "note"),
    [
        (dict(list(TRAIN.items())[: FEWEST_SPECIMENS - 1]), "5 labelled training specimens, 6 are"),
        ({}, "0 labelled training specimens"),
        (dict.fromkeys(TRAIN, 7.0), "all labelled specimens have one label value"),
        (dict.fromkeys(TRAIN, 7.0) | {"train3": 8.0}, "8 of 9 labelled specimens have one"),
    ],
)
def test_a_label_that_cannot_be_trained_is_absent_with_its_reason(labels, note):
    """Few specimens or few values give no number, whatever is tested, but the counts."""
    table = accuracies(held_out(), held_out(flow=REAL), values={**labels, **TEST})
    assert table["note"].str.contains(note, regex=False).all()
    numbers = [*MEASURED, *CONTROLS, "permuted_sd", "sd_over_runs"]
    assert table[numbers].isna().all(axis=None)
    assert table["specimens"].tolist() == [HELD, HELD]


def test_two_label_values_are_two_classes():
    """They are classified, and chance is that of two classes; a middle class is not asked for."""
    two = {name: float(value > 4) for name, value in LABELS.items()}
    (row,) = accuracies(held_out(), values=two).itertuples()
    assert (row.classes, row.note) == (2, "")
    assert row.balanced_accuracy > 0.8
    assert row.permuted_low < 0.5 < row.permuted_high


def test_tied_label_values_are_never_in_two_classes():
    """Feed rates 1, 2 and 3: each is a class, and terciles of them would merge two."""
    rates = {name: 1.0 + (i >= 5) + (i >= 7) for i, name in enumerate(TRAIN)}
    rates |= {name: 1.0 + i % 3 for i, name in enumerate(TEST)}
    looks = {1.0: 0.0, 2.0: 4.0, 3.0: 8.0}  # features of class low, mid and high

    def looking(names):
        return labelled_chips(list(names), [looks[rates[name]] for name in names], 0)

    made = preservation.TestSet("exact/seed0", "raw", *looking(TEST))
    (row,) = accuracies(
        made, training_sets=[TrainingSet(*looking(TRAIN))], values=rates
    ).itertuples()
    assert (row.classes, row.balanced_accuracy) == (3, 1)


def test_the_fewest_training_specimens_are_enough():
    """With as many specimens as are needed, there is an accuracy."""
    few = dict(list(TRAIN.items())[::3] + list(TRAIN.items())[1::3])
    assert len(few) == FEWEST_SPECIMENS
    table = accuracies(held_out(), training_sets=[training_set(labels=few)], values={**few, **TEST})
    assert table["note"].tolist() == [""]
    assert table["balanced_accuracy"].notna().all()


def test_a_test_set_without_labelled_specimens_is_absent():
    """It alone is absent; other test sets are classified."""
    nobody = held_out(names=("train0",), values=[1.0])
    unknown = preservation.TestSet(
        "exact/seed0", "raw", nobody.features, np.full(CHIPS, "stranger")
    )
    first, second = accuracies(unknown, held_out()).itertuples()
    assert first.note == "no held-out specimen has this label"
    assert (first.specimens, first.chips) == (0, 0)
    assert np.isnan(first.balanced_accuracy)
    assert second.balanced_accuracy == 1


@pytest.mark.parametrize(("kept", "word"), [((0, 1), "high"), ((1, 2), "low"), ((2,), "low")])
def test_a_test_set_without_a_class_is_absent_with_its_reason(kept, word):
    """An accuracy over fewer classes would have another chance level."""
    names = [name for name, value in TEST.items() if classes(value) in kept]
    (row,) = accuracies(held_out(names=names)).itertuples()
    assert row.note == f"no held-out specimen is of class {word}"
    assert np.isnan(row.balanced_accuracy)
    assert row.specimens == len(names)


def test_training_specimens_are_not_tested():
    """A classifier would recognise them: with splits by region there is no accuracy."""
    (row,) = accuracies(held_out(names=[*TEST, "train3"])).itertuples()
    assert "share specimens" in row.note
    assert np.isnan(row.balanced_accuracy)


def test_balanced_accuracy_is_that_of_scikit_learn():
    """Classes have equal weights, however many specimens each has."""
    names = [name for name, value in TEST.items() if classes(value) < 2 or value > 7]
    looks = [4.0 if LABELS[name] < 1 else LABELS[name] for name in names]
    (row,) = accuracies(held_out(looks, names=names)).itertuples()
    truth, predicted = (classes(each) for each in ([LABELS[n] for n in names], looks))
    expected = balanced_accuracy_score(truth, predicted)
    assert expected not in (1, np.mean(truth == predicted))
    assert row.balanced_accuracy == pytest.approx(expected)


def test_gains_are_over_the_untransferred_sources_of_the_same_chips():
    """Their difference, with limits of resamples that both share: equal ones differ by 0."""
    rng = np.random.default_rng(4)
    idle, made, same = (held_out(flow=name) for name in (UNTRANSFERRED, "exact/seed0", "x/seed0"))
    idle.features[:] += rng.normal(0, 5, idle.features.shape)
    same.features[:] = idle.features
    table = preserved([training_set()], [idle, made, same], LABELS, 200, rng).set_index("flow")
    accuracy = table["balanced_accuracy"]
    for flow in ("exact/seed0", "x/seed0"):
        expected = accuracy[flow] - accuracy[UNTRANSFERRED]
        assert table.loc[flow, "gain"] == pytest.approx(expected)
    assert table.loc["exact/seed0", "gain_low"] > 0
    assert table.loc["x/seed0", list(GAINS)].tolist() == [0, 0, 0]
    assert table.loc[UNTRANSFERRED, list(GAINS)].isna().all()


def test_accuracy_is_the_mean_over_runs():
    """For inaccurate classifiers: runs have equal weights, and their spread is given."""
    rng = np.random.default_rng(4)
    noisy = [
        TrainingSet(each.features + rng.normal(0, 8, each.features.shape), each.specimens)
        for each in map(training_set, range(3))
    ]
    made = held_out()
    made.features[:] += rng.normal(0, 5, made.features.shape)
    alone = [accuracies(made, training_sets=[each])["balanced_accuracy"][0] for each in noisy]
    (row,) = accuracies(made, training_sets=noisy).itertuples()
    assert row.balanced_accuracy == pytest.approx(np.mean(alone))
    assert row.sd_over_runs == pytest.approx(np.std(alone, ddof=1))
    assert row.low < row.balanced_accuracy < row.high
    assert np.isnan(accuracies(made, training_sets=noisy[:1])["sd_over_runs"][0])


@pytest.mark.parametrize("count", [FEWEST_FOR_INTERVAL - 1, FEWEST_FOR_INTERVAL])
def test_intervals_need_specimens(count):
    """Below the fewest, the value stands alone, however many chips and runs there are."""
    (row,) = accuracies(held_out(names=tuple(TEST)[-count:])).itertuples()
    assert row.specimens == count
    assert row.balanced_accuracy == 1
    assert np.isnan(row.low) == np.isnan(row.high) == (count < FEWEST_FOR_INTERVAL)


def test_the_same_seed_gives_the_same_table():
    """Permutations and resamples come from the generator, and from nothing else."""
    made = held_out()
    made.features[:] += np.random.default_rng(0).normal(0, 6, made.features.shape)
    first, again, other = (accuracies(made, seed=seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first, again)
    assert first["balanced_accuracy"].tolist() == other["balanced_accuracy"].tolist()
    assert first["permuted_labels"].tolist() != other["permuted_labels"].tolist()


@pytest.mark.parametrize(
    ("dimensions", "components", "reduced"),
    [(256, 64, False), (257, 64, True), (400, 64, True), (41, 10, True), (400, None, False)],
)
def test_long_features_are_reduced_to_components(monkeypatch, dimensions, components, reduced):
    """Pixels of chips are reduced where it is asked for, and the label is still predicted."""
    fitted = []
    pca = preservation.PCA
    monkeypatch.setattr(preservation, "PCA", lambda *a, **k: fitted.append(a) or pca(*a, **k))
    made = held_out(dimensions=dimensions)
    training_sets = [training_set(dimensions=dimensions)]
    (row,) = accuracies(made, training_sets=training_sets, components=components).itertuples()
    assert row.balanced_accuracy == 1
    assert bool(fitted) == reduced
    # no more components than chips
    assert all(count == (min(components, TRAINED * CHIPS),) for count in fitted)


def test_names_may_be_categories():
    """Chip tables give specimens as categories or objects; both are the same names."""
    plain = training_set()
    made = held_out()
    objects = preservation.TestSet(
        "exact/seed0", "raw", made.features, made.specimens.astype(object)
    )
    categories = TrainingSet(plain.features, np.asarray(pd.Categorical(plain.specimens)))
    pd.testing.assert_frame_equal(
        accuracies(objects, training_sets=[categories]), accuracies(made, training_sets=[plain])
    )
