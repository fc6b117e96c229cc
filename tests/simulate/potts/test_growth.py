"""Grain growth: the master equation, its invariants, and SPPARKS's figures."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.linalg import expm_multiply

from pspflow.seeds import generator
from pspflow.simulate import boundary_energy, count_grains, growth_exponent, simulate_grain_growth

SPPARKS = {
    10: (660, 15, 24.8, 0.6),
    100: (116, 5, 142, 6),
    464: (27, 3, 622, 70),
    1000: (13.3, 3.1, 1333, 508),
}
"""Grain count and its deviation, mean area and its deviation, over 20 seeds, by time: SPPARKS's
`potts/neighonly` with its tree solver on 128² sites at kT = 0.25 and 2,048 spins. The deviation of
the mean area at time 10 was not stated: it follows from that of the count."""


def streams(count, *purpose):
    return [generator(0, *purpose, image) for image in range(count)]


def events(lattice, temperature):
    """Return the rate of every event by site and new spin, from the energy alone."""
    rows, columns = lattice.shape
    steps = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    rates = {}
    for y, x in np.ndindex(rows, columns):
        near = [int(lattice[(y + dy) % rows, (x + dx) % columns]) for dy, dx in steps]
        own = int(lattice[y, x])
        for new in set(near) - {own}:
            gain = near.count(own) - near.count(new)
            hindered = np.exp(-gain / temperature) if temperature else 0.0
            rates[y, x, new] = hindered if gain > 0 else 1.0
    return rates


def unlikely(counts, expected):
    """Tell whether counts are further from expected ones than chance: chi-square, 4 deviations."""
    often = expected > 5
    counts = np.append(counts[often], counts[~often].sum())
    expected = np.append(expected[often], max(expected[~often].sum(), 1e-9))
    freedom = len(counts) - 1
    return ((counts - expected) ** 2 / expected).sum() > freedom + 4 * np.sqrt(2 * freedom)


@pytest.mark.parametrize("temperature", [0.0, 0.85])
def test_states_are_as_probable_as_the_master_equation_says(temperature):
    """Rates and clock, on a lattice so small that all its states can be listed.

    The exact distribution of states after two times, from the matrix of all rates in plain Python.
    """
    spins, times, images = 2, (0.05, 0.4), 2000
    start = np.array([[1, 1, 2], [2, 1, 1], [1, 2, 1]])
    digits = spins ** np.arange(start.size)
    states = np.arange(spins**start.size)
    entries = [
        (state + (new - lattice[y, x]) * digits[3 * y + x], state, rate)
        for state in states
        for lattice in [1 + (state // digits % spins).reshape(start.shape)]
        for (y, x, new), rate in events(lattice, temperature).items()
    ]
    target, index, rate = map(np.array, zip(*entries, strict=True))
    square = (len(states), len(states))
    matrix = coo_array((rate, (target, index)), square).tocsr()
    matrix -= coo_array((np.bincount(index, rate, len(states)), (states, states)), square).tocsr()
    rngs = streams(images, "states", temperature)
    given = np.broadcast_to(start, (images, 3, 3))
    labels = simulate_grain_growth(3, spins, temperature, times, rngs, start=given)
    seen = (labels.reshape(images, len(times), -1) - 1) @ digits
    first = (states == (start.ravel() - 1) @ digits).astype(float)
    for number, time in enumerate(times):
        expected = images * expm_multiply(matrix * time, first)
        counts = np.bincount(seen[:, number], minlength=len(states))
        assert counts[expected < 1e-9].sum() == 0
        assert not unlikely(counts, expected)


def test_the_next_event_is_drawn_by_its_rate():
    """First events of one state with many spins: site, spin, waiting time; edges are periodic."""
    temperature, images = 0.85, 3000
    lattice = generator(0, "state").integers(1, 5, (5, 5))
    lattice[1:3] = 1
    rates = events(lattice, temperature)
    assert min(rates.values()) < 0.1
    total = sum(rates.values())
    times = 0.04 / total * np.arange(1, 60)
    rngs, given = streams(images, "event"), np.broadcast_to(lattice, (images, 5, 5))
    labels = simulate_grain_growth(5, 4, temperature, times, rngs, start=given)
    changed = labels != lattice
    happened = changed.any(axis=(2, 3))
    ends = np.diff(np.exp(-total * times), prepend=1, append=0)
    waited = np.where(happened.any(axis=1), happened.argmax(axis=1), len(times))
    assert not unlikely(np.bincount(waited, minlength=len(ends)), -images * ends)
    counts = dict.fromkeys(rates, 0)
    for image in np.flatnonzero(happened.any(axis=1)):
        sites = np.argwhere(changed[image, waited[image]])
        if len(sites) == 1:  # two events of one interval are not told apart
            y, x = sites[0].tolist()
            counts[y, x, int(labels[image, waited[image], y, x])] += 1
    seen = np.array(list(counts.values()))
    assert seen.sum() > 0.85 * images
    assert not unlikely(seen, np.array(list(rates.values())) / total * seen.sum())


@pytest.fixture(scope="module")
def grown():
    """Return times, and the grain counts (20, time) of 128² sites at kT = 0.25."""
    times = np.unique([*SPPARKS, *np.geomspace(20, 1500, 12)])
    labels = simulate_grain_growth(128, 2048, 0.25, times, streams(20, "growth"))
    return times, count_grains(labels, periodic=True)


@pytest.mark.parametrize("time", SPPARKS)
def test_grains_are_as_many_as_in_spparks(grown, time):
    """Count and mean area, within two standard errors of the difference of two samples of 20."""
    times, counts = grown
    mine = counts[:, times == time].ravel()
    for values, (mean, deviation) in (
        (mine, SPPARKS[time][:2]),
        (128**2 / mine, SPPARKS[time][2:]),
    ):
        error = np.sqrt((deviation**2 + values.var(ddof=1)) / 20)
        assert abs(values.mean() - mean) < 2 * error


def test_grains_grow_as_in_spparks(grown):
    """The exponents that were measured for SPPARKS, in our estimator's interval widened by 0.01."""
    times, counts = grown
    late = growth_exponent(times, 128**2 / counts, 100, 1000)
    even = np.isin(times, np.geomspace(20, 1500, 12))
    whole = growth_exponent(times[even], 128**2 / counts[:, even], 20, 1500)
    for found, expected in ((late, 0.97), (whole, 0.91)):
        assert found.low - 0.01 < expected < found.high + 0.01


