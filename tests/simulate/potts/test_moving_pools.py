"""Grains behind moving pools: where and when they melt, what changes, and whose seed decides."""

import numpy as np
import pytest

from pspflow.simulate.potts import (
    DoubleEllipse,
    Teardrop,
    boundary_energy,
    simulate_additive,
    simulate_weld,
)
from pspflow.simulate.potts.moving import SWEEPS_PER_TIME, move_pools, scheduled
from pspflow.simulate.potts.paths import Pass, serpentine
from pspflow.simulate.potts.zones import EllipseZone

POOL, ZONE = DoubleEllipse(9.0, 3.0, 12.0), DoubleEllipse(13.0, 5.0, 18.0)
SITES = (30, 40)


def rngs(*seeds):
    return [np.random.default_rng([7, seed]) for seed in seeds]


def additive(*seeds, time=100.0, pool=POOL, threads=1, **changed):
    settings = {"speed": 10.0, "hatch": 7.0, "mobility_decay": 0.1, "overrun": 18.0} | changed
    pools = [pool] * len(seeds)
    return simulate_additive(
        SITES, 500, 0.0, time, pools, ZONE, rngs(*seeds), threads=threads, **settings
    )


def weld(*seeds, time=16.0, **changed):
    pools = [Teardrop(10.0, "III")] * len(seeds)
    settings = {"speed": 5.0, "zone": 5.0} | changed
    return simulate_weld(SITES, 500, 0.25, time, pools, rngs(*seeds), **settings)


@pytest.fixture(scope="module")
def finished():
    return additive(0, 1, 2, 3)


@pytest.fixture(scope="module")
def welded():
    return weld(0, 1, 2, 3)


def test_an_image_depends_on_its_own_seed_alone(finished, welded):
    """Whatever the batch and the number of threads; other seeds give other images."""
    np.testing.assert_array_equal(additive(2, threads=2)[0], finished[2])
    np.testing.assert_array_equal(weld(3, 1)[::-1], welded[[1, 3]])
    assert (finished[0] != finished[1]).mean() > 0.5


def test_every_site_has_solidified_behind_the_pool(finished, welded):
    """Few sites are without a neighbour of their spin; at the start almost all are."""

    def alone(labels):
        padded = np.pad(labels, ((0, 0), (1, 1), (1, 1)))
        steps = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
        rows, columns = labels.shape[1:]
        alike = [padded[:, i : i + rows, j : j + columns] == labels for i, j in steps]
        return ~np.any(alike, axis=0)

    assert alone(additive(0, time=0.0)).mean() > 0.95
    assert alone(finished).mean() < 0.01
    assert alone(welded[:, 11:-11, 10:30]).mean() < 0.01


def test_nothing_changes_outside_of_the_zone():
    """After part of a pass, rows beside the zone and columns before it are as at the start."""
    before, after = additive(0, time=0.0)[0], additive(0, time=3.0, overrun=0.0)[0]
    x = 3.0 * 10
    changed = before != after
    assert changed[:7, 5:30].mean() > 0.5
    assert not changed[7:].any()
    assert not changed[:, int(x) + 6 :].any()
    before, after = weld(0, time=0.0)[0], weld(0, time=3.0)[0]
    outer = np.abs(np.arange(30) - 14.5) > 10
    assert not (before != after)[outer].any()
    assert (before != after)[~outer].any()


def test_the_molten_mask_lies_where_the_path_says():
    """Without mobility only molten sites change, all within what the pool has covered."""
    still = {"mobility_decay": 1e9, "overrun": 0.0, "hatch": 14.0}
    before = additive(0, time=0.0)[0]
    for time, passes in ((2.0, 1), (4.0, 1), (6.0, 2)):
        changed = before != additive(0, time=time, **still)[0]
        x, y = np.arange(40.0), np.arange(30.0)[:, None]
        covered = np.zeros(SITES, bool)
        for sweep in range(int(time * SWEEPS_PER_TIME)):
            done, rest = divmod(sweep / SWEEPS_PER_TIME, 4.0)
            at = 10 * rest if done == 0 else 40 - 10 * rest
            u = (x - at) * (1 if done == 0 else -1)
            back, front = POOL.span(y[:, 0] - 14 * done)
            covered |= (u > back[:, None]) & (u < front[:, None])
        beside = changed & ~covered
        # a site whose neighbours are all unlike may flip with the mobility 1 of the outline
        assert beside.sum() <= 2
        assert (changed & covered).sum() > 0.9 * covered.sum()
        assert changed[10:].any() == (passes == 2)


def test_passes_alternate_and_turn_on_time():
    """Rows a hatch apart up to the far edge; sweep k is at k / 26 also after a turn."""
    passes = serpentine((100, 80), 25.0, 10.0)
    assert [line.y for line in passes] == [0, 25, 50, 75, 100]
    assert [(line.start, line.direction) for line in passes[:2]] == [(-10, 1), (90, -1)]
    assert all(line.length == 100 for line in passes)
    parts = scheduled(passes, 23.7, 7.0)
    assert sum(sweeps for _, _, sweeps in parts) == int(np.ceil(23.7 * SWEEPS_PER_TIME))
    first, second = parts[:2]
    assert first[1:] == (-10, int(np.ceil(100 / 7 * SWEEPS_PER_TIME)))
    assert second[1] == pytest.approx(90 - 7 * (first[2] / SWEEPS_PER_TIME - 100 / 7))


def test_energy_never_rises_without_a_pool_on_the_plate():
    """At kT = 0, once the pool has passed: the zone's tail alone is on the plate."""
    line = [Pass(15.0, 0.0, 1, 1000.0)]
    zone = [EllipseZone(DoubleEllipse(9.0, 3.0, 6.0), DoubleEllipse(20.0, 5.0, 60.0), 0.02)]
    energies = [
        boundary_energy(
            move_pools(SITES, 500, 0.0, time, 10.0, zone, line, rngs(0), 1), periodic=False
        )[0]
        for time in (4.7, 5.2, 6.0, 7.0, 8.0, 9.0)
    ]
    assert np.all(np.diff(energies) <= 0)
    assert energies[-1] < energies[0]


def test_what_cannot_be_is_refused():
    """Sentences that name the number."""
    with pytest.raises(ValueError, match="larger than the zone"):
        additive(0, pool=DoubleEllipse(20.0, 3.0, 12.0))
    with pytest.raises(ValueError, match="hatch is 0"):
        additive(0, hatch=0.0)
    with pytest.raises(ValueError, match="zone is 0"):
        weld(0, zone=0.0)
    with pytest.raises(ValueError, match="speed"):
        weld(0, speed=0.0)
    with pytest.raises(ValueError, match="1 pools, but 2 generators"):
        simulate_weld(SITES, 5, 0.0, 1.0, [Teardrop(5.0, "I")], rngs(0, 1), speed=1.0, zone=1.0)
