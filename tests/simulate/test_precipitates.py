from dataclasses import replace

import numpy as np
import pytest

from pspflow.simulate import (
    TEMPERS,
    Precipitates,
    simulate_micrograph,
    simulate_specimens,
    strength_mpa,
)

PIXEL_SIZE_UM = 0.05
SPECIMENS = simulate_specimens(32, seed=0)


@pytest.fixture
def precipitates():
    return SPECIMENS[0].precipitates("as_extruded")


def micrograph(precipitates, seed=0, size_px=128):
    return simulate_micrograph(precipitates, size_px, PIXEL_SIZE_UM, np.random.default_rng(seed))


def test_same_seed_same_pixels(precipitates):
    """A micrograph is a function of the structure and of the generator's seed alone."""
    np.testing.assert_array_equal(micrograph(precipitates), micrograph(precipitates))
    assert not np.array_equal(micrograph(precipitates), micrograph(precipitates, seed=1))


def test_specimen_independent_of_count():
    """Asking for more specimens, as a larger run does, changes none of the first ones."""
    assert simulate_specimens(5, seed=0) == SPECIMENS[:5]
    assert simulate_specimens(5, seed=1) != SPECIMENS[:5]
    assert len({specimen.name for specimen in SPECIMENS}) == len(SPECIMENS)


@pytest.mark.parametrize("temper", TEMPERS)
@pytest.mark.parametrize("size_px", [96, (64, 150), (1, 1)])
def test_shape_and_dtype(temper, size_px):
    """Every temper renders as uint8 (rows, columns), and one number means a square."""
    image = micrograph(SPECIMENS[0].precipitates(temper), size_px=size_px)
    assert image.dtype == np.uint8
    assert image.shape == (size_px if isinstance(size_px, tuple) else (size_px, size_px))


def test_tempers_are_ordered():
    """In every specimen T5 is finer than as extruded, and T6 finer, sparser and fainter still."""
    for specimen in simulate_specimens(500, seed=1):
        extruded, t5, t6 = (specimen.precipitates(temper) for temper in TEMPERS)
        assert extruded.mean_radius_um > t5.mean_radius_um > t6.mean_radius_um
        assert extruded.contrast > t5.contrast > t6.contrast
        assert extruded.irregularity > t5.irregularity > t6.irregularity
        assert extruded.area_fraction > max(t5.area_fraction, t6.area_fraction)


def test_t6_images_are_faint_but_not_empty():
    """T6 shows the least structure, but more than the noise of an empty matrix."""
    empty = Precipitates(1e-9, 0.1, 0.4, 0.1, 0.2)
    ranges = {
        temper: np.mean(
            [np.ptp(np.percentile(micrograph(s.precipitates(temper)), [1, 99])) for s in SPECIMENS]
        )
        for temper in TEMPERS
    }
    assert ranges["as_extruded"] > ranges["t5"] > ranges["t6"]
    blank = np.mean([np.ptp(np.percentile(micrograph(empty, i), [1, 99])) for i in range(32)])
    assert ranges["t6"] > 1.2 * blank


@pytest.mark.parametrize("treatment", ["t5", "t6"])
def test_strength_follows_the_stated_law(treatment):
    """Without scatter, strength is matrix - loss · f + Orowan · sqrt(f) / r, as documented."""
    matrix_mpa = {"t5": 430.0, "t6": 470.0}[treatment]
    for specimen in SPECIMENS:
        exact = replace(specimen, strength_deviation_t5_mpa=0.0, strength_deviation_t6_mpa=0.0)
        structure = exact.precipitates(treatment)
        radius_um, density_per_um2 = structure.mean_radius_um, structure.number_density_per_um2
        fraction = density_per_um2 * np.pi * radius_um**2 * (1 + structure.radius_cv**2)
        expected_mpa = matrix_mpa - 600.0 * fraction + 60.0 * fraction**0.5 / radius_um
        assert getattr(exact, f"uts_{treatment}_mpa") == pytest.approx(expected_mpa)
        assert strength_mpa(structure, treatment) == pytest.approx(expected_mpa)


def test_strength_scatters_about_the_law():
    """Tested strengths differ from the law, without bias, and stay in the range of 7075 tube."""
    specimens = simulate_specimens(400, seed=2)
    for treatment in ("t5", "t6"):
        tested = np.array([getattr(s, f"uts_{treatment}_mpa") for s in specimens])
        law = np.array([strength_mpa(s.precipitates(treatment), treatment) for s in specimens])
        scatter_mpa = np.std(tested - law)
        assert 1 < scatter_mpa < np.std(law) / 3
        assert abs(np.mean(tested - law)) < 4 * scatter_mpa / np.sqrt(len(specimens))
        assert 430 < tested.min() < tested.max() < 620


