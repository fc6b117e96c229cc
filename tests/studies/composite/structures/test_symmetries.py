"""Which symmetries a set has: those of its population, and none that a few structures suggest."""

import numpy as np
import pytest
import zarr

from pspflow.simulate import simulate_composite
from pspflow.studies.composite.structures.options import SimulatedOptions
from pspflow.studies.composite.structures.symmetries import (
    EVERY,
    MIRRORS,
    ORDERS,
    Symmetries,
    found_symmetries,
    symmetries_of,
)

EDGE, COUNT = 13, 60
SWAPS = {(0, 1): (1, 0, 2), (0, 2): (2, 1, 0), (1, 2): (0, 2, 1)}


def fields(widths, count=COUNT, seed=0):
    """Simulate structures whose widths along x, y and z take turns."""
    rng = np.random.default_rng(seed)
    made = [
        simulate_composite(EDGE, widths[place % len(widths)], rng.uniform(0.3, 0.7), rng)
        for place in range(count)
    ]
    return np.stack(made)


@pytest.mark.data("structures", "read", "fibres along one axis: no copy has them along another")
@pytest.mark.parametrize("long", range(3))
@pytest.mark.parametrize("count", [4, 7, 12, 20, COUNT])
def test_fibres_along_one_axis_are_not_turned(long, count):
    """However few they are, no copy lays them along another axis; enough exchange the others."""
    widths = tuple(4.0 if axis == long else 1.0 for axis in range(3))
    found = found_symmetries(fields([widths], count))
    across = tuple(axis for axis in range(3) if axis != long)
    assert set(found.orders) <= {ORDERS[0], SWAPS[across]}
    if count == COUNT:
        assert found == Symmetries((0, 1, 2), (ORDERS[0], SWAPS[across]))


@pytest.mark.parametrize("pair", SWAPS)
def test_two_kinds_of_fibres_are_exchanged_for_each_other(pair):
    """Half of them along one axis and half along another have that exchange alone."""
    widths = [tuple(4.0 if axis == long else 1.0 for axis in range(3)) for long in pair]
    assert found_symmetries(fields(widths)).orders == (ORDERS[0], SWAPS[pair])


def test_a_set_of_every_morphology_has_every_symmetry():
    """It is found in structures, as it is known of simulated ones."""
    widths = SimulatedOptions().morphologies("all")
    chosen = [widths[place] for place in np.random.default_rng(3).permutation(len(widths))]
    assert found_symmetries(fields(chosen, 128)) == EVERY


@pytest.mark.parametrize("axis", range(3))
def test_inclined_fibres_are_not_mirrored(axis):
    """Mirrored along an axis in whose plane they lean, they would lean the other way."""
    other, third = (axis + 1) % 3, (axis + 2) % 3
    widths = tuple(4.0 if each == axis else 1.0 for each in range(3))
    leaning = [
        np.stack(
            [
                np.roll(slab, place, [each for each in range(3) if each != axis].index(other))
                for place, slab in enumerate(np.moveaxis(structure, axis, 0))
            ],
            axis=axis,
        )
        for structure in fields([widths])
    ]
    assert found_symmetries(np.stack(leaning)).mirrors == (third,)


@pytest.mark.parametrize("axis", range(3))
def test_a_gradient_is_not_mirrored(axis):
    """Dense at one face and loose at the other, a structure has no mirror along that axis."""
    rng = np.random.default_rng(axis)
    share = np.linspace(0.05, 0.95, EDGE)
    made = rng.random((COUNT, EDGE, EDGE, EDGE)) < share
    found = found_symmetries(np.moveaxis(made, 3, axis + 1).astype(np.uint8))
    across = tuple(each for each in range(3) if each != axis)
    assert found == Symmetries(across, (ORDERS[0], SWAPS[across]))


def test_few_structures_show_no_symmetry_unless_each_has_it():
    """One random structure says nothing; one laminate is its own mirror image."""
    assert found_symmetries(fields([(1.0, 1.0, 1.0)], 1)) == Symmetries()
    laminate = np.zeros((1, EDGE, EDGE, EDGE), np.uint8)
    laminate[..., :4] = 1
    assert found_symmetries(laminate) == Symmetries((0, 1, 2), (ORDERS[0], SWAPS[0, 1]))


def test_shifts_change_no_decision():
    """Statistics are those of a periodic cell."""
    given = fields([(1.0, 1.0, 4.0)])
    shifted = np.stack(
        [np.roll(each, (i, 2 * i, 3 * i), (0, 1, 2)) for i, each in enumerate(given)]
    )
    assert found_symmetries(given) == found_symmetries(shifted)


@pytest.mark.parametrize(("name", "expected"), [("all", EVERY), ("pair", MIRRORS)])
def test_simulated_sets_have_the_symmetries_they_are_made_with(name, expected):
    """They are known, and no chance of the draw changes them."""
    group = zarr.group()
    group.attrs["provenance"] = {"stage": "composite structures simulate"}
    few = fields([(1.0, 1.0, 4.0)], 3)
    assert symmetries_of(group, name, few, np.random.default_rng(0)) == expected
    group.attrs["provenance"] = {"stage": "composite structures import-structures"}
    assert symmetries_of(group, name, few, np.random.default_rng(0)) != expected


@pytest.mark.parametrize(
    ("symmetries", "words"),
    [
        (EVERY, "shifts, mirrors along x, y and z, exchanges of x, y and z"),
        (MIRRORS, "shifts, mirrors along x, y and z"),
        (Symmetries(), "shifts"),
        (
            Symmetries((1,), (ORDERS[0], SWAPS[0, 2])),
            "shifts, mirrors along y, exchanges of x and z",
        ),
        (EVERY.around_x(), "shifts, mirrors along x, y and z, exchanges of y and z"),
    ],
)
def test_symmetries_are_said(symmetries, words):
    """Logs, provenance and report say them alike."""
    assert str(symmetries) == words
