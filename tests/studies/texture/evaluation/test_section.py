"""The section: figures, headline, and sentences that say what the tables say."""

import json

import numpy as np
import pandas as pd
import pytest

from pspflow.io.tables import read_table
from pspflow.report import style
from pspflow.report.section import Figure
from pspflow.studies.texture.evaluation.findings import findings
from pspflow.studies.texture.evaluation.headline import headline
from pspflow.studies.texture.evaluation.ranks import rank_array
from pspflow.studies.texture.evaluation.results import Results
from pspflow.studies.texture.evaluation.section import evaluation_section, savings_table
from pspflow.studies.texture.evaluation.stages.section import CAPTIONS
from pspflow.studies.texture.evaluation.stages.section import section as section_stage

from .conftest import OPTIONS, POOL, TRAININGS


@pytest.fixture(scope="module")
def results(evaluated):
    """Read what the stages wrote."""
    return Results(
        trips={name: read_table(evaluated / name / "round_trips.parquet") for name in TRAININGS},
        ranks={
            name: rank_array(read_table(evaluated / name / "ranks.parquet")) for name in TRAININGS
        },
        verified=read_table(evaluated / "verified.parquet"),
        curves=read_table(evaluated / "curves.parquet"),
        efficiency=read_table(evaluated / "efficiency.parquet"),
        samples=OPTIONS.samples,
        candidates=POOL,
    )


def stop_rows(results, **values):
    """Return results in which the active arm's row at its stop has other values."""
    table = results.efficiency.copy()
    for name, value in values.items():
        table.loc[(table["arm"] == "active") & (table["at"] == "stop"), name] = value
    return results._replace(efficiency=table)


def savings(results):
    """Return the sentence about what arm active saves, and its place."""
    found = findings(results)
    said = ("the mean round-trip error", "at which arm active stopped")
    (place,) = [n for n, each in enumerate(found) if all(part in each for part in said)]
    return place, found[place]


FACTOR = {"factor": 2.0, "random_observations": 40.0, "observations": 20.0, "most_random": 50.0}


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1.5, 2.4, "2.0 times as many (1.5 to 2.4), the paper 13 to 18: |; it needs fewer;"),
        (1.5, np.inf, "2.0 times as many (1.5 to >2.5), the paper 13 to 18: |; it needs fewer;"),
        (0.5, 3, "cannot be told, since the interval includes 1;"),
        (0.3, 0.8, "it needs more;"),
    ],
)
def test_fewer_is_said_only_where_the_interval_excludes_one(results, low, high, said):
    """With the scale, and the interval of few starts called so."""
    ends = {"factor_low": low, "factor_high": high}
    ends |= {f"random_observations_{n[7:]}": 20 * value for n, value in ends.items()}
    _, sentence = savings(stop_rows(results, **FACTOR, **ends))
    assert sentence.startswith("2.0 times as many (")
    assert ": arm random needs 40 observations" in sentence
    assert "with a pool of 50 candidates (the paper: 54,480)" in sentence
    assert "over 2 starts, few for an interval" in sentence
    assert all(part in sentence for part in said.split("|"))


@pytest.mark.parametrize(("error", "near"), [(1.0, True), (80.0, False)])
def test_it_is_said_where_the_flow_sets_the_error(results, error, near):
    """An error as small as that of arm full does not depend on the observations any more."""
    _, sentence = savings(stop_rows(results, error_percent=error))
    assert "arm full has" in sentence
    assert ("the flow sets the error" in sentence) == near


def test_a_longer_training_is_not_taken_for_a_better_choice(results):
    """Arm active_warm is in the table of savings, and in no sentence on them."""
    assert "active_warm" in set(savings_table(results.efficiency)["arm"])
    assert not any("at which arm active_warm stopped" in each for each in findings(results))


def test_what_is_worse_is_said_first(results):
    """An arm that needs more observations opens the findings, beside other faults."""
    worse = stop_rows(results, **FACTOR, factor_low=0.3, factor_high=0.8)
    better = stop_rows(results, **FACTOR, factor_low=1.5, factor_high=2.4)
    assert savings(worse)[0] < savings(better)[0]