def test_grains_become_fewer(grown):
    """On average, from every time to the next."""
    assert (np.diff(grown[1].mean(axis=0)) < 0).all()


def test_energy_never_rises_without_temperature():
    """At kT = 0, in every image from every time to the next."""
    times = np.geomspace(0.1, 200, 40)
    labels = simulate_grain_growth(24, 50, 0, times, streams(4, "cold"))
    energy = boundary_energy(labels, periodic=True)
    assert (np.diff(energy, axis=1) <= 0).all()
    assert energy[:, -1].max() < energy[:, 0].min() / 3


def test_nothing_happens_where_all_events_are_uphill():
    """A single grain has no event at any temperature, and flat boundaries have none at kT = 0."""
    one = np.full((1, 12, 12), 7)
    labels = simulate_grain_growth(12, 9, 2.0, 100.0, streams(1), start=one)
    assert (labels == one).all()
    halves = np.repeat([1, 2], 6) * np.ones((1, 12, 1), int)
    labels = simulate_grain_growth(12, 9, 0, 1e6, streams(1), start=halves)
    assert (labels == halves).all()


def test_no_direction_is_preferred():
    """Boundaries face rows and columns, both diagonals, and both halves of the lattice, alike."""
    labels = simulate_grain_growth(48, 500, 0.5, 25.0, streams(60, "directions"))
    shares = {
        step: (labels != np.roll(labels, step, (1, 2)))
        for step in ((0, 1), (1, 0), (1, 1), (1, -1))
    }
    along = shares[0, 1].mean(axis=(1, 2)) - shares[1, 0].mean(axis=(1, 2))
    across = shares[1, 1].mean(axis=(1, 2)) - shares[1, -1].mean(axis=(1, 2))
    unlike = shares[0, 1] + shares[1, 0]
    rows = unlike[:, :24].mean(axis=(1, 2)) - unlike[:, 24:].mean(axis=(1, 2))
    columns = unlike[:, :, :24].mean(axis=(1, 2)) - unlike[:, :, 24:].mean(axis=(1, 2))
    for difference in (along, across, rows, columns):
        assert abs(difference.mean()) < 3 * difference.std() / np.sqrt(len(difference))


def test_an_image_depends_on_its_own_stream_alone():
    """Bit for bit: whatever other images, threads and times there are."""
    times = (1.0, 3.0, 20.0)
    many = simulate_grain_growth(16, 30, 0.6, times, streams(5, "alone"), threads=3)
    assert many.shape == (5, 3, 16, 16)
    assert many.dtype == np.int32
    for image, rng in enumerate(streams(5, "alone")):
        last = simulate_grain_growth(16, 30, 0.6, times[-1], [rng])
        assert (last[0] == many[image, -1]).all()
    assert len({image.tobytes() for image in many[:, -1]}) == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"edge_sites": 2}, "edge_sites is 2"),
        ({"spins": 0}, "spins 0"),
        ({"temperature": -0.1}, "temperature -0.1"),
        ({"temperature": float("nan")}, "temperature nan"),
        ({"threads": 0}, "threads 0"),
        ({"times": (2.0, 1.0)}, "increase"),
        ({"times": ()}, "increase"),
        ({"times": -1.0}, "increase"),
        ({"times": float("inf")}, "finite"),
        ({"start": np.ones((1, 3, 3))}, r"\(1, 3, 3\)"),
    ],
)
def test_what_cannot_be_simulated_is_refused(change, message):
    """In one sentence that names the number."""
    given = {"edge_sites": 8, "spins": 5, "temperature": 0.5, "times": 1.0, "rngs": streams(1)}
    with pytest.raises(ValueError, match=message):
        simulate_grain_growth(**given | change)
