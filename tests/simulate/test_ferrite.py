"""Micrographs of steel: they have the paper's morphology, and hide what a sheet does not say."""

from dataclasses import replace

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from pspflow.simulate import ferrite, ferrite_growth, simulate_steel_micrograph

RATES = (1.0, 3.0, 10.0, 30.0)
FRACTION = {1: (73.4, 15.8), 3: (68.8, 13.9), 10: (66.2, 29.3), 30: (63.4, 50.3)}
PATH = {1: (6.50, 0.857), 3: (4.49, 0.346), 10: (3.88, 0.361), 30: (3.64, 0.528)}
"""Training rows of the paper's Tables I and II: mean and variance in % and in µm, by rate."""
EACH = 24


def micrograph(rate, seed=0, size_px=(256, 256), pixel_size_um=0.34):
    rng = np.random.default_rng(seed)
    return simulate_steel_micrograph(rate, rng, size_px, pixel_size_um)


def measured(chip):
    """Return ferrite fraction in % and mean free path in µm, computed by other code than ours.

    Behind a row of pearlite, every run of ferrite starts with a step up.
    """
    light = chip > threshold_otsu(chip)
    steps = [np.diff(np.pad(light.astype(np.int8), 1), axis=axis) for axis in (0, 1)]
    paths = [light.sum() / (step == 1).sum() for step in steps]
    return 100 * light.mean(), 0.34 * np.mean(paths)


@pytest.fixture(scope="module")
def images():
    """Return small micrographs of every rate: chips of many micrographs scatter independently."""
    return {rate: [micrograph(rate, [1, i]) for i in range(EACH)] for rate in RATES}


@pytest.fixture(scope="module")
def morphology(images):
    """Return ferrite fraction and path (chips, 2) of every rate."""
    corners = [(row, column) for row in (0, 128) for column in (0, 128)]
    return {
        rate: np.array(
            [measured(image[r : r + 128, c : c + 128]) for image in found for r, c in corners]
        )
        for rate, found in images.items()
    }


@pytest.mark.parametrize("rate", RATES)
def test_chips_have_the_papers_morphology(morphology, rate):
    """Means and variances of Tables I and II, within what a sample of this size may miss.

    The stated tolerances, 2.5 points and 7 % for the means and a factor of 1.8 for the variances,
    are about three standard errors of 96 chips of 24 micrographs; samples that are larger by far
    are nearer, as the module says.
    """
    (fraction, path), variances = morphology[rate].mean(0), morphology[rate].var(0)
    assert fraction == pytest.approx(FRACTION[rate][0], abs=2.5)
    assert path == pytest.approx(PATH[rate][0], rel=0.07)
    for found, wanted in zip(variances, (FRACTION[rate][1], PATH[rate][1]), strict=True):
        assert 1 / 1.8 < found / wanted < 1.8


@pytest.mark.parametrize("rate", RATES)
def test_micrographs_of_one_rate_differ(morphology, rate):
    """Micrographs have hidden variables of their own: chips of one are more alike."""
    by_micrograph = morphology[rate].reshape(EACH, 4, 2)
    within = by_micrograph.var(1, ddof=1).mean(0)
    between = by_micrograph.mean(1).var(0, ddof=1)
    assert np.all(between > 1.3 * within / 4)


def test_both_means_fall_with_the_rate(monkeypatch):
    """Without what is hidden, fraction and path are monotone in the rate, tabled rates or not."""

    def bare(rate):
        return replace(ferrite_growth(rate), amplitude=0.0, scatter=0.0)

    monkeypatch.setattr(ferrite, "ferrite_growth", bare)
    means = [
        np.mean([measured(micrograph(rate, seed, (384, 384), 0.68)) for seed in range(3)], axis=0)
        for rate in (1, 1.7, 3, 5.5, 10, 17, 30)
    ]
    assert np.all(np.diff(means, axis=0) < 0)


def test_law_is_smooth_and_meets_its_knots():
    """The parameters are those fitted at the tabled rates, without a jump anywhere between."""
    names = ("spacing_um", "reach", "amplitude", "stretch", "scatter")
    tables = (ferrite.SPACING_UM, ferrite.REACH, ferrite.AMPLITUDE, ferrite.STRETCH)
    growths = [ferrite_growth(rate) for rate in np.geomspace(0.5, 60, 200)]
    for name, table in zip(names, (*tables, ferrite.SCATTER), strict=True):
        for rate, value in zip(RATES, table, strict=True):
            assert getattr(ferrite_growth(rate), name) == pytest.approx(value)
        fine = np.array([getattr(growth, name) for growth in growths])
        assert np.all(fine > 0)
        assert np.abs(np.diff(np.log(fine), 2)).max() < 4e-3


