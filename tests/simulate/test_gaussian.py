"""Gaussian random microstructures."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from pspflow.simulate.gaussian import (
    BATCH_BYTES,
    autocovariance,
    grey_levels,
    measured_autocovariance,
    simulate_gaussian_fields,
    threshold_fields,
)

TILTED = [[14.0, 9.0], [9.0, 8.0]]


def rngs(count, first=0):
    """Return generators, as many as fields are wanted."""
    return [np.random.default_rng(seed) for seed in range(first, first + count)]


def fields_of(count, size=32, covariance=((4.0, 0.0), (0.0, 4.0))):
    """Return fields of the first generators."""
    return simulate_gaussian_fields(size, covariance, rngs(count))


@pytest.mark.parametrize("size", [32, 33])
def test_it_is_the_periodic_filter_of_scipy(size):
    """Uniform noise, smoothed along rows and columns by other widths; the scale is ours."""
    field = simulate_gaussian_fields(size, [[9.0, 0], [0, 4.0]], rngs(1))[0]
    noise = np.random.default_rng(0).random((size, size), dtype=np.float32) - 0.5
    expected = gaussian_filter(noise.astype(np.float64), (3, 2), mode="wrap", truncate=10)
    scale = np.vdot(field, expected) / np.vdot(expected, expected)
    np.testing.assert_allclose(field, scale * expected, atol=1e-4)


def test_a_tilted_filter_is_the_round_one_turned():
    """Exchanging rows and columns of noise and matrix gives the same field, exchanged."""
    field = simulate_gaussian_fields(24, TILTED, rngs(1))[0]

    class Turned:
        def random(self, out, dtype):
            out[...] = np.random.default_rng(0).random((24, 24), dtype=dtype).T

    other = simulate_gaussian_fields(24, [[8.0, 9.0], [9.0, 14.0]], [Turned()])[0]
    np.testing.assert_allclose(other, field.T, atol=1e-5)


@pytest.mark.parametrize("covariance", [TILTED, [[1.0, 0.5], [0.5, 1.0]], [[0, 0], [0, 0]]])
def test_fields_have_the_analytic_autocovariance(covariance):
    """Over many fields, within five standard errors at every displacement; variance 1, mean 0."""
    fields = fields_of(400, 32, covariance)
    measured = measured_autocovariance(fields)
    error = measured.std(axis=0, ddof=1) / np.sqrt(len(fields))
    expected = autocovariance(32, covariance)
    assert expected[0, 0] == pytest.approx(1)
    assert (np.abs(measured.mean(axis=0) - expected) < 5 * error + 1e-6).all()
    means = fields.mean(axis=(1, 2))
    assert abs(means.mean()) < 5 * means.std() / np.sqrt(len(fields)) + 1e-6


def test_a_tilted_filter_is_long_along_its_axis():
    """A positive covariance of rows and columns: alike along the falling diagonal."""
    values = autocovariance(32, TILTED)
    assert values[3, 3] > values[3, -3] + 0.3


def test_measured_autocovariance_is_that_of_numpy_roll():
    """Displacements are along rows, then columns, and wrap around."""
    fields = fields_of(2, 16)
    measured = measured_autocovariance(fields)
    for down, right in ((0, 0), (3, 0), (2, 5), (15, 1)):
        moved = np.roll(fields, (-down, -right), axis=(1, 2))
        np.testing.assert_allclose(
            measured[:, down, right], (fields * moved).mean(axis=(1, 2)), atol=1e-6
        )


def test_a_field_depends_on_its_own_generator_alone():
    """Whatever is simulated beside it, and in whichever batch."""
    size = 128
    batch = BATCH_BYTES // (4 * size * size)
    many = fields_of(batch + 2, size)
    for place in (0, batch - 1, batch, batch + 1):
        alone = simulate_gaussian_fields(
            size, ((4.0, 0.0), (0.0, 4.0)), [np.random.default_rng(place)]
        )
        np.testing.assert_array_equal(many[place], alone[0])
    assert abs(np.corrcoef(many[0].ravel(), many[1].ravel())[0, 1]) < 0.2


def test_grey_levels_span_the_deviations():
    """Mean in the middle, `deviations` at the ends, cut off beyond, and rounded to the nearest."""
    values = np.array([[[0.0, 2.0, -2.0, 9.0, -9.0, 1.0]]], np.float32)
    assert grey_levels(values, 2.0).ravel().tolist() == [128, 255, 0, 255, 0, 191]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.731, 1.0])
def test_the_volume_fraction_is_exact_to_half_a_pixel(share):
    """And the marked pixels are the highest ones."""
    fields = fields_of(3)
    marked = threshold_fields(fields, share)
    for field, mark in zip(fields, marked, strict=True):
        assert abs(mark.sum() - share * mark.size) <= 0.5
        if 0 < share < 1:
            assert field[mark].min() >= field[~mark].max()


def test_equal_pixels_are_taken_in_order():
    """The share is exact where a threshold cannot tell pixels apart."""
    flat = np.array([[[1.0, 0.0], [1.0, 1.0]]] * 2, np.float32)
    assert threshold_fields(flat, [0.5, 1.0]).tolist() == [
        [[True, False], [True, False]],
        [[True, True], [True, True]],
    ]


@pytest.mark.parametrize(
    ("size", "covariance", "sentence"),
    [
        (0, [[1, 0], [0, 1]], "size_px"),
        (8, [1, 1], "symmetric"),
        (8, [[1, 2], [0, 1]], "symmetric"),
        (8, [[1, np.nan], [np.nan, 1]], "symmetric"),
        (8, [[1, 2], [2, 1]], "negative eigenvalue"),
    ],
)
def test_what_is_no_filter_is_refused(size, covariance, sentence):
    """In one sentence."""
    with pytest.raises(ValueError, match=sentence):
        simulate_gaussian_fields(size, covariance, rngs(1))


def test_what_is_no_share_is_refused():
    """Another number of shares, or one that is no share."""
    fields = fields_of(2, 8)
    for shares in ([0.5], 1.5, [np.nan, 0.5]):
        with pytest.raises(ValueError, match="volume_fractions"):
            threshold_fields(fields, shares)
    with pytest.raises(ValueError, match="deviations"):
        grey_levels(fields, 0)
