"""Descriptors of single structures: oracles, and what they must not depend on."""

import numpy as np
import pytest

from pspflow.studies.composite.certificates.descriptors import (
    DESCRIPTORS,
    describe,
    lineal_path,
    slice_persistence,
    two_point,
)

from .cases import EDGE, FIBRES, NOISE, laminate, simulated


def test_autocovariance_of_a_laminate():
    """It is 1 along the layers, and falls across them as their overlap does."""
    found = two_point(laminate(axis=2, layers=4)).reshape(6, 6, 6)
    share = 4 / EDGE
    overlap = np.array([4, 3, 2, 1, 0, 0]) / EDGE
    across = (overlap - share**2) / (share * (1 - share))
    np.testing.assert_allclose(found, np.broadcast_to(across, (6, 6, 6)), atol=1e-5)


def test_lineal_path_of_a_laminate():
    """Segments along the layers stay in their phase; across they do as often as they fit."""
    stiff = lineal_path(laminate(axis=2, layers=4)).reshape(2, 3, EDGE)[1]
    assert (stiff[:2] == 1).all()
    np.testing.assert_allclose(stiff[2], [1, 3 / 4, 2 / 4, 1 / 4] + [0] * 7)


def test_lineal_path_by_enumeration():
    """The curve is the share of all periodic segments that lie wholly in the phase."""
    structure = simulated(NOISE, 1, 0)[0]
    found = lineal_path(structure).reshape(2, 3, EDGE)
    for phase in range(2):
        count = 0
        for x, y, z in np.ndindex(structure.shape):
            count += all(structure[x, (y + step) % EDGE, z] == phase for step in range(3))
        assert found[phase, 1, 2] == pytest.approx(count / (structure == phase).sum())


def test_persistence_of_slices_sees_parts_that_averages_do_not():
    """Bars along z that are joined or apart have other slices, and slices along bars are equal."""
    apart, joined = np.zeros((2, EDGE, EDGE, EDGE), np.uint8)
    apart[2:4, 2:4] = apart[6:8, 6:8] = 1
    joined[2:6, 2:4] = 1
    one, two = (slice_persistence(each).reshape(3, 2, -1) for each in (apart, joined))
    assert apart.sum() == joined.sum()
    assert np.abs(one[2, 0] - two[2, 0]).sum() > 1


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_exchanged_axes_exchange_descriptors(name):
    """What is true along x is true along y once they are exchanged: no axis is treated apart."""
    structure = simulated(FIBRES, 1, 3)[0]
    make = DESCRIPTORS[name]
    given, exchanged = make(structure), make(np.ascontiguousarray(structure.transpose(1, 0, 2)))
    shape, axes = {
        "two_point": ((6, 6, 6), (1, 0, 2)),
        "lineal_path": ((2, 3, EDGE), None),
        "persistence": ((3, 2, 100), None),
        "percolation": ((2, 3), None),
    }[name]
    expected = given.reshape(shape)
    if axes is not None:
        expected = expected.transpose(axes)
    else:
        expected = expected.take([1, 0, 2], shape.index(3))
    np.testing.assert_allclose(exchanged.reshape(shape), expected, atol=1e-6)


@pytest.mark.parametrize("name", ["two_point", "lineal_path", "percolation"])
def test_shifts_change_nothing(name):
    """A periodic structure has no first voxel."""
    structure = simulated(FIBRES, 1, 4)[0]
    shifted = np.roll(structure, (3, 5, 2), (0, 1, 2))
    np.testing.assert_allclose(DESCRIPTORS[name](shifted), DESCRIPTORS[name](structure), atol=1e-6)


def test_one_phase_alone_is_described():
    """No descriptor of a homogeneous structure is NaN."""
    both = np.stack([np.zeros((5, 5, 5), np.uint8), np.ones((5, 5, 5), np.uint8)])
    assert all(np.isfinite(values).all() for values in describe(both, threads=2).values())