@pytest.mark.parametrize("rate", [0.3, 100.0])
def test_extrapolated_rates_still_show_two_phases(rate):
    """Beyond the fitted rates there is an image, for models that are asked for one."""
    fraction, path = measured(micrograph(rate))
    assert 40 < fraction < 95
    assert 1 < path < 20


@pytest.mark.parametrize("rate", [0.0, -3.0, float("nan"), float("inf")])
def test_rates_without_a_logarithm_are_refused(rate):
    """The sentence names the rate and what it must be."""
    with pytest.raises(ValueError, match=r"^The cooling rate is .* °C/s; it must be above 0"):
        micrograph(rate)


@pytest.mark.parametrize("size_um", [0.0, -1.0, float("nan"), 3.0])
def test_pixels_that_cannot_show_ferrite_are_refused(size_um):
    """A pixel as large as a grain would show noise; the sentence says the largest that will do."""
    with pytest.raises(ValueError, match=r"pixel size is .* µm; .* at most 1\.\d µm and above 0"):
        micrograph(30.0, pixel_size_um=size_um)


def test_same_generator_same_pixels():
    """A micrograph is a function of rate and generator alone."""
    np.testing.assert_array_equal(micrograph(3.0), micrograph(3.0))
    assert not np.array_equal(micrograph(3.0), micrograph(3.0, seed=1))


@pytest.mark.parametrize("size_px", [(64, 150), (65, 33), (1, 1)])
@pytest.mark.parametrize("pixel_size_um", [0.1, 0.34, 1.0])
def test_any_size_is_drawn(size_px, pixel_size_um):
    """Pixels are uint8 of the wanted shape."""
    image = micrograph(10.0, size_px=size_px, pixel_size_um=pixel_size_um)
    assert image.dtype == np.uint8
    assert image.shape == size_px


def test_pixel_size_changes_pixels_and_not_the_steel():
    """At twice the pixel size the path has half as many pixels."""
    fine = np.mean([measured(micrograph(1.0, seed)) for seed in range(8)], axis=0)
    coarse = [measured(micrograph(1.0, seed, pixel_size_um=0.68)) for seed in range(8)]
    assert np.mean(coarse, axis=0)[1] == pytest.approx(fine[1] / 2, rel=0.1)
    assert np.mean(coarse, axis=0)[0] == pytest.approx(fine[0], abs=3)


@pytest.mark.parametrize("rate", RATES)
def test_threshold_lies_in_a_valley(images, rate):
    """Grey levels have two peaks: Otsu's threshold may move by 8 levels and ferrite changes little.

    So boundaries of ferrite are too faint, and lamellae too dark, to be taken for the other phase.
    """
    for image in images[rate][:12]:
        level = threshold_otsu(image)
        shares = [np.mean(image > level + step) for step in (8, -8)]
        assert shares[1] - shares[0] < 0.1


def test_grey_level_does_not_tell_the_rate(images):
    """Gain and offset are drawn: the mean grey level names the rate hardly better than chance.

    The best assignment by nearest mean, on the very micrographs that the means are taken from.
    """
    means = np.array([[image.mean() for image in images[rate]] for rate in RATES])
    centres = means.mean(1)
    named = np.abs(means[..., None] - centres).argmin(-1) == np.arange(4)[:, None]
    assert named.mean() < 0.5
    assert means.std(1).min() > 8


def test_few_pixels_saturate(images):
    """Settings of the camera never push more than a few pixels in a thousand out of range."""
    for found in images.values():
        for image in found:
            assert np.mean((image == 0) | (image == 255)) < 0.005


def test_border_is_like_the_interior(images):
    """Blur and fields do not end at the border: mean and spread there equal those inside."""
    border = np.ones((256, 256), dtype=bool)
    border[2:-2, 2:-2] = False
    levels = [(i[border], i[~border]) for found in images.values() for i in map(np.float32, found)]
    differences = np.array([[e.mean() - n.mean(), e.std() - n.std()] for e, n in levels])
    errors = differences.std(0) / np.sqrt(len(differences))
    assert np.all(np.abs(differences.mean(0)) < 3.5 * errors)
