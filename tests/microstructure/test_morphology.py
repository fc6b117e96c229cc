"""Ferrite fraction and mean free path: shapes with known answers, and what spoils them."""

from itertools import groupby

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter

from pspflow.microstructure import ferrite_fraction, mean_free_path, measure_morphology
from pspflow.microstructure.morphology import ONE_PHASE, divide_phases

SIZE = 256
LIGHT, DARK = 180, 60
X = np.arange(SIZE)


def grey(ferrite, noise=0.0, shading=0.0):
    """Draw phases as an image: noise by its deviation, shading by its span from top to bottom."""
    levels = np.where(ferrite, LIGHT, DARK) + shading * (X[:, None] / (SIZE - 1) - 0.5)
    levels = levels + noise * np.random.default_rng(0).normal(size=ferrite.shape)
    return levels.round().clip(0, 255).astype(np.uint8)


def stripes(width, period):
    """Make light stripes along the columns."""
    return np.broadcast_to(X % period < width, (SIZE, SIZE))


def checkerboard(width):
    """Make squares."""
    return (X[:, None] // width + X // width) % 2 == 0


def counted(ferrite):
    """Count fraction and path line by line, by another route than the package."""
    paths = []
    for lines in (ferrite, ferrite.T):
        chords = [
            len(list(run)) for line in lines.tolist() for light, run in groupby(line) if light
        ]
        paths.append(sum(chords) / len(chords))
    return np.count_nonzero(ferrite) / ferrite.size, sum(paths) / 2


@pytest.mark.parametrize(("width", "period"), [(12, 16), (4, 16), (1, 2)])
def test_stripes(width, period):
    """Across, chords are as wide as a stripe; along, as long as the image: the border counts."""
    image = grey(stripes(width, period))
    assert ferrite_fraction(image) == pytest.approx(width / period)
    assert mean_free_path(image, 0.34) == pytest.approx(0.34 * (width + SIZE) / 2)


@pytest.mark.parametrize("width", [1, 8, 64])
def test_checkerboards(width):
    """Half the pixels, chords of one square."""
    image = grey(checkerboard(width))
    assert ferrite_fraction(image) == 0.5
    assert mean_free_path(image) == width


@pytest.mark.parametrize("phase", ["light", "dark"])
def test_discs(phase):
    """The mean chord of a disc on parallel lines is its area over its diameter: π r / 2."""
    radius, pitch = 24.3, 64
    at = X % pitch - (pitch - 1) / 2
    disc = at[:, None] ** 2 + at**2 < radius**2
    image = grey(disc if phase == "light" else ~disc)
    share = np.pi * radius**2 / pitch**2
    assert ferrite_fraction(image, phase=phase) == pytest.approx(share, rel=0.01)
    assert mean_free_path(image, phase=phase) == pytest.approx(np.pi * radius / 2, rel=0.015)


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_lines_counted_one_by_one(ferrite):
    """Any two phases: the same as line by line, turned by 90°, mirrored, and of either phase."""
    if ferrite.all() or not ferrite.any():
        return
    expected = counted(ferrite)
    for image in (ferrite, np.rot90(ferrite), ferrite[:, ::-1], np.where(ferrite, 9.5, -3)):
        found = ferrite_fraction(image), mean_free_path(image)
        np.testing.assert_allclose(found, expected)
    dark = np.where(ferrite, 7, 250).astype(np.uint8)
    found = ferrite_fraction(dark, phase="dark"), mean_free_path(dark, phase="dark")
    np.testing.assert_allclose(found, expected)


def test_many_at_once():
    """A batch is what its images are one by one; one phase has no value and says why."""
    blobs = gaussian_filter(np.random.default_rng(0).normal(size=(6, 60, 44)), (0, 3, 3))
    images = (100 + 800 * blobs).clip(0, 255).astype(np.uint8)
    images[2] = 77
    for options in ({}, {"phase": "dark"}, {"background_px": 20.0}):
        found = measure_morphology(images, **options)
        assert found.failure.tolist() == ["", "", ONE_PHASE, "", "", ""]
        assert np.isnan([found.ferrite_fraction[2], found.mean_free_path_px[2]]).all()
        assert not found.one_peak[2]
        for index in {*range(6)} - {2}:
            assert found.ferrite_fraction[index] == ferrite_fraction(images[index], **options)
            assert found.mean_free_path_px[index] == mean_free_path(images[index], **options)
    assert len(measure_morphology(images[:0]).failure) == 0
    divided = divide_phases(images)
    assert divided.ferrite.mean(axis=(1, 2))[3] == ferrite_fraction(images[3])


@pytest.mark.parametrize("order", [("n", "y", "x"), ("x", "y", "n"), ("y", "n", "x")])
def test_names_of_axes_are_data(order):
    """A labelled stack is measured along its axes y and x."""
    images = np.random.default_rng(0).integers(0, 256, (2, 7, 9), dtype=np.uint8)
    labelled = xr.DataArray(images, dims=("n", "y", "x")).transpose(*order)
    for one, other in zip(measure_morphology(labelled), measure_morphology(images), strict=True):
        np.testing.assert_array_equal(one, other)
    assert mean_free_path(labelled.isel(n=1)) == mean_free_path(images[1])


def test_inverted_contrast():
    """The wrong phase gives the other phase's measures."""
    image = grey(stripes(12, 16))
    assert ferrite_fraction(255 - image) == pytest.approx(0.25)
    assert ferrite_fraction(255 - image, phase="dark") == ferrite_fraction(image)
    assert mean_free_path(255 - image, phase="dark") == mean_free_path(image)


def test_noise_shortens_paths_first():
    """A third of the contrast: the fraction is within two points, a long path loses most of it.

    At a sixth the fraction keeps, and only the chord along a stripe is broken.
    """
    ferrite = stripes(12, 16)
    fraction, path = counted(ferrite)
    weak, strong = (grey(ferrite, noise) for noise in (20, 40))
    assert ferrite_fraction(weak) == pytest.approx(fraction, abs=0.005)
    assert mean_free_path(weak) < 0.85 * path
    assert mean_free_path(grey(checkerboard(12), 20)) == pytest.approx(
        counted(checkerboard(12))[1], rel=0.05
    )
    assert 0.02 < fraction - ferrite_fraction(strong) < 0.1
    assert mean_free_path(strong) < 0.1 * path


def test_shading_needs_the_correction():
    """As wide as 1.5 times the contrast: both are wrong without, exact with the correction."""
    ferrite = stripes(12, 16)
    fraction, path = counted(ferrite)
    image = grey(ferrite, shading=1.5 * (LIGHT - DARK))
    assert abs(ferrite_fraction(image) - fraction) > 0.2
    assert abs(mean_free_path(image) / path - 1) > 0.3
    for width in (16, 40, 64):
        assert ferrite_fraction(image, background_px=width) == pytest.approx(fraction, abs=1e-3)
        assert mean_free_path(image, background_px=width) == pytest.approx(path, rel=0.01)


def test_mild_shading_is_harmless():
    """Half the contrast leaves a gap between the phases, where the threshold lies."""
    ferrite = stripes(12, 16)
    image = grey(ferrite, shading=0.5 * (LIGHT - DARK))
    assert (ferrite_fraction(image), mean_free_path(image)) == counted(ferrite)


def test_a_narrow_background_shortens_paths():
    """A Gaussian narrower than a grain takes away the grain's own inside."""
    rng = np.random.default_rng(0)
    ferrite = gaussian_filter(rng.normal(size=(SIZE, SIZE)), 6) > 0
    image = grey(ferrite, noise=15)
    whole, wide, narrow = (mean_free_path(image, background_px=each) for each in (None, 100, 8))
    assert wide == pytest.approx(whole, rel=0.02)
    assert narrow < 0.8 * whole


def test_one_peak_is_told():
    """Noise alone is divided in halves, and marked; two phases are not."""
    rng = np.random.default_rng(0)
    noise = rng.normal(128, 20, (SIZE, SIZE)).clip(0, 255).astype(np.uint8)
    found = measure_morphology(np.stack([noise, grey(stripes(12, 16), 20)]))
    assert found.one_peak.tolist() == [True, False]
    assert found.failure.tolist() == ["", ""]
    assert found.ferrite_fraction[0] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("background_px", [None, 5.0])
@pytest.mark.parametrize("level", [0, 7, 255])
def test_one_phase_is_refused(level, background_px):
    """Nothing divides an image of one grey level."""
    image = np.full((9, 9), level, np.uint8)
    for measure in (ferrite_fraction, mean_free_path):
        with pytest.raises(ValueError, match=f"image has one phase: every pixel .* {level},"):
            measure(image, background_px=background_px)


@pytest.mark.parametrize(
    ("image", "words", "sentence"),
    [
        (np.zeros((2, 2, 2)), {}, r"must be \(rows, columns\), got shape \(2, 2, 2\)"),
        (np.zeros((0, 4)), {}, "must be"),
        (np.array([[0, np.nan]]), {}, "NaN or infinite"),
        (np.eye(2), {"phase": "white"}, "phase must be light or dark, got 'white'"),
        (np.eye(2), {"background_px": 0.0}, "background_px must be a length above 0, got 0"),
        (np.eye(2), {"pixel_size_um": -1.0}, "pixel_size_um must be a length above 0, got -1"),
    ],
)
def test_what_cannot_be_measured_is_refused(image, words, sentence):
    """One sentence says what is wrong."""
    with pytest.raises(ValueError, match=sentence):
        mean_free_path(image, **words)
