"""Reconstructions against originals: known biases, intervals by micrograph, differences."""

import numpy as np
import pytest

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.studies.steel.codes.axes import code_colours, principal_axes
from pspflow.studies.steel.codes.reconstructions import biases, compared, differences
from pspflow.studies.steel.morphology.options import MorphologyOptions

from .small_set import made_up_rows as rows


def rng():
    """Return the generator of the resamples."""
    return np.random.default_rng(0)


def test_stripes_that_a_decoder_widens_have_a_known_bias():
    """Stripes of 4 light in 8 pixels become 6 in 8; a chip of one phase fails, and says so."""
    across = np.arange(32) % 8
    thin, wide = (np.where(across < n, 200, 50).astype(np.uint8) for n in (4, 6))
    originals = np.stack([np.tile(thin, (32, 1))] * 2)
    made = np.stack([np.tile(wide, (32, 1)), np.full((32, 32), 90, np.uint8)])
    table = compared(originals, made, MorphologyOptions())
    assert list(table["failure"]) == ["", "one phase"]
    assert table["ferrite_fraction"].tolist() == [0.5, 0.5]
    assert table["reconstructed_ferrite_fraction"][0] == 0.75
    # along the stripes a chord is as long as the chip
    assert table["mean_free_path_px"][0] == (4 + 32) / 2
    assert table["reconstructed_mean_free_path_px"][0] == (6 + 32) / 2
    assert table["mse"][0] == pytest.approx((150 / 127.5) ** 2 / 4)


def test_biases_are_those_that_were_made_up():
    """By domain and of all; a constant bias has no interval to speak of."""
    table = biases(rows(1.1), rng()).set_index("domain")
    assert list(table.index) == ["a", "b", "all"]
    np.testing.assert_allclose(table["path_bias_percent"], 10)
    np.testing.assert_allclose(table["ferrite_bias_points_low"], 2)
    np.testing.assert_allclose(table["ferrite_bias_points_high"], 2)
    assert list(table["micrographs"]) == [4, 4, 8]


def test_one_micrograph_gives_no_interval_and_failures_are_counted():
    """Its chips say nothing about other micrographs."""
    given = rows(1.1, micrographs=1)
    given.loc[0, "failure"] = "one phase"
    table = biases(given, rng()).set_index("domain")
    assert list(table["left_out"]) == [1, 0, 1]
    np.testing.assert_allclose(table["path_bias_percent"], 10)
    assert table["path_bias_percent_low"].isna().all()


def test_a_domain_of_failures_has_no_bias():
    """It is counted, and the other domain's chips are all that there is."""
    given = rows(1.1)
    given.loc[given["domain"] == "a", "failure"] = "one phase"
    table = biases(given, rng()).set_index("domain")
    assert np.isnan(table.loc["a", "path_bias_percent"])
    assert table.loc["all", "path_bias_percent"] == pytest.approx(10)


def test_models_are_compared_by_the_size_of_their_biases():
    """A bias of -3 % is smaller than one of +10 %, though it is lower by 13."""
    given = {"vq": rows(1.1, noise=0.01), "sharp": rows(0.97, noise=0.01)}
    value, low, high = differences(given, "path_bias_percent", rng)["sharp"]
    assert low < value < high < 0
    assert value == pytest.approx(-7, abs=0.5)


def test_models_are_compared_on_chips_that_both_could_measure():
    """One that fails on the hard chips gains nothing; one that fails on all is not compared."""
    given = {"vq": rows(1.1), "sharp": rows(1.1)}
    hard = given["sharp"].index[::2]
    for model in given.values():
        model.loc[hard, "reconstructed_mean_free_path_px"] *= 3
    given["sharp"].loc[hard, "failure"] = "one phase"
    assert differences(given, "path_bias_percent", rng)["sharp"][0] == pytest.approx(0)
    given["sharp"]["failure"] = "one phase"
    assert np.isnan(differences(given, "path_bias_percent", rng)["sharp"]).all()


def test_principal_axes_are_those_of_singular_vectors():
    """Coordinates up to sign, shares of variance, and a sign that says where the extreme is."""
    points = np.random.default_rng(2).normal(size=(20, 50)) * np.linspace(0.1, 3, 50)
    found = principal_axes(points)
    left, singular, _ = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(found.coordinates), np.abs(left * singular)[:, :2])
    np.testing.assert_allclose(found.explained, (singular**2 / (singular**2).sum())[:2])
    assert (found.coordinates.max(axis=0) >= -found.coordinates.min(axis=0)).all()
    assert principal_axes(np.ones((3, 4))).explained.tolist() == [0, 0]


def test_codes_are_coloured_by_rank_along_the_first_axis():
    """All codes have their own colours, and neighbours similar ones."""
    book = np.array([[3.0, 0], [1, 0.1], [2, 0], [0, 0]])
    colours = code_colours(book).astype(int)
    assert (colours.shape, len(np.unique(colours, axis=0))) == ((4, 3), 4)
    order = [3, 1, 2, 0]
    assert np.array_equal(colours[order], code_colours(book[order]))


def test_the_stage_compares_test_chips_and_places_training_chips(models, steel_set):
    """Every test chip that was drawn has a row; the pictures belong to rows of the table."""
    table = read_table(models["vq"].reconstructions)
    tested = steel_set.rows.set_index("chip_id").loc[table["chip_id"]]
    assert (tested["split"] == "test").all()
    assert len(table) == 3 * 6
    store = open_store(models["vq"].pictures)
    assert store.attrs["domains"] == ["slow", "slow", "medium", "medium", "fast", "fast"]
    assert read_values(store, "reconstruction").shape == (6, 32, 32)
    position = read_values(store, "position")
    assert (steel_set.rows["split"].iloc[position] == "train").all()
    assert read_values(store, "coordinates").shape == (14, 2)
    assert read_values(store, "thumbnail").shape == (14, 32, 32)
