"""Grains: what is connected, how much of it there is, and the energy of boundaries."""

import numpy as np
import pytest

from pspflow.simulate import boundary_energy, count_grains, grain_sizes, label_grains

STEPS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]


def neighbours(site, shape, periodic):
    for step in STEPS:
        y, x = site[0] + step[0], site[1] + step[1]
        if periodic:
            yield y % shape[0], x % shape[1]
        elif 0 <= y < shape[0] and 0 <= x < shape[1]:
            yield y, x


def flooded(spins, periodic):
    """Return grains, found by flooding each from its first site."""
    grains, count = np.full(spins.shape, -1), 0
    for first in np.ndindex(spins.shape):
        if grains[first] >= 0:
            continue
        grains[first], front = count, [first]
        while front:
            site = front.pop()
            for other in neighbours(site, spins.shape, periodic):
                if grains[other] < 0 and spins[other] == spins[site]:
                    grains[other] = count
                    front.append(other)
        count += 1
    return grains


def images(dtype=np.int32):
    rng = np.random.default_rng(0)
    return np.stack([rng.integers(0, spins, (9, 13)) for spins in (1, 2, 3, 4, 6, 9)]).astype(dtype)


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.int64])
def test_grains_are_those_that_flooding_finds(periodic, dtype):
    """Numbers included; the spin 0 is one like any other."""
    found = label_grains(images(dtype), periodic=periodic)
    assert found.dtype == np.int32
    for spins, grains in zip(images(dtype), found, strict=True):
        expected = flooded(spins, periodic)
        assert (grains == expected).all()
        assert count_grains(spins, periodic=periodic) == expected.max() + 1
        sizes = grain_sizes(spins, periodic=periodic)
        assert (sizes == np.bincount(expected.ravel())).all()
        assert sizes.sum() == spins.size


@pytest.mark.parametrize("periodic", [True, False])
def test_energy_is_the_number_of_unlike_pairs(periodic):
    """Each counted once, by a loop over sites."""
    found = boundary_energy(images(), periodic=periodic)
    for spins, energy in zip(images(), found, strict=True):
        twice = sum(
            int(spins[site] != spins[other])
            for site in np.ndindex(spins.shape)
            for other in neighbours(site, spins.shape, periodic)
        )
        assert 2 * energy == twice


def test_grains_of_series_keep_their_axes():
    """Images may be stacked by image and time."""
    series = np.stack([images(), images()[::-1]])
    assert label_grains(series, periodic=True).shape == series.shape
    assert count_grains(series, periodic=True).shape == (2, 6)
    assert boundary_energy(series, periodic=True).shape == (2, 6)
