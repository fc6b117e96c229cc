"""Distances of synthetic chips: known sets have known distances."""

from itertools import permutations

import numpy as np
import pytest

from pspflow.evaluation.coverage import NEIGHBOURS
from pspflow.evaluation.features import standardise, texture_features
from pspflow.evaluation.measures import MeanMeasure, mean_absolute
from pspflow.evaluation.resampling import resamples
from pspflow.studies.shared.persistence import imaging as pi
from pspflow.studies.shared.persistence.options import Imaging
from pspflow.studies.temper.transfer.plausibility import (
    FLOOR,
    OTHERS,
    PERSISTENCE,
    RULERS,
    SOURCE,
    Chips,
    Remembered,
    distances,
    measures,
    tabulate,
)

EDGE, SPECIMENS, CHIPS = 16, 5, 5
IMAGING = Imaging(
    birth_range=(0, 255), persistence_range=(0, 255), sigma=12.75, unit_persistence=100
)
DOMAINS = {"raw": (60, 4), "aged": (90, 12), "over aged": (130, 25)}
NAMES = (
    PERSISTENCE,
    "sliced Wasserstein, H0",
    "sliced Wasserstein, H1",
    "two-point correlation",
    "grey histogram",
    "KID",
    "uncovered real chips",
    "density gap",
)
WAYS = list(permutations(DOMAINS, 2))


def chips(domain, seed, first=0):
    """Draw chips of specimens that differ by their mean, an odd number of each."""
    rng = np.random.default_rng(seed)
    mean, spread = DOMAINS[domain]
    codes = np.repeat(np.arange(SPECIMENS), CHIPS)
    levels = rng.normal(mean + 2 * codes[:, None, None], spread, (len(codes), EDGE, EDGE))
    halves = np.resize([0, 0, -1, 1, 1], len(codes))
    return Chips(levels.clip(0, 255).astype(np.uint8), first + codes, halves)


REAL = {name: chips(name, i) for i, name in enumerate(DOMAINS)}
OTHER = {name: chips(name, 10 + i, first=SPECIMENS) for i, name in enumerate(DOMAINS)}
DRAWS = resamples(np.repeat([0, 1], SPECIMENS), 100, np.random.default_rng(0))
MADE = {
    "as source": lambda a, b: REAL[a].images,
    "as target": lambda a, b: REAL[b].images,
}
EVERY = measures(IMAGING, np.concatenate([each.images for each in OTHER.values()]))


@pytest.fixture(scope="module", params=NAMES)
def measured(request):
    """Return distances of sources and of targets in place of transfers, by every measure."""
    return request.param, distances(*EVERY[request.param], REAL, OTHER, MADE, DRAWS)


def grey_means(images):
    """Reduce chips to a feature that can be computed by hand."""
    return images.mean(axis=(1, 2))[:, None].astype(np.float64)


MEANS = (MeanMeasure(mean_absolute, "grey level"), grey_means)


def test_there_are_eight_measures():
    """Each has a unit and one row of finite features a chip."""
    assert tuple(EVERY) == NAMES
    some = REAL["aged"].images[:3]
    for measure, features in EVERY.values():
        assert measure.unit
        values = features(some)
        assert values.shape[0] == len(some)
        assert values.ndim == 2
        assert np.isfinite(values).all()


def test_a_set_is_at_no_distance_from_itself(measured):
    """But for KID, which is unbiased and so below 0, and density, where each counts itself."""
    name, values = measured
    for way in WAYS:
        if name == "KID":
            assert values["as target", way][0] < 0
        elif name == "density gap":
            assert values["as target", way][0] == pytest.approx(1 / NEIGHBOURS)
        else:
            np.testing.assert_allclose(values["as target", way], 0, atol=1e-12)


def test_real_chips_of_the_target_are_within_the_floor(measured):
    """Chips like the real ones lie at or below the floor, and the untransferred sources above."""
    name, values = measured
    for way in WAYS:
        if name == "density gap":  # chips that are the real ones are denser than others like them
            assert values[FLOOR, way][0] < values[SOURCE, way][0]
            continue
        assert values["as target", way][0] <= values[FLOOR, way][0] < values[SOURCE, way][0]


def test_untransferred_sources_have_the_distances_of_their_ruler(measured):
    """Sources in place of transfers have the distances of the ruler, in every draw, bit by bit."""
    _, values = measured
    for way in WAYS:
        np.testing.assert_array_equal(values["as source", way], values[SOURCE, way])
    assert set(values) == {(flow, way) for flow in (*RULERS, *MADE) for way in WAYS}
    assert all(each.shape == (101,) for each in values.values())


def test_other_specimens_are_closer_than_untransferred_sources(measured):
    """Other specimens of the target are nearer to it than its sources are."""
    _, values = measured
    for way in WAYS:
        assert values[OTHERS, way][0] < values[SOURCE, way][0]


def test_persistence_distance_is_that_of_mean_images():
    """Written out: the mean absolute difference of mean persistence images, weighed by draws."""
    values = distances(*EVERY[PERSISTENCE], REAL, OTHER, {}, DRAWS)
    images = {name: pi.compute(each.images, IMAGING) for name, each in REAL.items()}
    for a, b in WAYS:
        for row in (0, 1, 57):
            weights = DRAWS[row, REAL[a].specimens]
            first, second = (np.average(images[x], axis=0, weights=weights) for x in (a, b))
            expected = np.abs(first - second).mean()
            assert values[SOURCE, (a, b)][row] == pytest.approx(expected, rel=1e-9)


