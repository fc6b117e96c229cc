"""What was built into reconstructions and samples is found by the measures."""

import numpy as np
import pytest

from pspflow.evaluation.copies import BLOCKS
from pspflow.studies.latent.evaluation import connectivity, sampled
from pspflow.studies.latent.evaluation.reconstructed import (
    MEAN_IMAGE,
    MSE,
    ORIGINAL,
    R2,
    SPREAD,
    SSIM,
    STUCK,
)
from pspflow.studies.latent.evaluation.units import varied, with_ends


def test_perfect_reconstructions_have_no_error(measured_all):
    """Images instead of their reconstructions: R² and SSIM of 1, no difference to themselves."""
    for measure, value in ((MSE, 0), (R2, 1), (SSIM, 1), (SPREAD, 1)):
        row = measured_all.row("gaussian_smooth", "reconstructions", "pca", measure)
        assert row["value"] == pytest.approx(value)
        assert np.isnan(row["less_pca"])


def test_the_mean_image_explains_nothing(measured_all):
    """Its R² is 0 but for rounding to grey levels."""
    row = measured_all.row("gaussian_smooth", "reconstructions", MEAN_IMAGE, R2)
    assert row["value"] == pytest.approx(0, abs=1e-3)


def test_differences_are_paired(measured_all):
    """The difference of two models is that of their values, and its interval excludes 0."""
    ours = measured_all.row("gaussian_smooth", "reconstructions", "kaiming", MSE)
    other = measured_all.row("gaussian_smooth", "reconstructions", "printed", MSE)
    assert ours["less_printed"] == pytest.approx(ours["value"] - other["value"])
    assert ours["less_printed_high"] < 0


def test_a_constant_output_is_found(measured_all):
    """It has no spread; what follows the images has as much as they have."""
    stuck = measured_all.row("gaussian_smooth", "reconstructions", "printed", SPREAD)
    alive = measured_all.row("gaussian_smooth", "reconstructions", "kaiming", SPREAD)
    assert stuck["value"] < STUCK < alive["value"]


def test_broken_boundaries_are_found(measured_all):
    """Gaps have ends and join cells, in reconstructions and in samples."""
    for kind, real in (("reconstructions", ORIGINAL), ("samples", sampled.REAL_TEST)):
        whole = measured_all.row("grain_growth", kind, real, connectivity.ENDS)
        broken = measured_all.row("grain_growth", kind, "printed", connectivity.ENDS)
        closed = measured_all.row("grain_growth", kind, "distance", connectivity.ENDS)
        assert whole["value"] == closed["value"] == 0
        assert broken["low"] > 0
        cells = [
            measured_all.row("grain_growth", kind, model, connectivity.CELLS)["value"]
            for model in (real, "printed")
        ]
        assert cells[0] > cells[1]


def test_joined_edges_are_measured_of_periodic_data(measured_all):
    """Lines of the wall go on at the opposite edge; the stem of a T upside down ends there."""
    rows = measured_all.tables["grain_growth"]["samples"]
    for measure, value in ((connectivity.JOINED_ENDS, 0), (connectivity.JOINED_SEPARATING, 1)):
        real = measured_all.row("grain_growth", "samples", sampled.REAL_TEST, measure)
        assert real["value"] == pytest.approx(value, abs=0.01)
    image = np.full((1, 48, 48), 255, np.uint8)
    image[0, 24], image[0, :24, 10] = 0, 0
    lines = connectivity.lines_of("grain_growth", image)
    assert lines.ends.tolist() == [0]
    assert lines.joined[:, 1].tolist() == [1]
    assert connectivity.lines_of("additive", image).joined is None
    assert set(connectivity.UNITS) <= set(rows["measure"])


def test_a_collapsed_set_recalls_nothing(measured_all):
    """One image again and again: no recall, no pair distance."""
    for measure in (sampled.RECALL, sampled.PAIRS_FEATURES, sampled.PAIRS_PIXELS):
        row = measured_all.row("uhcs_64x64", "samples", "dcgan", measure)
        assert row["value"] == pytest.approx(0, abs=1e-3)


def test_fresh_images_are_near_the_ruler(measured_all):
    """Independent draws of the same population recall and are as dense as training images."""
    for measure, room in ((sampled.RECALL, 0.25), (sampled.DENSITY, 0.5), (sampled.KID, 1)):
        made = measured_all.row("gaussian_smooth", "samples", "pca", measure)
        ruler = measured_all.row("gaussian_smooth", "samples", sampled.REAL_TRAINING, measure)
        assert made["value"] == pytest.approx(ruler["value"], abs=room)
        assert made["images"] == ruler["images"]


def test_two_exact_copies_among_many_are_counted(measured_all):
    """Mirrored ones too; they hardly change means."""
    table = measured_all.tables["gaussian_smooth"]["copies"]
    counted = table[table["features"] == BLOCKS].set_index(["model", "sampler"])["copies"]
    assert counted["kaiming", "fitted"] == 2
    assert counted["kaiming", "independent"] == 0


def test_intervals_hold_their_values(measured_all):
    """Those of means over images, resampled by group."""
    for dataset, tables in measured_all.tables.items():
        rows = tables["reconstructions"]
        rows = rows[rows["measure"] == MSE]
        assert (rows["low"] <= rows["value"] + 1e-12).all(), dataset
        assert (rows["value"] <= rows["high"] + 1e-12).all(), dataset
    assert measured_all.tables["uhcs_64x64"]["reconstructions"]["groups"].unique() == [5]


def test_light_fractions_are_marked_in_percent():
    """Half of the pixels light is the mark at 50 %."""
    image = np.zeros((1, 4, 4), np.uint8)
    image[0, :2] = 255
    assert sampled.light_fractions(image).argmax(axis=1) == [50]


def test_one_unit_has_no_interval():
    """Its resamples are all alike, which would look like certainty."""
    values, many, one = np.array([1.0, 0.9, 1.1]), np.array([0, 1]), np.array([3, 3])
    np.testing.assert_array_equal(varied(values, many, many), values)
    assert np.isnan(varied(values, many, one)[1:]).all()
    assert np.isnan(with_ends(varied(values, one))["low"])
