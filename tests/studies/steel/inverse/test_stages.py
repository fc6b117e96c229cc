"""The stages of the chapter: what they write, and what they promise."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table
from pspflow.report.section import Section
from pspflow.studies.steel.images.options import COOLING_RATE
from pspflow.studies.steel.inverse.inference import LIKELIHOODS, fit_inference, load_inference
from pspflow.studies.steel.inverse.micrographs import separate_chips
from pspflow.studies.steel.inverse.reached import difference_of, error_table
from pspflow.studies.steel.inverse.section import CAPTIONS
from pspflow.studies.steel.inverse.tested import calibration_table, compared, coverage_curves
from pspflow.studies.steel.inverse.wishes import NEAREST, PROPERTIES, SOURCES, choose_wishes

from .conftest import MEASURING, OPTIONS, RATES, SIZE


def test_grid_spans_the_trained_range(study):
    """Conditions are equally spaced in the logarithm, from the lowest to the highest."""
    table = read_table(study.folder / "grid.parquet")
    np.testing.assert_allclose(table[COOLING_RATE].unique(), np.geomspace(1, 30, OPTIONS.grid))
    assert (table.groupby(COOLING_RATE).size() == OPTIONS.chips_per_grid_point).all()


def test_wishes_are_test_chips_of_every_domain(study):
    """They are measured chips of the test split, extremes among them, the same in every run."""
    tests = study.measures[study.measures["split"] == "test"]
    for count in (2, 4, 8):
        wishes = choose_wishes(tests, count)
        assert set(wishes["chip_id"]) <= set(tests["chip_id"])
        assert len(wishes) == count
        assert wishes["domain"].nunique() == min(count, len(RATES))
        pd.testing.assert_frame_equal(wishes, choose_wishes(tests.sample(frac=1), count))
    wanted = choose_wishes(tests, 8)["wanted_mean_free_path_px"]
    low, high = tests["mean_free_path_px"].quantile([0.1, 0.9])
    assert wanted.min() < low
    assert wanted.max() > high


def test_every_wish_has_chips_of_every_source(study):
    """The nearest training chip is nearer than others; a wish is the same for all its chips."""
    table = read_table(study.folder / "wishes.parquet")
    assert set(table["source"]) == set(SOURCES)
    made = table[table["source"] == PROPERTIES]
    assert (made.groupby("wish").size() == OPTIONS.chips_per_wish).all()
    assert len(table[["wish", "wanted_ferrite_fraction"]].drop_duplicates()) == 4
    errors = error_table(table, 100, np.random.default_rng(0)).set_index("source")
    assert errors["path_percent_rms"].idxmin() == NEAREST
    assert np.isnan(errors.loc[NEAREST, "path_percent_rms_low"])
    low, value, high = (
        errors.loc[PROPERTIES, f"path_percent_rms{end}"] for end in ("_low", "", "_high")
    )
    assert low <= value <= high
    found = difference_of(table, "path_percent", NEAREST, PROPERTIES)
    assert (found.runs, found.mean < 0) == (4, True)


def test_chips_without_a_value_are_left_out_and_counted():
    """Errors are those of the chips that were measured."""
    table = pd.DataFrame(
        {
            "wish": 1,
            "source": PROPERTIES,
            "ferrite_fraction": [0.6, 0.7, np.nan],
            "mean_free_path_px": [11.0, 9.0, np.nan],
            "wanted_ferrite_fraction": 0.6,
            "wanted_mean_free_path_px": 10.0,
            "failure": ["", "", "one phase"],
        }
    )
    row = error_table(table, 100, np.random.default_rng(0)).iloc[0]
    assert (row["chips"], row["one_phase"]) == (3, 1)
    assert row["ferrite_points_bias"] == pytest.approx(5)
    assert row["path_percent_bias"] == pytest.approx(0)
    assert row["path_percent_rms"] == pytest.approx(10)


def test_a_likelihood_is_read_as_it_was_fitted(study):
    """All three, with the range of the condition and the size of a pixel."""
    fitted = fit_inference(
        study.measures,
        study.chips,
        read_table(study.folder / "grid.parquet"),
        MEASURING.conditions,
    )
    read = load_inference(study.file)
    assert read.axes == fitted.axes
    assert read.pixel_size_um == pytest.approx(0.5)
    x = np.linspace(-1, 1, 3)[:, None]
    for name in LIKELIHOODS:
        one, other = (
            each.likelihoods[name].log_likelihood(np.array([0.7, 5.0]), x, 4 * SIZE**2)
            for each in (fitted, read)
        )
        np.testing.assert_allclose(one, other)
    with pytest.raises(InputError, match="none of an inference"):
        load_inference(study.folder / "codes")


def test_chips_that_overlap_do_not_count_twice(study):
    """Of the 9 chips of a micrograph 4 do not overlap."""
    kept = separate_chips(study.measures, study.chips)
    assert (kept.groupby("micrograph").size() == 4).all()


def test_too_few_micrographs_are_refused(study):
    """Scatter between micrographs cannot be learned from one of each domain."""
    first = study.measures["micrograph"].str.endswith("-0") | (study.measures["split"] != "train")
    with pytest.raises(InputError, match="two training micrographs"):
        fit_inference(
            study.measures[first].reset_index(drop=True),
            study.chips[first.to_numpy()].reset_index(drop=True),
            read_table(study.folder / "grid.parquet"),
            MEASURING.conditions,
        )


@pytest.mark.parametrize(("name", "count"), [("tested", 5), ("sheet", 4)])
def test_tested_micrographs_have_all_posteriors(study, name, count):
    """Simulated ones at rates of their own, or the test micrographs of the sheet at theirs."""
    table = read_table(study.folder / f"{name}.parquet")
    assert (table.groupby("likelihood")["micrograph"].nunique() == count).all()
    assert set(table["likelihood"]) == set(LIKELIHOODS)
    assert (table["low"] <= table["median"]).all()
    assert (table["median"] <= table["high"]).all()
    assert table["truth"].between(1, 30).all()
    inside = (table["low"] <= table["truth"]) & (table["truth"] <= table["high"])
    held = table["below_truth"].between(0.05, 0.95)
    assert (inside == held).mean() > 0.9
    if name == "sheet":
        assert set(table["truth"]) == set(RATES)


def test_summaries_follow_from_the_tests():
    """Counts, widths and errors of intervals that are known."""
    truth = np.exp(np.linspace(0, 3, 10))
    rows = pd.DataFrame(
        {
            "micrograph": [f"m{k}" for k in range(10)],
            "condition": COOLING_RATE,
            "truth": truth,
            "truth_met": np.log(truth),
            "mean_met": np.log(truth) + 0.5,
            "low": truth * 0.5,
            "high": [*(2 * truth[:8]), *(0.9 * truth[8:])],
            "width_met": np.log(4),
            "below_truth": [*np.linspace(0.1, 0.9, 8), 0.99, 0.99],
        }
    )
    tested = pd.concat([rows.assign(likelihood=name) for name in ("one", "other")])
    row = calibration_table(tested).iloc[0]
    assert (row["held"], row["micrographs"]) == (8, 10)
    # exact interval of 8 of 10, Clopper and Pearson 1934
    assert (row["share_low"], row["share_high"]) == pytest.approx((0.4439, 0.9748), abs=1e-4)
    assert row["rms_error"] == pytest.approx(0.5)
    assert row["bias"] == pytest.approx(0.5)
    curve = coverage_curves(tested)
    reached = curve[(curve["likelihood"] == "one") & (curve["nominal"] == 0.9)]["reached"]
    assert reached.item() == pytest.approx(0.8)
    assert all(each.mean == 0 for each in compared(tested, COOLING_RATE, "one", "other").values())


def test_section_says_what_got_worse_first(study):
    """Findings name the data as simulated; every figure has its caption."""
    text, _ = read_section(study.folder / "section.json")
    section = Section.model_validate_json(text)
    assert [figure.name for figure in section.figures] == [f"inverse_{name}" for name in CAPTIONS]
    assert all("simulated" in sentence for sentence in section.findings)
    assert "simulated" in section.parts[1].text
    worse = [
        any(word in each for word in (" higher than ", "; higher)", "too few", "too wide"))
        for each in section.findings
        if "on average" not in each  # which is worse by its bias too
    ]
    assert worse == sorted(worse, reverse=True)
