"""What the report says about models of codes."""

import json

import pandas as pd
import pytest

from pspflow.io.sections import read_section
from pspflow.io.tables import read_table
from pspflow.report.section import Section, Table
from pspflow.studies.steel.codes import paper
from pspflow.studies.steel.codes.departures import ALWAYS, departures
from pspflow.studies.steel.codes.findings import bias_table, findings, unused
from pspflow.studies.steel.codes.networks import RECIPES
from pspflow.studies.steel.codes.options import CodesOptions
from pspflow.studies.steel.codes.section import with_intervals
from pspflow.studies.steel.codes.stages.section import section
from pspflow.studies.steel.images.options import Condition
from pspflow.studies.steel.morphology.options import MeasureOptions

from .small_set import OPTIONS
from .small_set import made_up_rows as rows

PAPERS = CodesOptions(**paper.SETTINGS)


@pytest.fixture(scope="module")
def written(models, steel_set, tmp_path_factory):
    """Write the section of the trained models."""
    folder = tmp_path_factory.mktemp("section")
    section(
        histories={f"{name}/all": run.history for name, run in models.items()},
        reconstructions={name: run.reconstructions for name, run in models.items()},
        pictures={name: run.pictures for name, run in models.items()},
        measures=steel_set.measures,
        figures=folder / "figures",
        section=folder / "section.json",
        options=OPTIONS,
        measuring=MeasureOptions(conditions=(Condition(column="rate", log=True),)),
        simulated=True,
    )
    return folder


def test_the_section_has_every_figure_and_table(written):
    """Four figures as files, the trainings, the departures and the biases."""
    made = Section.model_validate_json(read_section(written / "section.json")[0])
    names = ["training", "reconstructions", "latent", "codebook"]
    assert [figure.name for figure in made.figures] == [f"codes_{name}" for name in names]
    assert {path.stem for path in (written / "figures").iterdir()} == set(names)
    trainings, different, of_fsq, bias = (table for part in made.parts for table in part.tables)
    assert [cells[:2] for cells in trainings.cells] == [("vq", "all"), ("fsq", "all")]
    assert different.header == of_fsq.header == ("what", "paper", "here", "why")
    assert of_fsq.cells[0][2] == "6: all combinations of 2 numbers of 3, 2 levels"
    assert len(bias.cells) == 2 * 4
    assert "simulated test chips" in " ".join(made.findings)


def test_at_the_papers_sizes_only_what_always_differs_is_a_departure():
    """Its sizes, start and batches; each other option adds a row with its own reason."""
    assert len(departures(PAPERS)) == len(ALWAYS)
    table = departures(CodesOptions()).set_index("what")
    assert table.loc["codes of the codebook", "paper"] == "512"
    assert table.loc["start of the codebook", "here"] == "encoded chips"
    assert table.loc["images of a batch"].tolist()[:2] == [
        "whole chips",
        f"random crops of {CodesOptions().crop_px} x {CodesOptions().crop_px} pixels",
    ]
    assert table.loc["codes of the codebook", "why"] == "fewer chips, which use fewer codes"
    larger = departures(PAPERS.model_copy(update={"codes": 1024}))
    assert larger["why"].tolist()[0] == "chosen in the configuration"


def test_the_papers_options_make_the_papers_network():
    """Its sizes are the defaults of the network, which has no file access."""
    assert RECIPES["vq"].arguments(PAPERS) == {
        "channels": [32, 64, 128],
        "residual_blocks": 2,
        "bottleneck": 32,
        "code_dim": 128,
        "codes": 512,
    }
    assert json.dumps(RECIPES["fsq"].arguments(PAPERS))


def test_what_got_worse_is_said_first():
    """A model whose bias is larger comes before what is better, then the largest bias."""
    tables = {"vq": rows(1.1, noise=0.01), "fsq": rows(1.2, noise=0.01)}
    tables["fsq"]["mse"] = 0.01
    said = findings(tables, {}, 0, simulated=False)
    assert said[0].startswith("1 worse, 1 not told apart, 1 better: fsq compared with vq on test ")
    assert "; worse: bias of the mean free path in % +10" in said[0]
    assert "better: mean squared error -0.01 (-0.01 to -0.01)." in said[0]
    assert said[1].startswith("+2")
    assert said[1].index("by fsq") < said[1].index("by vq: change of the mean free path")
    assert not any("simulated" in text for text in said)


def test_a_model_without_two_phases_is_said_to_have_none():
    """A decoder that has collapsed makes chips of one grey level: no number of it is a bias."""
    flat = rows(1.0).assign(failure="one phase")
    said = findings({"vq": rows(1.1), "sharp": flat}, {}, 0, simulated=False)
    assert "No reconstruction by sharp of test chips has two phases" in " ".join(said)
    assert "nan" not in " ".join(said)


def test_intervals_stand_beside_their_values():
    """Where there is none, the value stands alone; where there is no value, a dash."""
    given = rows(1.1)
    given.loc[given["micrograph"].isin(["b1", "b2", "b3"]), "failure"] = "one phase"
    table = with_intervals(bias_table({"vq": given}, 0)).set_index("domain")
    assert table.loc["a", "path_bias_percent"] == "10 (10 to 10)"
    assert table.loc["b", "path_bias_percent"] == "10"
    given.loc[given["domain"] == "b", "failure"] = "one phase"
    cells = Table.of(with_intervals(bias_table({"vq": given}, 0)), "").cells
    assert cells[1][-1] == "–"


def test_unused_codes_are_said_of_the_epoch_that_is_kept():
    """Most dead codes first; none, no sentence."""
    history = pd.DataFrame({"kept": [False, True], "dead_codes": [9, 3], "perplexity": [2.0, 5]})
    whole = history.assign(dead_codes=0)
    more = history.assign(dead_codes=4)
    (text,) = unused({"vq/all": history, "fsq/all": whole, "vq/held_out": more})
    assert text.startswith("4 of vq/held_out (perplexity 5.0), 3 of vq/all (")
    assert "fsq" not in text
    assert unused({"fsq/all": whole}) == ()


def test_a_training_depends_on_its_own_options_only():
    """Other models, their quantiser and the figures change nothing of it."""
    base = OPTIONS.training("vq", "all")
    changes = {"models": ("vq",), "levels": (5, 5), "embedded_chips": 9}
    changed = OPTIONS.model_copy(update=changes)
    assert changed.training("vq", "all") == base
    other = OPTIONS.model_copy(update={"codes": 33, "commitment": 2.0})
    assert other.training("fsq", "all") == OPTIONS.training("fsq", "all")
    assert other.training("vq", "all") != base
    held_out = OPTIONS.training("vq", "held_out")
    assert held_out.held_out.domain == "medium"
    assert base.held_out == CodesOptions().held_out


def test_too_many_scalar_codes_are_refused():
    """Codes are stored in 16 bits."""
    with pytest.raises(ValueError, match="at most 65536 codes"):
        CodesOptions(levels=(64, 64, 64))


def test_the_section_is_of_the_kept_epochs(written, models):
    """The table of trainings says what the history says of its kept epoch."""
    made = Section.model_validate_json(read_section(written / "section.json")[0])
    kept = read_table(models["vq"].history).query("kept").iloc[0]
    table = made.parts[0].tables[0]
    cells = dict(zip(table.header, table.cells[0], strict=True))
    assert cells["kept"] == str(int(kept["epoch"]) + 1)
    assert cells["dead codes"] == str(int(kept["dead_codes"]))
