"""The section on forward prediction: findings, headline, tables, figures and the stage."""

import json

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.report.style import PAGE_INCHES
from pspflow.studies.composite.forward.accuracy import summary
from pspflow.studies.composite.forward.figures import accuracy_figure, latent_figure, parity_figure
from pspflow.studies.composite.forward.findings import Scale, findings
from pspflow.studies.composite.forward.ladder import ladder
from pspflow.studies.composite.forward.latents import latents_text
from pspflow.studies.composite.forward.section import forward_section, headline
from pspflow.studies.composite.forward.stages import section as stage
from pspflow.studies.composite.forward.stages.accuracy import accuracy as accuracy_stage
from pspflow.studies.composite.forward.stages.section import section as section_stage

ORIGIN = Provenance("test", {}, None, {})
SCALE = Scale(900, 21, 3)


def runs(mape):
    """Give three runs of nearly one MAPE."""
    return [mape - 0.1, mape, mape + 0.1]


def said(table, about, *, papers_material=True):
    """Return the findings that have these words, as one text."""
    sentences = findings(table, SCALE, papers_material=papers_material)
    return " ".join(sentence for sentence in sentences if about in sentence)


OTHERS = {"cnn": runs(5.0), "cnn_statistics": runs(5.0), "mixture_statistics": runs(5.0)}


@pytest.mark.parametrize(
    ("gaussian", "words", "never"),
    [
        ([3.9, 4.0, 4.1], "better by every measure", "worse"),
        ([5.9, 6.0, 6.1], "worse by every measure", "better by"),
        ([4.9, 5.0, 5.1], "which is better cannot be told", "better by"),  # equal
        ([4.0, 5.0, 5.5], "which is better cannot be told", "better by"),  # the interval holds 0
        ([4.0], "one run cannot tell which is better", "better by"),
    ],
)
def test_sentences_say_what_their_tables_say(accuracies, gaussian, words, never):
    """Worse, equal, better, an interval over zero: of the autoencoder, and of each step."""
    table = accuracies(cnn=runs(5.0), cnn_augmented=gaussian, gaussian=gaussian, targets=("c11",))
    text = said(table, "MAPE of C11, an autoencoder compared with regression alone")
    assert f"{np.mean(gaussian):.2f} % by gaussian, 5.00 % by cnn" in text
    assert words in text
    assert never not in text.partition(": ")[2]
    steps = said(table, "steps from the paper's networks to ours, by all measures of C11")
    assert "cnn_augmented after cnn" in steps
    assert ("Better: cnn" in steps) == words.startswith("better")
    assert ("Worse: cnn" in steps) == words.startswith("worse")
    for kind in ("better", "worse"):
        assert (f"1 {kind}" in text.partition(": ")[0]) == words.startswith(kind)


def test_a_measure_that_gets_worse_is_not_hidden(accuracies):
    """A lower MAPE with a higher mean relative error is worse by one measure, and said first."""
    table = accuracies(cnn=runs(5.0), gaussian=runs(3.0), cnn_augmented=runs(3.0))
    raised = table["model"].isin(["gaussian", "cnn_augmented"])
    table.loc[raised, "mean_relative_error"] += 20
    text = said(table, "MAPE of C11, an autoencoder")
    assert "by mean relative error it is worse; by MAPE and R² it is better" in text
    assert "Worse: cnn_augmented after cnn -2.00" in said(table, "by all measures of C11")


def test_our_network_is_compared_with_the_best_of_the_others(accuracies):
    """The best that lacks our trunk, be it a network or a baseline."""
    table = accuracies(**OTHERS | {"gaussian": runs(4.0), "two_point_gpr": runs(3.5)})
    text = said(table, "MAPE of C11 on the same test structures")
    assert text.startswith("5.00 % by our mixture_statistics, 3.50 % by the best of the others (tw")
    assert "worse by every measure" in text


