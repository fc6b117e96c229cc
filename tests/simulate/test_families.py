"""Fibres, particles and spinodal structures: fraction, periodicity, shape, and what they are not.

They stand beside cut Gaussian fields in the composite study, so that they must not be such fields.
"""

from functools import partial

import numpy as np
import pytest
from scipy import fft, ndimage

from pspflow.simulate import simulate_composite, simulate_fibres, simulate_particles
from pspflow.simulate.inclusions import pack
from pspflow.simulate.particles import _ellipsoid, _rotation
from pspflow.simulate.spinodal import _decomposed, simulate_spinodal

EDGE = 21
SIMULATORS = {
    "fibres": simulate_fibres,
    "fibres-spread": partial(simulate_fibres, spread_degrees=15, length_voxels=12),
    "fibres-random": partial(simulate_fibres, axis=None),
    "spheres": simulate_particles,
    "ellipsoids": partial(simulate_particles, semiaxes_voxels=(5, 2, 2), turned=True),
    "spinodal": simulate_spinodal,
    "sheets": partial(simulate_spinodal, wavelengths_voxels=(12, 12, 12), sheets=True),
}
NOT_SYMMETRIC = [name for name in SIMULATORS if name != "spinodal"]


def several(name, fraction=0.5, count=12, edge=EDGE):
    return np.stack(
        [SIMULATORS[name](edge, fraction, np.random.default_rng(seed)) for seed in range(count)]
    )


def boundary_shares(phases):
    """Return how often neighbours differ along each axis, within cells and across their ends."""
    inside = [np.mean(np.diff(phases, axis=k) != 0) for k in (1, 2, 3)]
    across = [np.mean(phases.take(0, k) != phases.take(-1, k)) for k in (1, 2, 3)]
    return np.array(inside), np.array(across)


def lineal_path(phases, phase, length):
    """Return the share of periodic lines of so many voxels that lie in a phase, of each cell."""
    paths = []
    for axis in (1, 2, 3):
        inside = phases == phase
        for step in range(1, length):
            inside = inside & (np.roll(phases, -step, axis) == phase)
        paths.append(inside.mean(axis=(1, 2, 3)))
    return np.mean(paths, axis=0)


@pytest.mark.parametrize("name", SIMULATORS)
@pytest.mark.parametrize("edge", [9, 20])
@pytest.mark.parametrize("fraction", [0, 0.25, 0.613, 0.75, 1])
def test_volume_fraction(name, edge, fraction):
    """The share of phase 1 is met to half a voxel."""
    phases = SIMULATORS[name](edge, fraction, np.random.default_rng(0))
    assert phases.shape == (edge,) * 3
    assert phases.dtype == np.uint8
    assert set(np.unique(phases)) <= {0, 1}
    assert abs(phases.sum() - fraction * edge**3) <= 0.5


@pytest.mark.parametrize("name", SIMULATORS)
def test_same_seed_same_voxels(name):
    """A structure is a function of its arguments and of the generator's seed."""
    first, second = several(name, count=2)
    np.testing.assert_array_equal(first, several(name, count=1)[0])
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("name", SIMULATORS)
@pytest.mark.parametrize("fraction", [0.25, 0.6])
def test_periodic(name, fraction):
    """Opposite faces differ as often as neighbours within do: the cell has no seam."""
    inside, across = boundary_shares(several(name, fraction, 16))
    np.testing.assert_allclose(across, inside, rtol=0.25, atol=0.005)


@pytest.mark.parametrize("name", ["fibres", "spheres"])
def test_no_place_is_special(name):
    """Each plane of the cell has the same share of phase 1, but for chance."""
    phases = several(name, 0.3, 40, edge=12)
    for axis in (1, 2, 3):
        others = tuple(k for k in range(4) if k != axis)
        shares = phases.mean(axis=others)
        noise = phases.mean(axis=tuple(k for k in others if k)).std(axis=0) / np.sqrt(len(phases))
        assert (np.abs(shares - shares.mean()) < 5 * noise + 1e-9).all()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_fibres_are_infinite_along_their_axis(axis):
    """All cross-sections of aligned fibres are the same, but for the thinner last one."""
    phases = simulate_fibres(EDGE, 0.4, np.random.default_rng(0), axis=axis)
    inside, across = boundary_shares(phases[np.newaxis])
    assert max(inside[axis], across[axis]) < 2 / EDGE**2
    assert np.delete(inside, axis).min() > 0.1


def test_fibres_spread_and_end():
    """With spread or of finite length, fibres are less long along their axis, but still longest."""
    along = {name: boundary_shares(several(name, 0.3))[0] for name in list(SIMULATORS)[:3]}
    assert along["fibres"][0] < 0.3 * along["fibres-spread"][0]
    assert along["fibres-spread"][0] < 0.7 * along["fibres-spread"][1:].min()
    random = along["fibres-random"]
    assert random.max() < 1.15 * random.min()


def test_a_fibre_has_its_radius_and_a_particle_its_volume():
    """A single inclusion holds as many voxels as its volume, whatever its direction."""
    rng = np.random.default_rng(0)
    section = simulate_fibres(40, 0.02, rng, radius_voxels=8).sum(axis=(1, 2))
    assert section.max() <= 1.05 * np.pi * 8**2
    packing = pack(40, lambda rng: _ellipsoid(np.array([9.0, 5, 4]), _rotation(rng)), 0.06, rng)
    for voxels in packing.voxels[:-1]:
        assert len(voxels) == pytest.approx(4 / 3 * np.pi * 9 * 5 * 4, rel=0.03)


