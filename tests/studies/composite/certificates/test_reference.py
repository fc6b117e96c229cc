"""Distances of designs to real structures, in units of real-against-real."""

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.studies.composite.certificates.descriptors import describe
from pspflow.studies.composite.certificates.reference import (
    ALL,
    Comparison,
    fit_reference,
    nearest_in_stiffness,
)

from .cases import FIBRES, NOISE, PLATES, real, reference, simulated

CONTINUOUS = ("two_point", "lineal_path", "persistence")


def compared(phases: np.ndarray, group: str) -> list[Comparison]:
    """Compare structures with a group of the reference."""
    described = describe(phases)
    return [
        reference().compare({name: each[at] for name, each in described.items()}, share, group)
        for at, share in enumerate(phases.mean(axis=(1, 2, 3)))
    ]


def test_fresh_structures_of_the_morphology_have_distance_one():
    """Other structures of the simulator are as far as real ones, and in the middle of them."""
    found = compared(simulated(FIBRES, 30, 11), "fibres")
    for name in CONTINUOUS:
        assert 0.8 < np.median([each.distances[name] for each in found]) < 1.25
        assert 25 < np.mean([each.percentiles[name] for each in found]) < 75
    assert 25 < np.mean([each.percentiles["percolation"] for each in found]) < 75


@pytest.mark.parametrize("sigmas", [PLATES, NOISE])
def test_others_are_far(sigmas):
    """Another morphology and white noise are farther than real structures."""
    found = compared(simulated(sigmas, 5, 12), "fibres")
    for name in CONTINUOUS:
        assert min(each.distances[name] for each in found) > 1.5
        assert np.mean([each.percentiles[name] for each in found]) > 90
    # slices differ less, where few real structures have a similar volume fraction
    for name in ("two_point", "lineal_path"):
        assert {each.percentiles[name] for each in found} == {100.0}
    assert min(each.mean_distance for each in found) > 3


def test_the_nearest_morphology_is_the_own():
    """Without a morphology asked for, structures are compared with their own."""
    for sigmas, kind in ((FIBRES, "fibres"), (PLATES, "plates")):
        phases = simulated(sigmas, 5, 13)
        described = describe(phases)
        for at, share in enumerate(phases.mean(axis=(1, 2, 3))):
            each = {name: values[at] for name, values in described.items()}
            assert reference().nearest_group(each, share).group == kind


def test_a_real_structure_has_the_distance_that_was_fitted():
    """Of real structures the unit is their median: half of them are farther."""
    group = reference().groups["fibres"]
    assert group.tolist() == list(range(30))
    for values in reference().typical["fibres"].values():
        assert values.shape == (30,)


def test_few_structures_of_a_morphology_are_compared_with_all():
    """A morphology of too few structures has no group, and an unknown one is refused."""
    few = fit_reference(real()[:12], ["fibres"] * 9 + ["rare"] * 3)
    assert few.group_of("rare") == ALL
    assert few.group_of("fibres") == "fibres"
    with pytest.raises(InputError, match=r"morphology plates; name one of fibres, rare"):
        few.group_of("plates")


def test_lists_of_other_lengths_are_refused():
    """Each structure has one morphology and one name."""
    with pytest.raises(InputError, match="12 structures, 11 morphologies and 12 names"):
        fit_reference(real()[:12], ["fibres"] * 11)
    with pytest.raises(InputError, match="at least 2"):
        fit_reference(real()[:1], ["fibres"])


def test_threads_change_nothing():
    """Two threads describe what one does."""
    one, two = (fit_reference(real()[:10], ["a"] * 10, threads=threads) for threads in (1, 2))
    for name, values in one.descriptors.items():
        np.testing.assert_array_equal(values, two.descriptors[name])


def test_the_structures_nearest_in_stiffness_are_compared():
    """A copy in another orientation is among them, however few they are."""
    rng = np.random.default_rng(0)
    stiffness = rng.uniform(5, 60, (50, 6))
    turned = stiffness[[31, 7]][:, [2, 0, 1, 4, 5, 3]]
    assert nearest_in_stiffness(stiffness, turned, 2).tolist() == [7, 31]
    assert nearest_in_stiffness(stiffness, turned).tolist() == list(range(50))