@pytest.mark.parametrize(
    ("gaussian", "said_of_it"),
    [
        ([3.0, 3.1, 2.9], "3.00 % by gaussian (reached)"),
        ([3.4, 3.0, 3.9], "3.43 % by gaussian (undecided)"),
        ([3.0], "3.00 % by gaussian (undecided)"),
        ([7.0, 7.1, 6.9], "7.00 % by gaussian (not reached)"),
    ],
)
def test_the_papers_value_is_compared_with_its_own_network(accuracies, gaussian, said_of_it):
    """Reached only where the interval is below it, and the data are said in the same sentence."""
    table = accuracies(gaussian=gaussian, mixture_statistics=[2.0, 2.1, 1.9])
    text = said(table, "beside the paper's 3.50 % by VAE-regression")
    assert said_of_it in text
    assert ", 2.00 % by our mixture_statistics (reached): MAPE of C11" in text
    assert "on 900 training structures of 21" in text
    assert text.endswith("the paper's are 5,300 of 51 voxels, 10 runs.")
    assert said(table, "beside the paper's", papers_material=False) == ""


def test_networks_that_were_not_trained_are_not_spoken_of(accuracies):
    """Any choice of networks has its findings, few of them."""
    few = accuracies(cnn=runs(5.0), mixture_statistics=runs(3.0))
    lone = few[(few["target"] == "c11") | (few["model"] != "cnn")]
    assert said(lone, "six components") == ""
    assert len(findings(few, SCALE, papers_material=True)) == 3
    three = accuracies(cnn=runs(5.0), cnn_statistics=runs(2.9), mixture_statistics=runs(3.0))
    text = said(three, "MAPE of C11, an autoencoder")
    assert "3.00 % by mixture_statistics, 2.90 % by cnn_statistics" in text


def test_each_step_is_compared_with_the_nearest_network_before_it(accuracies):
    """Where a step between was not trained, several are added at once; of every measure."""
    table = ladder(
        accuracies(
            targets=("c11",),
            cnn=runs(5.0),
            gaussian=[6.0, 6.2, 6.1],
            gaussian_log=[5.0, 5.1, 5.2],
            mixture=[7.0],
        ),
        "c11",
    ).set_index("model")
    assert list(table.index) == ["cnn", "gaussian", "gaussian_log", "mixture"]
    step = table.loc["gaussian_log"]
    assert (step["after"], step["runs_of_both"]) == ("gaussian", 3)
    assert step["step"] == "symmetric copies, our optimiser and its schedule; logarithms"
    assert step["change_of_mape"] == "-1.00 (-1.25 to -0.75)"
    assert step["change_of_r2"] == "+0.0100 (+0.0075 to +0.0125)"
    assert (table.loc["mixture", ["after", "change_of_mape"]] == "").all()


def test_regressions_on_latents_are_compared_with_the_volume_fraction(accuracies):
    """Whether latents keep more than it, and whether those of another autoencoder do."""
    table = accuracies(vae_gpr=runs(28.0), volume_fraction=runs(27.0), vae_statistics_gpr=runs(9.0))
    text = latents_text(table)
    assert "the volume fraction alone (27.00 %)" in text
    assert "vae_statistics (9.00 %)" in text
    assert text.count("worse by every measure") == 2
    assert latents_text(accuracies(cnn=runs(5.0))) == ""


def test_both_of_the_papers_networks_have_their_rows(accuracies):
    """The paper's values of VAE-regression stand beside gaussian and mixture, in every table."""
    table = accuracies(gaussian=runs(5.0), mixture=runs(5.5))
    tables = forward_section(table, {}, SCALE, papers_material=True).parts[0].tables
    first = pd.DataFrame(tables[0].cells, columns=tables[0].header)
    assert list(first["model"]) == ["gaussian", "mixture"]
    assert set(first["paper MAPE"]) == {"3.5"}
    sources = [list(row[:2]) for row in tables[1].cells]
    assert sources == [
        [model, who] for model in ("gaussian", "mixture") for who in ("here", "paper")
    ]