@pytest.mark.parametrize("fraction", [0.1, 0.25])
def test_particles_are_hard_where_there_is_room(fraction):
    """No two of them share a voxel: their voxels add up to those of phase 1."""
    packing = pack(
        EDGE,
        lambda rng: _ellipsoid(np.full(3, 3.0), np.eye(3)),
        fraction,
        np.random.default_rng(0),
    )
    assert packing.hard == len(packing.voxels)
    assert sum(len(voxels) for voxels in packing.voxels) == packing.phases.sum()


def test_particles_overlap_beyond_saturation():
    """Beyond what random sequential addition reaches, the first are hard and the rest overlap."""
    packing = pack(
        EDGE, lambda rng: _ellipsoid(np.full(3, 3.0), np.eye(3)), 0.7, np.random.default_rng(0)
    )
    hard = [place for voxels in packing.voxels[: packing.hard] for place in voxels]
    assert len(hard) == len(set(hard))
    assert 0.2 < len(hard) / EDGE**3 < 0.45
    assert sum(len(voxels) for voxels in packing.voxels) > packing.phases.sum()


def test_prolate_particles_are_longest_along_their_axis():
    """Neighbours differ least often along the longest semi-axis."""
    phases = [
        simulate_particles(EDGE, 0.3, np.random.default_rng(k), semiaxes_voxels=(2, 6, 2))
        for k in range(8)
    ]
    shares = boundary_shares(np.stack(phases))[0]
    assert shares[1] < 0.6 * np.delete(shares, 1).min()


def test_composition_separates_and_keeps_its_mean():
    """Decomposed voxels are of two compositions near -1 and 1, and the mean is kept."""
    noise = np.random.default_rng(0).normal(size=(32,) * 3)
    start = 0.1 * (noise - noise.mean()) + 0.1
    end = _decomposed(start, np.full(3, 8.0))
    assert end.mean() == pytest.approx(start.mean(), abs=1e-9)
    assert np.mean(np.abs(end) > 0.5) > 0.6
    assert np.abs(end).max() < 1.2
    scaled = (end - end.mean()) / end.std()
    assert np.mean(scaled**4) < 1.8  # 3 for a Gaussian, 1 for two values


def test_fastest_wave_sets_the_size():
    """The strongest wave of the structure is near the one that grows fastest, and anisotropic."""
    for lengths in ((8, 8, 8), (6, 12, 12)):
        phases = simulate_spinodal(
            36, 0.5, np.random.default_rng(0), wavelengths_voxels=lengths
        ).astype(float)
        power = np.abs(fft.fftn(phases - phases.mean())) ** 2
        waves = np.meshgrid(*[length * fft.fftfreq(36) for length in lengths], indexing="ij")
        number = np.sqrt(sum(each**2 for each in waves))
        order = np.argsort(number, axis=None)
        shares = np.cumsum(power.ravel()[order]) / power.sum()
        assert number.ravel()[order][np.searchsorted(shares, 0.5)] == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("fraction", [0.25, 0.5, 0.75])
def test_both_phases_of_a_spinodal_structure_are_connected(fraction):
    """Each phase is nearly all in one piece, also where it is the smaller one."""
    phases = np.tile(simulate_spinodal(24, fraction, np.random.default_rng(1)), (2, 2, 2))
    for phase in (0, 1):
        labels, _ = ndimage.label(phases == phase)
        assert np.bincount(labels[labels > 0]).max() > 0.9 * (phases == phase).sum()


@pytest.mark.parametrize("name", NOT_SYMMETRIC)
def test_no_gaussian_field_cut_at_one_level(name):
    """At equal fractions the phases of a cut Gaussian field have one lineal path; here they do not.

    The field and its negative are equally probable, and at the median each is cut into the other's
    phases.
    """
    length = 8

    def asymmetry(phases):
        found = lineal_path(phases, 0, length) - lineal_path(phases, 1, length)
        return np.abs(found.mean()) / (found.std() / np.sqrt(len(found)))

    assert asymmetry(several(name, count=24)) > 5
    gaussian = [
        simulate_composite(EDGE, (2, 2, 2), 0.5, np.random.default_rng(seed)) for seed in range(24)
    ]
    assert asymmetry(np.stack(gaussian)) < 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (partial(simulate_fibres, 0, 0.5), "edge must be at least 1"),
        (partial(simulate_fibres, 5, 1.5), "volume_fraction must be from 0 to 1"),
        (partial(simulate_fibres, 5, 0.5, axis=3), "axis must be 0, 1, 2 or None"),
        (partial(simulate_fibres, 5, 0.5, radius_voxels=0.5), "radius_voxels must be at least 1"),
        (partial(simulate_fibres, 5, 0.5, length_voxels=1), "and the length 2"),
        (partial(simulate_fibres, 5, 0.5, spread_degrees=-1), "spread_degrees must be from 0"),
        (partial(simulate_particles, 5, 0.5, semiaxes_voxels=(3, 3)), "must be three numbers"),
        (partial(simulate_particles, 5, 0.5, semiaxes_voxels=(3, 3, 0)), "must be three numbers"),
        (partial(simulate_spinodal, 0, 0.5), "edge must be at least 1"),
        (partial(simulate_spinodal, 5, np.nan), "volume_fraction must be from 0 to 1"),
        (partial(simulate_spinodal, 5, 0.5, wavelengths_voxels=(8, 8, 1)), "three numbers above 2"),
    ],
)
def test_rejects(call, message):
    """Arguments out of range are named."""
    with pytest.raises(ValueError, match=message):
        call(np.random.default_rng(0))
