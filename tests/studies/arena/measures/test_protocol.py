"""The protocol: what is real has a ratio near 1, what is not is farther; copies are found."""

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.errors import InputError
from pspflow.studies.arena.chips.shared import OWN, SharedChips
from pspflow.studies.arena.measures.descriptors import (
    COPIES,
    COVERAGE,
    DENSITY,
    DISTANCES,
    MEASURES,
    NEAREST,
    descriptors,
)
from pspflow.studies.arena.measures.protocol import POOLED, compared, field_of
from pspflow.studies.arena.models.made import Made
from pspflow.studies.arena.names import TRAINING

EDGE, DOMAINS = 32, ("a", "b")
WIDTHS = {"a": 1.5, "b": 3.0}


def micrographs(domain, count, seed):
    """Make noisy two-phase micrographs of four chips each: (count, 4, y, x) uint8."""
    rng = np.random.default_rng(seed)
    fields = rng.standard_normal((count, 2 * EDGE, 2 * EDGE))
    smooth = gaussian_filter(fields, (0, WIDTHS[domain], WIDTHS[domain]))
    grey = np.where(smooth > 0, 180, 70) + 6 * rng.standard_normal(smooth.shape)
    blocks = grey.reshape(count, 2, EDGE, 2, EDGE).swapaxes(2, 3).reshape(count, 4, EDGE, EDGE)
    return np.clip(blocks, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def shared():
    """Make chips of 12 test and 12 training micrographs a domain, in halves."""
    images, rows = [], []
    for number, domain in enumerate(DOMAINS):
        for at, split in enumerate(("train", "test")):
            for name, chips in enumerate(micrographs(domain, 12, [number, at])):
                images.append(chips)
                group = f"{domain}-{split}-{name}"
                rows += [(f"{group}:{k}", split, group, domain, k % 2) for k in range(4)]
    return SharedChips(np.concatenate(images), pd.DataFrame(rows, columns=list(OWN)))


@pytest.fixture(scope="module")
def ratios(shared):
    """Compare new micrographs, noise, training chips, and chips of the other domain."""
    domains = np.repeat(DOMAINS, 24).astype(object)

    def made(images):
        return Made(images, domains, "nothing", None)

    new = {name: np.concatenate(micrographs(name, 6, [9, k])) for k, name in enumerate(DOMAINS)}
    noise = np.random.default_rng(5).integers(0, 256, (48, EDGE, EDGE)).astype(np.uint8)
    training = shared.images[shared.rows("train")]
    sets = {
        "new": made(np.concatenate([new["a"], new["b"]])),
        "other": made(np.concatenate([new["b"], new["a"]])),
        "noise": made(noise),
        "copies": made(np.concatenate([training[:24], training[48:72]])[:, :, ::-1].copy()),
        "constant": made(np.full((48, EDGE, EDGE), 200, np.uint8)),
    }
    described = descriptors(training)
    field = field_of(shared, sets, described, 60, 1)
    return pd.DataFrame(
        [row for domain in (POOLED, *DOMAINS) for row in compared(field, described, domain)]
    )


def ratio(ratios, entrant, measure, domain=POOLED):
    """Return a ratio and the ends of its interval."""
    row = ratios[
        (ratios["entrant"] == entrant)
        & (ratios["measure"] == measure)
        & (ratios["domain"] == domain)
    ]
    return row[["ratio", "ratio_low", "ratio_high"]].to_numpy()[0]


@pytest.mark.parametrize("measure", [*DISTANCES, DENSITY, COVERAGE, NEAREST])
def test_new_real_images_are_like_the_floor(ratios, measure):
    """The interval of images of the same process reaches to ratios near 1."""
    _, low, high = ratio(ratios, "new", measure)
    assert low < 1.6
    assert high > 0.6


@pytest.mark.parametrize("measure", DISTANCES[1:])
def test_noise_is_far(ratios, measure):
    """On every distance but the volume fraction, of which noise has half too."""
    assert ratio(ratios, "noise", measure)[1] > 2


def test_noise_and_constant_images_cover_nothing(ratios):
    """They lie in the ball of no real chip; images of one grey level are measured all the same."""
    for name in ("noise", "constant"):
        assert ratio(ratios, name, COVERAGE)[0] == 0
        assert ratio(ratios, name, DENSITY)[0] == 0
    assert set(ratios[ratios["entrant"] == "constant"]["measure"]) == set(MEASURES)
    assert np.isfinite(ratios["value"]).all()


def test_mirrored_copies_are_found(ratios):
    """All of them are nearer to a training chip than test chips are, by no distance."""
    assert ratio(ratios, "copies", NEAREST)[0] < 1e-3
    assert ratio(ratios, "copies", COPIES)[1] > 5
    assert ratio(ratios, "new", COPIES)[0] < 5


@pytest.mark.parametrize(
    "measure", ["two-point correlation", "lineal path", "Minkowski functionals"]
)
def test_chips_of_another_domain_are_far_in_each_domain_and_near_in_all(ratios, measure):
    """The pool hides what a model does with its condition; domains show it."""
    other = ratios[(ratios["entrant"] == "other") & (ratios["measure"] == measure)]
    values = other.set_index("domain")["value"]
    assert values[list(DOMAINS)].min() > 3 * values[POOLED]


def test_training_chips_have_no_nearest_training_chip(ratios):
    """Each is its own."""
    mine = set(ratios[ratios["entrant"] == TRAINING]["measure"])
    assert mine == set(MEASURES) - {NEAREST, COPIES}


def test_few_micrographs_give_no_intervals(shared):
    """With fewer than 12 test micrographs an interval would be far too narrow."""
    table = shared.table
    few = (table["split"] == "train") | table["group"].isin(
        [f"{name}-test-{at}" for name in DOMAINS for at in range(5)]
    )
    small = SharedChips(shared.images[few], table[few].reset_index(drop=True))
    described = descriptors(small.images[small.rows("train")])
    field = field_of(small, {}, described, 50, 0)
    rows = pd.DataFrame(list(compared(field, described, POOLED)))
    assert rows["ratio_low"].isna().all()
    assert np.isfinite(rows["ratio"]).all()


def test_a_domain_without_a_half_is_refused(shared):
    """There is no floor for it."""
    table = shared.table.assign(half=0)
    lacking = SharedChips(shared.images, table)
    described = descriptors(shared.images[:20])
    with pytest.raises(InputError, match="Domain 'a' has no test chip in one half"):
        field_of(lacking, {}, described, 50, 0)