def test_what_is_worse_is_said_first(accuracies):
    """Worse, then undecided, then better."""
    table = accuracies(
        targets=("c11",),
        cnn=runs(4.0),
        cnn_augmented=[4.5, 3.9, 3.8],
        gaussian=runs(5.0),
        mixture_statistics=runs(3.0),
    )
    sentences = findings(table, SCALE, papers_material=False)
    words = ("worse by every measure", "1 undecided, 0 better", "better by every measure")
    assert len(sentences) == len(words)
    for sentence, word in zip(sentences, words, strict=True):
        assert word in sentence


def test_headline_sets_the_papers_values_beside_ours(accuracies):
    """Each row says whether the value is reached, and at which scale."""
    table = accuracies(cnn=runs(5.0), mixture=runs(4.0), mixture_statistics=runs(3.0))
    rows = list(headline(table, SCALE, papers_material=True))
    assert [row.verdict for row in rows] == [
        *("not reached", "not reached", "reached"),  # C11: VAE-regression, regression alone, best
        *("undecided", "not reached", "reached"),  # six components
    ]
    by_quantity = {row.quantity: row for row in rows}
    vae = by_quantity["MAPE of C11, VAE-regression (composite paper, Table 1)"]
    assert (vae.paper, vae.here) == ("3.50 ± 0.24 %", "4.00 ± 0.10 % (mixture)")
    assert vae.verdict == "not reached"
    assert "900 training structures of 21 voxels" in vae.why
    best = by_quantity["MAPE of C11, best model (VAE-regression in the paper)"]
    assert (best.here, best.verdict) == ("3.00 ± 0.10 % (mixture_statistics)", "reached")
    six = by_quantity["MAPE of six components, VAE-regression (composite paper, Tables 7 and 8)"]
    assert six.paper == "4.62 %"
    assert six.verdict == "undecided"
    assert six.why.startswith("3 of 6 components reach it")


@pytest.mark.parametrize(
    ("gaussian", "verdict"),
    [
        ([3.0, 3.1, 2.9], "reached"),
        ([3.4, 3.0, 3.9], "undecided"),
        ([3.0], "undecided"),
        ([7.0, 7.1, 6.9], "not reached"),
    ],
)
def test_headline_and_finding_decide_by_the_same_interval(accuracies, gaussian, verdict):
    """A mean below the paper's value is not enough, and both say the same."""
    table = accuracies(targets=("c11",), gaussian=gaussian)
    first = next(headline(table, SCALE, papers_material=True))
    assert first.verdict == verdict
    assert f"{np.mean(gaussian):.2f} % by gaussian ({verdict})" in said(table, "the paper's 3.50")


def test_headline_compares_the_papers_material_only(accuracies):
    """Another material, or a network that was not trained, is not comparable."""
    table = accuracies(targets=("c11",), cnn=runs(5.0), mixture_statistics=runs(3.0))
    rows = list(headline(table, SCALE, papers_material=False))
    assert {row.verdict for row in rows} == {"not comparable"}
    assert any("another material" in row.why for row in rows)
    (untrained,) = (
        row
        for row in headline(table, SCALE, papers_material=True)
        if row.here == "–" and row.quantity.startswith("MAPE of C11")
    )
    assert untrained.why == "this run trains neither gaussian nor mixture on C11"


@pytest.mark.parametrize("papers_material", [True, False])
def test_tables_have_the_papers_columns_for_its_material_only(accuracies, papers_material):
    """Every old table stands in the parts."""
    table = accuracies(cnn=runs(5.0), mixture_statistics=runs(3.0))
    section = forward_section(table, {}, SCALE, papers_material=papers_material)
    captions = [each.caption for part in section.parts for each in part.tables]
    assert captions == [
        "Accuracy of C11 (the paper's Table 1).",
        "MAPE in percent of all six components, means over the runs (Tables 7 and 8).",
        "R² of all six components, means over the runs (Tables 7 and 8).",
        "mixture_statistics compared with the others, C11.",
        "mixture_statistics compared with the others, six components.",
    ]
    header = section.parts[0].tables[0].header
    assert ("paper MAPE" in header) == papers_material
    sources = {row[1] for row in section.parts[0].tables[1].cells}
    assert sources == ({"here", "paper"} if papers_material else {"here"})


