"""Chips are generated, measured and compared: a small study with networks of random weights."""

import numpy as np
import pytest
import torch

from pspflow.io.arrays import open_store, read_values
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table, table_provenance
from pspflow.report.section import Section
from pspflow.studies.steel.codes.trained import load_codes
from pspflow.studies.steel.generation.making import INDEPENDENT, PRIOR
from pspflow.studies.steel.generation.moments import GENERATED, REAL, TRAINING, TRUTH
from pspflow.studies.steel.generation.sets import drawn_chips
from pspflow.studies.steel.generation.stages.generate import generate
from pspflow.studies.steel.images.options import COOLING_RATE
from pspflow.studies.steel.morphology.measured import measured


def test_chips_are_made_for_every_domain_and_condition(study):
    """As many of each; of the baseline too; for the rates of the test micrographs."""
    table = read_table(study.generated["vq/all"])
    counts = table.groupby(["source", "domain", COOLING_RATE]).size()
    both = (PRIOR, INDEPENDENT)
    expected = {(source, *each) for source in both for each in study.rates.items()}
    expected |= {(PRIOR, "", rate) for (rate,) in study.options.further}
    assert set(counts.index) == expected
    assert (counts == study.options.chips_per_condition).all()


def test_networks_that_have_not_seen_a_domain_make_its_chips_alone(study):
    """And no further conditions, and no baseline."""
    table = read_table(study.generated["vq/held_out"])
    assert set(table["domain"]) == {study.held_out}
    assert set(table["source"]) == {PRIOR}
    assert len(table) == study.options.chips_per_condition


def test_stored_chips_are_decoded_codes_and_have_their_measures(study):
    """Codes decode to the pixels; measures are those of the pixels, with the sheet's pixel size."""
    store = open_store(study.stores["vq/all"])
    images, codes = read_values(store, "images"), read_values(store, "codes")
    coder = load_codes(study.networks["vq/all"]["codes"], torch.device("cpu"))
    np.testing.assert_array_equal(coder.decode(codes), images)
    assert codes.max() < study.codes
    assert read_values(store, "colour").shape == (study.codes, 3)
    table = read_table(study.generated["vq/all"])
    expected = measured(images, study.measuring, study.pixel_size_um)
    for name in expected:
        np.testing.assert_array_equal(table[name], expected[name])


def test_the_same_seed_makes_the_same_chips(study, tmp_path):
    """And another one others."""
    made = []
    for seed in (0, 1):
        path = tmp_path / f"{seed}.parquet"
        generate(
            training="vq/held_out",
            **study.networks["vq/held_out"],
            **study.known,
            store=tmp_path / f"{seed}.zarr",
            table=path,
            domain=study.held_out,
            options=study.options,
            measuring=study.measuring,
            seed=seed,
        )
        made.append(read_table(path))
    first = read_table(study.generated["vq/held_out"])
    assert made[0].equals(first)
    assert not made[1].equals(first)
    assert table_provenance(path)["seed"] == 1


def test_moments_are_those_of_the_drawn_chips(study):
    """Mean of real test chips, and variance over chips of its two micrographs."""
    rows = study.moments[(study.moments["set"] == REAL) & (study.moments["domain"] == "slow")]
    at = drawn_chips(study.measures, "test", "slow", study.options.chips_per_condition, 0)
    values = 100 * study.measures["ferrite_fraction"].iloc[at]
    fraction = rows[rows["quantity"] == "ferrite fraction"].set_index("moment")
    assert fraction.loc["mean", "value"] == pytest.approx(values.mean())
    micrographs = study.measures["micrograph"].iloc[at].to_numpy()
    one, other = (values.to_numpy()[micrographs == name] for name in sorted(set(micrographs)))
    assert fraction.loc["variance", "value"] == pytest.approx(
        np.square(one[:, None] - other).mean() / 2
    )
    assert (rows["micrographs"] == 2).all()
    assert rows["error"].isna().all()
    # two micrographs tell nothing of a variance
    assert ((rows["low"] <= rows["high"]) == (rows["moment"] == "mean")).all()


def test_errors_are_against_test_chips_of_the_same_place(study):
    """Points for mean fractions, else per cent; further conditions against the simulator."""
    table = study.moments.set_index(["set", "source", "trained_on", "domain", "conditions"])
    for kind, made in ((REAL, ("slow", "")), (TRUTH, ("", "2"))):
        ours = table.loc[(GENERATED, PRIOR, "all", *made)]
        real = table.loc[(kind, "", "", *made)]
        for (_, mine), (_, theirs) in zip(ours.iterrows(), real.iterrows(), strict=True):
            if mine["error_unit"] == "points":
                expected = mine["value"] - theirs["value"]
            else:
                expected = 100 * (mine["value"] / theirs["value"] - 1)
            assert mine["error"] == pytest.approx(expected)
            known = mine["error_low"] <= mine["error_high"]
            assert known == (mine["moment"] == "mean")
    assert set(study.moments["set"]) == {REAL, TRAINING, TRUTH, GENERATED}


def test_distances_have_rulers_in_every_domain(study):
    """Every set and ruler by every measure."""
    made = {"vq/all prior", "vq/all independent", "real training"}
    for _, rows in study.distances.groupby("measure"):
        here = rows.groupby("domain")["made"].agg(set)
        assert set(here.index) == set(study.rates)
        assert all(made <= each for each in here)
        assert "vq/held_out prior" in here[study.held_out]
    assert study.distances["measure"].nunique() == 8
    known = study.distances[study.distances["measure"] == "lineal path"]
    assert {"real halves", "another domain"} <= set(known["made"])


def test_the_baseline_is_compared_on_every_measure(study):
    """PixelCNN less independent codes; only of coverage more is better."""
    table = study.baseline
    np.testing.assert_allclose(table["difference"], table["pixelcnn"] - table["independent"])
    assert set(table.loc[table["better"] == 1, "measure"]) == {
        "coverage, texture",
        "coverage, morphology",
    }
    assert (table.groupby("measure").size() == len(study.rates)).all()
    assert (table[["low", "high"]].dropna().diff(axis=1)["high"] >= 0).all()


def test_the_section_shows_what_there_is(study):
    """Figures of the paper, tables of every measure; simulated chips are named as such."""
    written = Section.model_validate_json(read_section(study.folder / "section.json")[0])
    names = {figure.name for figure in written.figures}
    shown = ("chips", "further", "held_out", "measures", "conditions", "codes")
    assert names == {f"generation_{name}" for name in shown}
    assert {path.stem for path in (study.folder / "figures").iterdir()} == set(shown)
    assert written.headline == ()  # the domains are not the paper's
    text = " ".join(written.findings)
    assert "simulated" in text
    assert "copies" in text
    assert "which no network has seen" in text