def test_radius_and_density_follow_the_feed_rate():
    """A faster feed gives finer and more precipitates in every temper, all else being equal."""
    for temper in TEMPERS:
        structures = [
            replace(SPECIMENS[3], feed_rate_mm_min=feed).precipitates(temper)
            for feed in (3.0, 5.0, 7.0, 9.0, 11.0, 13.0)
        ]
        assert np.all(np.diff([s.mean_radius_um for s in structures]) < 0)
        assert np.all(np.diff([s.number_density_per_um2 for s in structures]) > 0)


def test_reference_specimen_has_the_documented_structure():
    """At the reference feed and temperature, without scatter, the as-extruded laws are exact."""
    specimen = replace(
        SPECIMENS[0],
        feed_rate_mm_min=7.0,
        die_temperature_c=400.0,
        radius_deviation=0.0,
        density_deviation=0.0,
    )
    structure = specimen.precipitates("as_extruded")
    assert structure.mean_radius_um == pytest.approx(np.cbrt(0.07**3 + 0.19**3))
    assert structure.number_density_per_um2 == pytest.approx(0.45)
    hotter = replace(specimen, die_temperature_c=410.0).precipitates("as_extruded")
    assert hotter.mean_radius_um > structure.mean_radius_um
    assert hotter.number_density_per_um2 < structure.number_density_per_um2


def test_labels_are_related_but_not_the_same():
    """Ranks of feed rate and both strengths agree in part: no label can stand in for another."""
    specimens = simulate_specimens(300, seed=3)
    labels = [[s.feed_rate_mm_min, s.uts_t5_mpa, s.uts_t6_mpa] for s in specimens]
    ranks = np.argsort(np.argsort(labels, axis=0), axis=0)
    correlations = np.corrcoef(ranks.T)[np.triu_indices(3, k=1)]
    assert np.all((correlations > 0.4) & (correlations < 0.9))


def test_border_is_like_the_interior():
    """Precipitates cross the border: mean and spread there equal those of the interior."""
    structure = Precipitates(0.5, 0.4, 0.4, 0.2, 0.5)
    border = np.ones((96, 96), dtype=bool)
    border[2:-2, 2:-2] = False
    differences = []
    for seed in range(100):
        image = micrograph(structure, seed, size_px=96).astype(float)
        edge, inner = image[border], image[~border]
        differences.append([edge.mean() - inner.mean(), edge.std() - inner.std()])
    standard_error = np.std(differences, axis=0) / np.sqrt(len(differences))
    assert np.all(np.abs(np.mean(differences, axis=0)) < 3 * standard_error)


def test_irregular_boundaries_are_longer_around_the_same_area():
    """Irregularity changes the shape of the precipitates and not the area they cover."""
    areas, boundaries = [], []
    for irregularity in (0.0, 0.3):
        structure = Precipitates(0.1, 0.5, 0.2, irregularity, 0.5)
        bright = np.array([micrograph(structure, seed, 256) > 130 for seed in range(8)])
        areas.append(np.mean(bright))
        boundaries.append(np.mean(bright[:, 1:] != bright[:, :-1]))
    assert areas[1] == pytest.approx(areas[0], rel=0.05)
    assert boundaries[1] > 1.05 * boundaries[0]


def test_microscope_settings_differ_between_micrographs():
    """Matrix grey level and gain vary about their nominal values, beyond background and noise."""
    empty = Precipitates(1e-9, 0.1, 0.4, 0.1, 0.2)
    images = np.array([micrograph(empty, seed, 384) for seed in range(30)], dtype=np.float32)
    medians = np.median(images, axis=(1, 2))
    noise = np.std(np.diff(images, axis=2), axis=(1, 2)) / np.sqrt(2)
    assert np.mean(medians) == pytest.approx(85, abs=2)
    assert np.std(medians) > 2
    assert np.mean(noise) == pytest.approx(np.sqrt(85 / 9), rel=0.05)
    assert np.std(noise) > 0.02 * np.mean(noise)


def test_micrograph_shows_the_stated_precipitates():
    """Bright pixels cover the area fraction that the structure states."""
    structure = Precipitates(0.2, 0.3, 0.2, 0.1, 0.4)
    shares = [np.mean(micrograph(structure, seed, 384) > 85 + 40) for seed in range(8)]
    assert np.mean(shares) == pytest.approx(structure.area_fraction, rel=0.1)


def test_grey_levels_rarely_saturate():
    """The microscope's settings never push more than a few pixels in a thousand out of range."""
    for specimen in SPECIMENS:
        image = micrograph(specimen.precipitates("as_extruded"))
        assert np.mean((image == 0) | (image == 255)) < 0.003