def test_stage_draws_figures_and_writes_the_section(stored, tmp_path):
    """All three figures and the section are written, each with its provenance."""
    folder, paths = stored
    named = {
        "predictions": {f"c11/{model}/run0": paths[model] for model in ("mixture", "cnn")},
        "baselines": {"c11/run0": paths["vrh"]},
        "stiffness": folder / "stiffness.parquet",
    }
    accuracy_stage(accuracy=folder / "accuracy.parquet", **named)
    with new_store(folder / "structures.zarr", ORIGIN) as group:
        put_array(group, "phase", np.zeros((6, 3, 3, 3), np.uint8), (*"nxyz",), "1")
    section_stage(
        structures=folder / "structures.zarr",
        latents={"vae": folder / "latents.parquet"},
        accuracy=folder / "accuracy.parquet",
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        papers_material=True,
        **named,
    )
    for name in ("parity", "errors", "latent"):
        assert (tmp_path / f"figures/{name}.png").read_bytes().startswith(b"\x89PNG")
    record = json.loads((tmp_path / "section.json").read_text())
    assert record["provenance"]["stage"] == "composite forward section"
    assert record["section"]["title"] == "Stiffness from structure"
    figures = record["section"]["parts"][0]["figures"]
    assert [each["name"] for each in figures] == [
        "forward_parity",
        "forward_errors",
        "forward_latent",
    ]
    assert "3 training structures of 3 voxels" in json.dumps(record["section"])


def test_papers_values_are_marked_for_its_material_only(accuracies):
    """Results of another material are not compared with the paper's."""
    table = summary(accuracies(vrh=[40, 42], cnn=[3, 5]), "c11")
    for papers_material in (True, False):
        figure = accuracy_figure(table, papers_material=papers_material)
        assert bool(figure.legends) == papers_material
        assert figure.get_figwidth() == PAGE_INCHES


def test_panels_name_their_models():
    """One panel per model, with the number of points far outside."""
    rng = np.random.default_rng(0)
    solved = rng.uniform(10, 90, 20)
    near = pd.DataFrame({"model": "vae_gpr", "c11_gpa": solved + 1, "c11_gpa_solved": solved})
    far = near.assign(model="vrh", c11_gpa=500.0)
    axes = parity_figure(pd.concat([near, far])).axes
    assert [each.get_title() for each in axes[:2]] == ["VAE + GPR", "Voigt–Reuss–Hill"]
    assert axes[1].texts[0].get_text() == "20 outside"
    latents = {name: (rng.normal(size=(9, 3)), rng.random(9)) for name in ("vae", "mixture")}
    titles = [each.get_title() for each in latent_figure(latents).axes[:2]]
    assert titles == ["VAE", "VAE-regression, mixture"]


def test_latent_spaces_are_those_of_test_structures(stored):
    """Each latent has the solved C11 of its own structure."""
    folder, _ = stored
    latents, solved = stage._space(folder / "latents.parquet", folder / "stiffness.parquet")
    np.testing.assert_array_equal(latents[:, 0], [1.0, 2.0, 4.0])
    np.testing.assert_array_equal(solved, [11.0, 13.0, 15.0])


def test_errors_of_components_have_no_unit_of_a_stiffness(accuracies):
    """They are in percent, or R²: the columns are the components alone."""
    table = accuracies(gaussian=runs(5.0))
    _, mape, r2 = forward_section(table, {}, SCALE, papers_material=True).parts[0].tables[:3]
    for shown in (mape, r2):
        assert shown.header[:3] == ("model", "source", "C11")
        assert not any("GPa" in name for name in shown.header)
