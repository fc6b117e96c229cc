"""What the report says of the flows: their trainings, and how they differ from the paper's."""

import pandas as pd
import yaml

from pspflow.io.sections import read_section
from pspflow.io.tables import write_table
from pspflow.report.section import Figure, Section
from pspflow.studies.temper.flows import paper
from pspflow.studies.temper.flows.options import FlowOptions
from pspflow.studies.temper.flows.section import departures, flows_section, kept_epochs
from pspflow.studies.temper.flows.stages.section import section as stage

FLOWS = ("none/seed0", "none/seed1", "exact/seed0", "exact/seed1")
OPTIONS = FlowOptions(seeds=2, epochs=7)
PAPERS = FlowOptions(**paper.SETTINGS)


def histories():
    """Make histories of three epochs, of which another is kept each time."""
    table = pd.DataFrame({"epoch": [0, 1, 2], "likelihood": [3.0, 2.0, 1.0], "snr_db": 1.5})
    return {name: table.assign(kept=table["epoch"] == i % 3) for i, name in enumerate(FLOWS)}


def section(options=OPTIONS):
    """Write the section of the histories."""
    figure = Figure(name="training", png=b"PNG", caption="training")
    return flows_section(histories(), figure, options)


def test_a_training_whose_gap_still_fell_is_named():
    """The last epoch was kept, and the gap to real chips was well below that of the one before."""
    falls, settled = [3.0, 2.0, 1.0], [3.0, 1.0, 2.0]
    made = {}
    for name, gaps in {"none/seed0": falls, "exact/seed0": settled}.items():
        table = pd.DataFrame({"epoch": [0, 1, 2], "snr_db": 1.5, "snr_gap_db": gaps})
        made[name] = table.assign(kept=table["snr_gap_db"] == 1)
    figure = Figure(name="training", png=b"PNG", caption="training")
    (said,) = flows_section(made, figure, OPTIONS).findings
    assert "flows none/seed0 (3)" in said
    assert "exact" not in said
    assert said.endswith("raise temper.flows.epochs.")
    del made["none/seed0"]
    assert flows_section(made, figure, OPTIONS).findings == ()


def test_the_kept_epoch_of_each_training_is_tabulated():
    """Epochs are counted from 1, with the losses of that epoch."""
    table = kept_epochs(histories())
    assert table["training"].tolist() == list(FLOWS)
    assert table["epoch"].tolist() == [1, 2, 3, 1]
    assert table["likelihood"].tolist() == [3, 2, 1, 3]
    (part,) = section().parts
    assert part.tables[0].header[:2] == ("training", "epoch")
    assert [row[:2] for row in part.tables[0].cells] == [
        (name, str(epoch)) for name, epoch in zip(FLOWS, (1, 2, 3, 1), strict=True)
    ]


def test_the_text_has_the_options_and_the_trained_regularisations():
    """Regularisations that were not trained are not mentioned."""
    (part,) = section().parts
    assert "7 epochs" in part.text
    assert "exact persistence images" in part.text
    assert "PI-Net" not in part.text


def test_departures_from_the_paper_are_the_options_that_differ():
    """The paper's own options have none; what does not act here is no departure."""
    assert departures(PAPERS).empty
    table = departures(PAPERS.model_copy(update={"epochs": 7, "gradient_clip": 5.0}))
    assert table.to_dict("list") == {
        "option": ["epochs", "gradient_clip"],
        "paper": ["30", "–"],
        "here": ["7", "5.0"],
    }


def test_the_paper_s_settings_are_those_of_its_configuration(pytestconfig):
    """workflow/config/paper.yaml runs what the page calls the paper's."""
    file = pytestconfig.rootpath / "workflow/config/paper.yaml"
    given = yaml.safe_load(file.read_text())["temper"]["flows"]
    options = FlowOptions(**given)
    for name, value in paper.SETTINGS.items():
        assert getattr(options, name) == value, name
    assert paper.differences(options) == []


def test_the_stage_draws_and_writes(tmp_path, provenance):
    """The figure is in the chapter's folder and in its section."""
    paths = {}
    for i, (name, table) in enumerate(histories().items()):
        paths[name] = tmp_path / f"{i}.parquet"
        write_table(paths[name], table, provenance)
    stage(
        histories=paths,
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        options=OPTIONS,
    )
    content, record = read_section(tmp_path / "section.json")
    (figure,) = Section.model_validate_json(content).figures
    assert figure.png == (tmp_path / "figures/training.png").read_bytes()
    assert {f"histories {name}" for name in FLOWS} <= set(record["inputs"])