def test_one_start_decides_nothing(results):
    """Without an interval, neither savings nor errors are called better."""
    nothing = {
        f"{n}_{e}": np.nan for n in ("factor", "random_observations") for e in ("low", "high")
    }
    alone = stop_rows(results, **FACTOR, starts=1, **nothing)
    alone = alone._replace(curves=results.curves[results.curves["start"] == 0])
    assert "cannot be told, since one start has no interval" in savings(alone)[1]
    compared = [each for each in findings(alone) if "active compared with random" in each]
    assert "one start has no interval" in compared[0]
    assert "better" not in compared[0].replace("which is better cannot be told", "")
    rows = {row.quantity: row for row in headline(alone)}
    assert any("one start has no interval" in row.why for row in rows.values())


def test_what_random_does_not_reach_is_written_with_a_sign(results):
    """In sentences, in the table and in the headline."""
    beyond = stop_rows(
        results, **FACTOR | {"factor": np.inf, "random_observations": np.inf}, factor_high=np.inf
    )
    assert "random needs >50 observations" in savings(beyond)[1]
    row = savings_table(beyond.efficiency).iloc[0]
    assert (row["random"], row["factor"]) == (">50", ">2.5")
    assert any(row.here.startswith(">2.5") for row in headline(beyond))


def test_headline_is_not_comparable_at_another_scale(results):
    """The paper's values stand beside ours; the likelihood never compares."""
    rows = list(headline(results))
    assert {row.verdict for row in rows} == {"not comparable"}
    assert all(row.why for row in rows)
    papers = results._replace(
        candidates=54_480,
        trips={
            name: pd.concat([table] * 700, ignore_index=True)[["set", "error_own"]]
            for name, table in results.trips.items()
        },
    )
    verdicts = {row.quantity: row.verdict for row in headline(papers)}
    assert verdicts["Random observations for one of active, at its stop (section 4.1)"] == (
        "not reached"
    )
    assert {v for q, v in verdicts.items() if q.startswith("Loss")} == {"not comparable"}


def test_the_section_without_judge_and_checks(results):
    """It says that nobody judges all arms alike, and why nothing is checked."""
    names = [name for name in TRAININGS if not name.startswith("full")]
    curves = results.curves[results.curves["arm"] != "full"]
    curves = curves.assign(judged_error_mean=np.nan, judged_error_95=np.nan)
    bare = results._replace(
        trips={name: results.trips[name].assign(error_judged=np.nan) for name in names},
        ranks={name: results.ranks[name] for name in names},
        verified=None,
        curves=curves,
        efficiency=results.efficiency[results.efficiency["judge"] == "own"],
    )
    figure = Figure(name="drawn", png=b"", caption="Drawn.")
    texts = [part.text for part in evaluation_section(bare, dict.fromkeys(CAPTIONS, figure)).parts]
    assert "there is no judge for all of them" in texts[0]
    assert texts[3].startswith("Not checked: the ground truth is a table")
    assert not any("Checked by the ground truth" in each for each in findings(bare))
    rows = {row.quantity: row for row in headline(bare)}
    assert rows["Loss of the test textures, arm full, at the stop of active (Figure 2)"].why == (
        "this run has no arm full"
    )


def test_the_stage_draws_all_figures(evaluated, tmp_path, monkeypatch):
    """Every figure of the rules, and a section of six parts."""
    monkeypatch.setitem(style.RC, "savefig.dpi", 60)
    section_stage(
        trips={name: evaluated / name / "round_trips.parquet" for name in TRAININGS},
        ranks={name: evaluated / name / "ranks.parquet" for name in TRAININGS},
        verified=evaluated / "verified.parquet",
        posteriors=evaluated / "posteriors.zarr",
        curves=evaluated / "curves.parquet",
        efficiency=evaluated / "efficiency.parquet",
        pool=evaluated / "pool.parquet",
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        options=OPTIONS,
    )
    for name in CAPTIONS:
        assert (tmp_path / f"figures/{name}.png").stat().st_size > 5_000
    record = json.loads((tmp_path / "section.json").read_text())
    parts = record["section"]["parts"]
    assert sum(len(part["figures"]) for part in parts) == len(CAPTIONS)
    assert record["provenance"]["stage"] == "texture evaluation section"
