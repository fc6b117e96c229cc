"""What the report says about the loops: computed from their tables, what got worse first."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.artefacts import Provenance
from pspflow.io.sections import read_section
from pspflow.io.tables import write_table
from pspflow.report.section import Section
from pspflow.studies.texture.loop.departures import ALWAYS, departures
from pspflow.studies.texture.loop.figures import likelihood_figure
from pspflow.studies.texture.loop.findings import criterion, findings, loops_table, stop_headline
from pspflow.studies.texture.loop.options import LoopOptions
from pspflow.studies.texture.loop.stages.section import section

ORIGIN = Provenance("test", {}, None, {})
OPTIONS = LoopOptions(window=2, tolerance=0.01)
PAPERS = LoopOptions.model_validate(
    {
        "first": 5,
        "flow_every": 1,
        "most_observations": 5_000,
        "random_observations": 19_000,
        "flow": {"blocks": 20, "width": 128, "epochs": 70, "final_rate": 0.01},
    }
)
PARTS = ("truth", "gp", "flow", "selection", "checks")


def iterations(values, *, left_out=0, stopped="The limit of 50 observations was reached."):
    """Make the history of a loop with these likelihoods."""
    count = len(values)
    return pd.DataFrame(
        {
            "iteration": range(count),
            "observations": 20 + 10 * np.arange(count),
            "validation_per_point": values,
            "own_error_mean": 5.0,
            "samples_left_out": left_out,
            "stopped": [""] * (count - 1) + [stopped],
        }
    )


def clock(history):
    """Make the seconds of a history."""
    return history[["iteration", "observations"]].assign(**{f"seconds_{p}": 2.0 for p in PARTS})


def tables(**loops):
    """Name loops, and make their other tables."""
    named = {name.replace("_start", "/start"): each for name, each in loops.items()}
    seen = {name: pd.DataFrame({"failure": ["", "no equilibrium"]}) for name in named}
    return named, {name: clock(each) for name, each in named.items()}, seen


SETTLED = [-40.0, -38.0, -38.001, -38.002]
MOVING = [-40.0, -38.0, -37.0, -36.0]


def test_the_criterion_is_that_of_the_stopping():
    """The mean absolute change over the window, infinite before it is full."""
    np.testing.assert_allclose(criterion(iterations(MOVING), 2), [np.inf, np.inf, 1.5, 1.0])


def test_what_went_wrong_is_said_first():
    """Drawn textures without parameters and failures stand before where loops ended."""
    named, seconds, seen = tables(active_start0=iterations(MOVING, left_out=3))
    loops = loops_table(named, seen, OPTIONS)
    said = findings(loops, named, seconds, OPTIONS)
    assert said[0].startswith("12 textures that flows of arm active drew")
    assert said[1].startswith("1 of the textures that loops chose had no parameters")
    assert said[2] == (
        "50 by active (the limit of 50 observations was reached): observations at which loops "
        "ended."
    )
    assert said[3].startswith("10 s for an iteration of the active arm")
    named, seconds, seen = tables(active_start0=iterations(MOVING))
    assert "drew" not in findings(loops_table(named, seen, OPTIONS), named, seconds, OPTIONS)[0]


def test_several_starts_are_one_sentence():
    """With their range, and how many of them had settled."""
    named, seconds, seen = tables(
        active_start0=iterations(SETTLED),
        active_start1=iterations(MOVING[:3]),
        random_start0=iterations(SETTLED),
        random_start1=iterations(SETTLED),
    )
    said = "\n".join(findings(loops_table(named, seen, OPTIONS), named, seconds, OPTIONS))
    assert "45 on average (40 to 50) by active in 2 loops (in 1 of 2 loops the log-like" in said
    assert "; 50 by random in 2 loops (their limit): observations at which" in said


@pytest.mark.parametrize(
    ("values", "options", "verdict", "why"),
    [
        (MOVING, PAPERS, "not reached", "1 of 1 loop ended before"),
        (SETTLED, OPTIONS, "not comparable", "blocks of the flow 6 (paper 20)"),
        ([-38.0] * 6, PAPERS, "reached", ""),
    ],
)
def test_the_stop_is_compared_with_the_paper_where_it_can_be(values, options, verdict, why):
    """The limit is no stop; smaller flows, or fewer of them, stop elsewhere."""
    named, _, seen = tables(active_start0=iterations(values))
    row = stop_headline(loops_table(named, seen, options), options)
    assert row.paper == "1,076"
    assert row.verdict == verdict
    assert why in row.why


def test_departures_follow_from_the_options():
    """What is set as in the paper is none; what is built otherwise always is."""
    assert len(departures(PAPERS)) == len(ALWAYS)
    table = departures(LoopOptions())
    assert "blocks of the flow" in table["what"].tolist()
    assert (table[["what", "paper", "here", "why"]] != "").all(axis=None)


def test_loops_may_end_before_the_criterion_has_a_value():
    """Then its panel has the tolerance alone."""
    named, *_ = tables(active_start0=iterations(MOVING[:2]), full_start0=iterations([-35.0]))
    assert len(likelihood_figure(named, OPTIONS).axes) == 2


def test_the_stage_writes_section_and_figure(tmp_path):
    """From the tables of all loops, full with its one iteration included."""
    named, seconds, seen = tables(
        active_start0=iterations(SETTLED),
        random_start0=iterations(MOVING),
        full_start0=iterations([-35.0], stopped="All 60 candidates are observed."),
    )
    paths = {}
    for kind, each in (("histories", named), ("seconds", seconds), ("observed", seen)):
        paths[kind] = {name: tmp_path / f"{kind}-{name.replace('/', '-')}" for name in each}
        for name, table in each.items():
            write_table(paths[kind][name], table, ORIGIN)
    section(**paths, figures=tmp_path / "f", section=tmp_path / "s.json", options=OPTIONS)
    written = Section.model_validate_json(read_section(tmp_path / "s.json")[0])
    assert (tmp_path / "f/likelihood.png").exists()
    assert [part.title for part in written.parts] == ["Loops", "Departures from the paper"]
    assert any("20 by all of the pool (" in each for each in written.findings)
