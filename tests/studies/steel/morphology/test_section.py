"""What the report says of real chips: numbers of the tables, and the paper's where they belong."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.sections import read_section
from pspflow.report.section import Figure, Section
from pspflow.studies.steel.images import paper
from pspflow.studies.steel.images.options import Condition
from pspflow.studies.steel.morphology.figures import measures_figure
from pspflow.studies.steel.morphology.findings import PAPERS, findings, papers_values
from pspflow.studies.steel.morphology.moments import FRACTION, PATH
from pspflow.studies.steel.morphology.options import MeasureOptions
from pspflow.studies.steel.morphology.section import morphology_section
from pspflow.studies.steel.morphology.stages.measure import measure
from pspflow.studies.steel.morphology.stages.section import CAPTIONS, section

FIGURES = {name: Figure(name=name, png=b"PNG", caption=name) for name in CAPTIONS}


def moments(fraction_points=0.0, path_factor=1.0):
    """Make a table whose means are the paper's, but at 10 °C/s; intervals of ±1."""
    rows = []
    for quantity, unit in ((FRACTION, "%"), (PATH, "µm")):
        for domain, (papers_mean, variance) in PAPERS[quantity].items():
            moved = papers_mean * path_factor
            if quantity == FRACTION:
                moved = papers_mean + fraction_points
            mean = moved if domain == "rate_10" else papers_mean
            row = {"domain": domain, "quantity": quantity, "unit": unit, "micrographs": 3}
            row |= {"chips": 30, "one_phase": 0, "one_peak": 0}
            row |= {"mean": mean, "mean_low": mean - 1, "mean_high": mean + 1}
            row |= {"variance": variance, "variance_low": np.nan, "variance_high": np.nan}
            rows.append(row)
    return pd.DataFrame(rows)


def test_the_papers_values_stand_where_they_belong():
    """Only beside its domains, its chips and its pixels."""
    domains = list(paper.FERRITE_PERCENT)
    assert papers_values(domains, 128, 0.34) == PAPERS
    assert papers_values(domains[:3], 128, 0.34) is None
    assert papers_values(domains, 64, 0.34) is None
    assert papers_values(domains, 128, 0.5) is None
    assert papers_values(domains, 128, None) is None


def test_differences_from_the_paper_are_said_with_intervals():
    """The largest of each measure; points of the fraction, percent of the path; whose data."""
    fraction, path = findings(moments(-2.0, 1.1), PAPERS, simulated=True)
    assert "largest differences of the ferrite fraction" in fraction
    assert fraction.startswith("-2.0 points (rate_10, -3.0 to -1.0) in the mean and ")
    assert path.startswith("+10.0 % (rate_10, ")
    assert "and +0.0 % (rate_1) in the variance: largest differences" in path
    for each in (fraction, path):
        assert "of simulated chips" in each
        assert each.endswith("; the simulator was made to follow them.")
    measured = findings(moments(), PAPERS, simulated=False)
    assert all("of these chips" in each and "simulat" not in each for each in measured)


def test_what_is_lost_or_doubtful_is_said_first():
    """Chips of one phase and of one peak, of all."""
    table = moments().assign(one_phase=[1, 0, 2, 0] * 2, one_peak=[0, 4, 0, 0] * 2)
    lost, doubtful = findings(table, None, simulated=False)
    assert lost == "3 of 123 chips have one phase; tables leave them out."
    assert doubtful.startswith("4 of 123 chips have grey levels of one peak, so that")


@pytest.mark.parametrize("papers", [None, PAPERS])
@pytest.mark.parametrize("simulated", [True, False])
def test_tables(papers, simulated):
    """One for each measure, with the conditions, and the paper's columns where there are any."""
    conditions = pd.DataFrame({"rate": ["1", "3", "10", "30"]}, index=list(paper.FERRITE_PERCENT))
    made = morphology_section(
        *(moments(), conditions, FIGURES, MeasureOptions(), 128, papers), simulated=simulated
    )
    (part,) = made.parts
    for table, quantity in zip(part.tables, (FRACTION, PATH), strict=True):
        first = dict(zip(table.header, table.cells[0], strict=True))
        mean = PAPERS[quantity]["rate_1"].mean
        unit = {FRACTION: "%", PATH: "µm"}[quantity]
        assert first["rate"] == "1"
        assert first[f"mean ({unit})"] == f"{mean:.3g} ({mean - 1:.3g} to {mean + 1:.3g})"
        assert (first.get("paper's mean") == f"{mean:.4g}") == (papers is not None)
        assert ("paper" in table.caption) == (papers is not None)
    assert "of fewer than 20 micrographs are too narrow" in part.text
    assert ("all other values here are of simulated images" in part.text) == (
        simulated and papers is not None
    )


def test_the_figure_draws_the_papers_means():
    """As many diamonds as domains, at the paper's values; none where there are none."""
    rng = np.random.default_rng(0)
    domains = np.repeat(list(paper.FERRITE_PERCENT), 5)
    table = pd.DataFrame({"domain": domains, "ferrite_fraction": rng.random(20)})
    table["mean_free_path_px"] = table["mean_free_path_um"] = 9 * rng.random(20)
    for papers in (None, PAPERS):
        figure = measures_figure(table, papers)
        drawn = [
            list(line.get_ydata())
            for axes in figure.axes
            for line in axes.lines
            if line.get_marker() == "D"
        ]
        expected = [[each.mean for each in values.values()] for values in PAPERS.values()]
        assert drawn == ([] if papers is None else expected)


def test_the_stage(images, tmp_path):
    """From the user's micrographs to the section: conditions, counts, figures; no paper's value."""
    options = MeasureOptions(conditions=(Condition(column="rate", log=True),))
    made = tmp_path / "measures"
    measure(**images.paths, measures=made, options=options)
    paths = {name: images.paths[name] for name in ("micrographs", "chips")}
    out = {"figures": tmp_path / "figures", "section": tmp_path / "section.json"}
    section(**paths, measures=made, **out, options=options)
    assert {path.stem for path in out["figures"].iterdir()} == set(CAPTIONS)
    said = Section.model_validate_json(read_section(out["section"])[0])
    assert said.findings == ("1 of 8 chips have one phase; tables leave them out.",)
    table = said.parts[0].tables[0]
    rows = [dict(zip(table.header, cells, strict=True)) for cells in table.cells]
    assert {row["domain"]: row["rate"] for row in rows} == {"rate_1": "1", "rate_30": "30"}
    assert {row["domain"]: row["one phase"] for row in rows} == {"rate_1": "0", "rate_30": "1"}
    assert not any("paper" in name for name in table.header)
