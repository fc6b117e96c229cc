"""The section on the transfer: its headline, its tables and its page."""

import pandas as pd
import pytest

from pspflow.report.page import Page, figures_of, html
from pspflow.studies.temper.flows.options import FlowOptions
from pspflow.studies.temper.flows.paper import differences
from pspflow.studies.temper.images.paper import DOMAINS, papers_domains
from pspflow.studies.temper.transfer.findings import findings
from pspflow.studies.temper.transfer.plausibility import (
    PERSISTENCE,
)
from pspflow.studies.temper.transfer.section import Scale, headline

from .conftest import FLOWS, SCALE, WAYS, accuracies, compared, part, plausibility, results, section


def test_the_paper_is_compared_with_its_own_domains_only():
    """For other domains the paper has no values."""
    made = results(labels=accuracies(PAPERS))
    assert section(made).headline
    for names in (("t5", "t6"), ("as_extruded", "t5", "t6", "t7")):
        other = Scale(papers_domains=papers_domains(names), tested=True, differences=[])
        assert not section(made, scale=other).headline
    assert papers_domains(dict.fromkeys(DOMAINS))


PAPERS = {
    ("as_extruded", "t5"): 0.6,
    ("as_extruded", "t6"): 0.5,
    ("t5", "as_extruded"): 0.4,
    ("t6", "as_extruded"): 0.3,
}


def rows_of(labels, scale=SCALE):
    """Return the rows of the headline by their quantity."""
    return {row.quantity: row for row in headline(labels, scale)}


def test_the_headline_has_this_run_s_numbers():
    """The best mean over trainings in the paper's directions."""
    labels = accuracies(PAPERS)
    better = (labels["flow"] == "exact/seed0") & (labels["target"] == "t6")
    labels.loc[better & (labels["features"] == "chips"), "balanced_accuracy"] = 0.9
    here = {quantity: row.here for quantity, row in rows_of(labels).items()}
    assert here["best mean accuracy, as_extruded → t5"] == "61 %"
    assert here["best mean accuracy, as_extruded → t6"] == "71 %"  # of 90 % and 52 %
    assert here["best mean accuracy, t5 → as_extruded"] == "41 %"
    assert here["best mean accuracy, t6 → as_extruded"] == "31 %"
    absent = rows_of(accuracies({}, absent=["t5"]))["best mean accuracy, as_extruded → t5"]
    assert (absent.here, absent.verdict) == ("–", "not comparable")
    assert "not measured" in absent.why
    assert not rows_of(None)


def test_other_data_are_not_compared_with_the_paper():
    """Simulated specimens, small chips and short trainings are named in the same row."""
    small = differences(FlowOptions(seeds=2, epochs=7))
    scale = Scale(papers_domains=True, tested=True, differences=["simulated specimens", *small])
    for row in rows_of(accuracies(PAPERS), scale).values():
        assert row.verdict == "not comparable"
        assert row.why.startswith("simulated specimens; trainings of each variant: 2, not 3; 7")


def test_like_data_are_compared_with_what_the_paper_states():
    """Each statement is tested on its own direction; the data are named even then."""
    scale = Scale(papers_domains=True, tested=True, differences=[])
    rows = rows_of(accuracies(PAPERS), scale)
    verdicts = {quantity: row.verdict for quantity, row in rows.items()}
    assert verdicts == {
        "best mean accuracy, as_extruded → t5": "reached",
        "best mean accuracy, as_extruded → t6": "reached",
        "best mean accuracy, t5 → as_extruded": "not reached",  # above chance
        "best mean accuracy, t6 → as_extruded": "reached",
    }
    assert all(row.why for row in rows.values())
    other = {**PAPERS, ("t5", "t6"): 0.9, ("as_extruded", "t6"): 0.3}
    verdicts = {q: row.verdict for q, row in rows_of(accuracies(other), scale).items()}
    assert verdicts["best mean accuracy, as_extruded → t5"] == "not reached"
    assert verdicts["best mean accuracy, as_extruded → t6"] == "not reached"


def test_without_labels_there_is_no_part_on_them():
    """Nor a sentence."""
    titles = [each.title for each in section().parts]
    assert titles == ["Transferred chips", "Plausibility"]
    assert not any("labels" in each for each in findings(results()))
    labelled = section(results(labels=accuracies({})))
    assert [each.title for each in labelled.parts] == [*titles, "Label preservation"]


def test_the_section_has_the_findings():
    """They say what the tables show, each sentence once."""
    made = results(labels=accuracies({WAYS[0]: 0.6}))
    assert section(made).findings == findings(made)
    assert len(set(findings(made))) == len(findings(made))


def test_checks_name_their_training():
    """The table of checks has the rows of every training."""
    (table,) = part("Transferred chips").tables
    assert table.header == ("training", "domain", "bits per pixel", "chips")
    assert {(row[0], row[3]) for row in table.cells} == {
        (name, str(10 + i)) for i, name in enumerate(FLOWS)
    }


def test_effects_are_shown_for_every_measure():
    """With every number of their rows."""
    mixed = pd.concat([compared([-1.25] * 6), compared([-9.0] * 6, measure="KID")])
    body = part("Plausibility", made=results(effects=mixed))
    (shown,) = (table for table in body.tables if table.caption.startswith("Effects on"))
    assert shown.header == tuple(name.replace("_", " ") for name in mixed.columns)
    at = shown.header.index("measure"), shown.header.index("difference")
    assert [tuple(row[i] for i in at) for row in shown.cells] == [
        *[(PERSISTENCE, "-1.25")] * 6,
        *[("KID", "-9")] * 6,
    ]


@pytest.mark.parametrize("labelled", [True, False])
def test_the_page_renders_and_escapes(labelled):
    """All tables and figures are in the page; names that look like markup are text."""
    evil = "<b>uts</b>"
    distances = plausibility().replace({"source": {"t5": "<i>t5</i>"}})
    labels = accuracies({}).assign(label=evil) if labelled else None
    made = section(results(distances, labels=labels))
    page = Page(title="title", sections={"transfer": made}, provenance={})
    text = html(page)
    assert evil not in text
    assert "<i>t5" not in text
    assert ("&lt;b&gt;uts" in text) == labelled
    assert "&lt;i&gt;t5" in text
    tables = sum(len(each.tables) for each in made.parts)
    assert text.count("<table") == tables + labelled  # the headline needs labels
    assert text.count("data:image/png;base64,") == len(figures_of(page)) == 3 + labelled