class Spy:
    """A measure that remembers what it is shown, and finds nothing."""

    unit = "1"

    def __init__(self):
        self.seen = []

    def compare(self, a, b, draws):
        """Remember both samples."""
        self.seen.append((a, b))
        return np.zeros(len(draws))


def test_the_floor_is_one_half_against_the_other():
    """Both hold every specimen, chips of either half alone, and none that touches both."""
    mixed = np.random.default_rng(0).permutation(len(REAL["raw"].images))
    shuffled = {
        name: Chips(each.images[mixed], each.specimens[mixed], each.halves[mixed])
        for name, each in REAL.items()
    }
    spy = Spy()
    distances(spy, grey_means, shuffled, {}, {}, DRAWS)
    halves = [(a, b) for a, b in spy.seen if len(a.features) < len(mixed)]
    assert len(halves) == len(DOMAINS)
    for sides, each in zip(halves, shuffled.values(), strict=True):
        for number, side in enumerate(sides):
            assert set(side.specimens) == set(range(SPECIMENS))
            here = each.halves == number
            found = sorted(zip(side.specimens, side.features[:, 0], strict=True))
            means = grey_means(each.images[here])[:, 0]
            assert found == sorted(zip(each.specimens[here], means, strict=True))


def test_a_specimen_without_both_halves_leaves_no_floor():
    """Of that domain alone: halves of other specimens would show how specimens differ."""
    lacking = np.where((REAL["aged"].specimens == 2) & (REAL["aged"].halves == 1), -1, 0)
    halves = {"aged": lacking | REAL["aged"].halves, "over aged": None}
    real = {
        name: Chips(each.images, each.specimens, halves.get(name, each.halves))
        for name, each in REAL.items()
    }
    values = distances(*MEANS, real, {}, {}, DRAWS)
    with_floor = {target for name, (_, target) in values if name == FLOOR}
    assert with_floor == {"raw"}
    assert {name for name, _ in values} == {SOURCE, FLOOR}


def test_rulers_are_those_computed_by_hand():
    """On grey means: sources against targets, and training chips against held-out ones."""
    values = distances(*MEANS, REAL, OTHER, {}, np.ones((1, 2 * SPECIMENS), int))
    for a, b in WAYS:
        target = REAL[b].images.mean()
        assert values[SOURCE, (a, b)] == pytest.approx(abs(REAL[a].images.mean() - target))
        assert values[OTHERS, (a, b)] == pytest.approx(abs(OTHER[b].images.mean() - target))


def test_kernel_distance_sees_standardised_features():
    """Of unit deviation over training chips, so that no filter rules by its unit."""
    reference = np.concatenate([each.images for each in OTHER.values()])
    _, features = EVERY["KID"]
    ours = features(reference)
    np.testing.assert_allclose(ours.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(ours.std(axis=0), 1, rtol=1e-9)
    held_out = REAL["aged"].images
    raw = texture_features(reference)
    expected = (texture_features(held_out) - raw.mean(axis=0)) / raw.std(axis=0)
    np.testing.assert_allclose(features(held_out), expected, rtol=1e-9)
    np.testing.assert_allclose(
        features(held_out), standardise(texture_features(held_out), raw), rtol=1e-12
    )


def made_up(value, spread=0.0, seed=0, count=400):
    """Make the values of a flow: the first as it is, resamples about it."""
    return np.append(value, np.random.default_rng(seed).normal(value, spread, count))


def test_tables_hold_values_and_percentiles():
    """One row a flow and direction, with the middle 95 % of the resamples."""
    values = {("none/seed0", ("a", "b")): made_up(3, 0.5), (SOURCE, ("a", "b")): made_up(9)}
    table = tabulate(values, "grey histogram", "grey level", resolved=True)
    columns = ["flow", "source", "target", "measure", "unit", "value", "low", "high"]
    assert table.columns.tolist() == columns
    assert table["flow"].tolist() == ["none/seed0", SOURCE]
    assert set(zip(table["source"], table["target"], strict=True)) == {("a", "b")}
    assert set(zip(table["measure"], table["unit"], strict=True)) == {
        ("grey histogram", "grey level")
    }
    first = table.iloc[0]
    assert first["value"] == 3
    inside = values["none/seed0", ("a", "b")][1:]
    assert np.mean((inside >= first["low"]) & (inside <= first["high"])) == pytest.approx(0.95)


def test_too_few_specimens_have_no_interval():
    """The value is there, its limits are not."""
    values = {(flow, ("a", "b")): made_up(3, 0.5) for flow in ("none/seed0", "exact/seed0")}
    table = tabulate(values, "m", "1", resolved=False)
    assert table["value"].notna().all()
    assert table[["low", "high"]].isna().all(axis=None)


def test_features_are_computed_once_for_each_set():
    """Of equal bytes in another shape too, which are another set."""
    seen = []

    def count(chips):
        seen.append(chips.shape)
        return chips.reshape(len(chips), -1).astype(np.float64)

    once = Remembered(count)
    for _ in range(2):
        np.testing.assert_array_equal(once(np.zeros((4, 2, 2), np.uint8)), np.zeros((4, 4)))
        assert once(np.zeros((2, 4, 2), np.uint8)).shape == (2, 8)
    assert seen == [(4, 2, 2), (2, 4, 2)]
