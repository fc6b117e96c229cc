"""The section on localization: findings, headline, figures and the stage."""

import json

import numpy as np
import pandas as pd
import pytest

from pspflow.evaluation.comparisons import UNDECIDED, WORSE
from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.composite.localization.findings import COMPARED, findings, outcome_of
from pspflow.studies.composite.localization.names import title_of
from pspflow.studies.composite.localization.section import headline
from pspflow.studies.composite.localization.stages.section import section as section_stage

ORIGIN = Provenance("test", {}, None, {})


def accuracies(field="strain", **values):
    """Make accuracies with the squared Pearson correlation of each model."""
    rows = [
        {
            "field": field,
            "model": model,
            "run": 0,
            "parameters": 902_183,
            "training_structures": 150,
            "structures": 9,
            "squared_pearson": value,
            "squared_pearson_low": value - 0.02,
            "squared_pearson_high": value + 0.02,
        }
        for model, value in values.items()
    ]
    return pd.DataFrame(rows)


def differences(field="strain", model="cpnet7", other="mks", runs=1, change=None, **given):
    """Make differences; `change` is better by so much, in each measure or in those that are named.

    The intervals are as wide as `width` either way over specimens, and as `spread` over trainings.
    """
    width, spread = given.pop("width", 0.01), given.pop("spread", 0.01)
    rows = []
    for name, (_, _, _, sign) in COMPARED.items():
        off = sign * given.get(name, change or 0.0)
        ends = (off - spread, off + spread) if runs > 1 else (np.nan, np.nan)
        row = {"field": field, "model": model, "other": other, "measure": name, "runs": runs}
        row |= {"value": 0.7 + off, "other_value": 0.7, "difference": off}
        row |= {"low": off - width, "high": off + width, "runs_low": ends[0], "runs_high": ends[1]}
        rows.append(row)
    return pd.DataFrame(rows)


def speeds(edge=31, threads=1, **seconds):
    """Make times of ways to a field."""
    rows = [
        {
            "model": model,
            "gap": int(model[5:]) if model.startswith("cpnet") else -1,
            "parameters": {"solver": 0, "phase_mean": 2}.get(model, 5000),
            "device": "cpu",
            "threads": threads,
            "edge_voxels": edge,
            "seconds_per_structure": value,
        }
        for model, value in seconds.items()
    ]
    return pd.DataFrame(rows)


NO_SPEED = speeds(mks=1.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (-0.2, "6 worse, 0 undecided, 0 better"),
        (0.0, "0 worse, 6 undecided, 0 better"),
        (0.2, "0 worse, 0 undecided, 6 better"),
    ],
)
@pytest.mark.parametrize("field", ["strain", "stress"])
def test_networks_are_worse_equal_or_better_than_the_filter(field, change, said):
    """A finding says of every measure what its difference says, with both values of the first."""
    (text,) = findings(
        accuracies(field, mks=0.7),
        differences(field, change=change),
        NO_SPEED,
        31,
        papers_material=False,
    )
    assert text.startswith(f"{said} of 6: measures of local {field}, 1 training, paired")
    word = {-0.2: "worse", 0.0: "undecided", 0.2: "better"}[change]
    assert text.endswith(
        f". CPNet, gap 7 (cpnet7) compared with linear (MKS) (mks): {word} by every measure; "
        f"squared Pearson correlation {0.7 + change:.3f} and 0.700."
    )


def test_measures_that_disagree_are_named():
    """Better by one measure and worse by another is both, the worse first."""
    table = differences(change=0.2, peak_error_percent=-0.2, phase_error_percent=0.0)
    (text,) = findings(accuracies(mks=0.7), table, NO_SPEED, 31, papers_material=False)
    assert text.startswith("1 worse, 1 undecided, 4 better of 6: ")
    worse, undecided, better = text.split("(mks): ")[1].split("; squared Pearson")[0].split("; ")
    assert worse == "worse by error in the voxels of the highest percentile"
    assert undecided == "undecided by error of the phases' means"
    assert better.startswith("better by squared Pearson correlation, R², mean absolute error, ")


@pytest.mark.parametrize("wide", ["width", "spread"])
def test_an_interval_over_zero_decides_nothing(wide):
    """Whether it is over specimens or over trainings, and whatever the other one says."""
    table = differences(runs=3, change=0.2, **{wide: 0.3})
    (text,) = findings(accuracies(mks=0.7), table, NO_SPEED, 31, papers_material=False)
    assert "3 trainings, paired 95 % intervals over test specimens and over trainings" in text
    assert "undecided by every measure" in text
    sure = differences(runs=3, change=0.2)
    (text,) = findings(accuracies(mks=0.7), sure, NO_SPEED, 31, papers_material=False)
    assert "better by every measure" in text


def test_rounding_of_a_mean_is_no_difference():
    """Two models that have the cell's mean by construction do not beat each other by it."""
    row = pd.Series({"measure": "mean_error_percent", "runs": 1, "difference": 1e-5})
    row = pd.concat([row, pd.Series({"low": 0.9e-5, "high": 1.1e-5})])
    assert outcome_of(row, -1) == UNDECIDED
    assert outcome_of(row * np.array([1, 1, 1e4, 1e4, 1e4], object), -1) == WORSE
    assert outcome_of(pd.Series({**row, "difference": 1.0, "low": np.nan}), -1) == UNDECIDED


def test_what_is_worse_is_said_first():
    """Over all comparisons, and the report's range among them."""
    table = pd.concat(
        [differences("stress"), differences(model="fno", change=0.2), differences(change=-0.2)]
    )
    given = (accuracies(mks=0.7, cpnet7=0.6), table, NO_SPEED, 31)
    worse, below, undecided = findings(*given, papers_material=True)
    assert worse.startswith("6 worse, 0 undecided, 6 better of 12: measures of local strain")
    assert worse.index("worse by every measure") < worse.index("Fourier operator (fno)")
    assert below.startswith("0.60, below the report's")
    assert "local stress" in undecided


@pytest.mark.parametrize(
    ("value", "edge", "place", "ending"),
    [
        (0.8, 31, "above", "so that the numbers do not decide which is better."),
        (0.67, 31, "within", "so that the numbers do not decide which is better."),
        (0.6, 31, "below", "so that the numbers do not decide which is better."),
        (0.8, 51, "above", "in cells of 51 voxels too."),
    ],
)
def test_another_cell_than_the_reports_is_named(value, edge, place, ending):
    """A value from other cells says so in the same sentence, above all where it is higher."""
    rows = accuracies(cpnet7=value)
    (text,) = findings(rows, differences()[:0], NO_SPEED, edge, papers_material=True)
    assert f"{value:.2f}, {place} the report's 0.65 to 0.70" in text
    assert text.endswith(ending)
    assert ("other cells, of 31 voxels and not 51" in text) == (edge == 31)


def test_times_are_compared_with_the_solvers():
    """With its threads, in the order of the table; the linear models are no networks."""
    times = speeds(solver=0.1, phase_mean=1e-5, fno=0.05, cpnet7=0.2)
    given = (accuracies(mks=0.7), differences()[:0])
    (text,) = findings(*given, times, 31, papers_material=False)
    assert text == (
        "0.1 s by the solver, and by networks times that fno 0.5, cpnet7 2: time for one structure "
        "of 31 voxels per edge on cpu with 1 thread."
    )
    both = pd.concat([times, speeds(threads=2, solver=0.06, fno=0.03)])
    found = findings(*given, both, 31, papers_material=False)
    assert len(found) == 2
    assert found[1].startswith("0.06 s by the solver, and by networks times that fno 0.5: ")
    assert found[1].endswith("with 2 threads.")


def test_the_report_is_named_for_its_material_only():
    """Results of another material are not compared with the report's."""
    table = accuracies(mks=0.75, cpnet7=0.6)
    said = findings(table, differences(), NO_SPEED, 31, papers_material=False)
    assert not any("report" in sentence for sentence in said)
    assert {row.verdict for row in headline(table, 21, papers_material=False)} == {
        "not comparable",
        "reached",  # the number of parameters has nothing to do with the material
    }


@pytest.mark.parametrize(
    ("value", "edge", "verdicts"),
    [
        (0.72, 51, ["reached", "reached"]),
        (0.6, 51, ["not reached", "reached"]),
        (0.6, 9, ["not comparable", "not comparable"]),
    ],
)
def test_headline_sets_the_reports_values_beside_ours(value, edge, verdicts):
    """Correlation, and the number of parameters where the window is the printed one."""
    rows = list(headline(accuracies(mks=0.7, cpnet7=value), edge, papers_material=True))
    assert [row.verdict for row in rows] == verdicts
    assert rows[0].paper == "0.65 to 0.70"
    assert rows[0].here.startswith(f"{value:.2f} (")
    assert bool(rows[0].why) == (edge != 51)
    assert rows[1].paper == rows[1].here == "902,183"


def test_headline_without_the_printed_network():
    """A run that trains no CPNet of the report's gap has nothing to compare."""
    (row,) = headline(accuracies(mks=0.7, fno=0.9), 21, papers_material=True)
    assert (row.here, row.verdict) == ("–", "not comparable")
    assert row.why == "this run does not train cpnet7"


def test_titles_follow_from_names():
    """A CPNet of any gap has its title."""
    assert [title_of(name) for name in ("cpnet7", "cpnet1", "fno", "mks", "solver")] == [
        *("CPNet, gap 7", "CPNet, gap 1", "Fourier operator", "linear (MKS)", "solver")
    ]


def test_stage_draws_figures_and_writes_the_section(tmp_path):
    """All five figures and the section are written; trainings are in a table with their cost."""
    models, rng, shape = ["mks", "cpnet7", "fno"], np.random.default_rng(0), (2, 9, 9, 9)
    fields = ("strain", "stress")
    quantity = pd.DataFrame({"quantity": ["strain mean"], "report": [1e-3], "here": [1e-3]})
    times = speeds(solver=0.1, mks=0.01, fno=0.02, cpnet7=0.2, cpnet5=0.3)
    tables = {
        "accuracy": pd.concat(
            [accuracies(each, mks=0.75, cpnet7=0.6, fno=0.98) for each in fields]
        ),
        "differences": pd.concat([differences(each) for each in fields]),
        "statistics": quantity,
        "speed": times,
    }
    for name, table in tables.items():
        write_table(tmp_path / f"{name}.parquet", table, ORIGIN)
    dims = ("structure", "x", "y", "z")
    with new_store(tmp_path / "examples.zarr", ORIGIN) as store:
        for field in fields:
            group = store.create_group(field)
            group.attrs.update(models=models, macro_strain_11=1e-3)
            group.attrs.update(structures=["s0", "s1"], morphologies=["1-2-3", ""])
            put_array(group, "phase", rng.integers(2, size=shape, dtype=np.uint8), dims, "1")
            put_array(group, "true", rng.random(shape), dims, "1")
            put_array(group, "predicted", rng.random((3, *shape)), ("model", *dims), "1")
            put_array(group, "true_voxel", rng.random(99), ("voxel",), "1")
            put_array(group, "predicted_voxel", rng.random((3, 99)), ("model", "voxel"), "1")
    histories = {}
    for name, losses in {"cpnet7": [3.0, 2.0, 1.0], "fno": [3.0, 1.0, 2.0]}.items():
        table = pd.DataFrame({"epoch": [0, 1, 2], "validation_loss": losses})
        table = table.assign(gmac=2.0, voxels=1e6)
        path = tmp_path / f"{name}.parquet"
        write_table(path, table.assign(kept=table["validation_loss"] == 1), ORIGIN)
        histories[f"strain/{name}/run0"] = path
    section_stage(
        **{name: tmp_path / f"{name}.parquet" for name in tables},
        histories=histories,
        examples=tmp_path / "examples.zarr",
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        papers_material=True,
    )
    for name in ("slices", "parity", "stress_slices", "stress_parity", "speed"):
        assert (tmp_path / f"figures/{name}.png").stat().st_size > 10_000
    record = json.loads((tmp_path / "section.json").read_text())
    assert record["provenance"]["stage"] == "composite localization section"
    found = record["section"]["findings"]
    (early,) = (each for each in found if "undertrained" in each)
    assert "localizer strain/cpnet7/run0 (3);" in early
    assert found[-1].startswith("3 million voxels by cpnet7, 3 million voxels by fno: ")
    assert "6 to 6·10⁹ multiply-adds, the same budget for every network" in found[-1]
    accuracy, cost, _ = record["section"]["parts"]
    assert "a window of 9 in cells of 9, the whole cell" in accuracy["text"]
    assert [len(part["figures"]) for part in (accuracy, cost)] == [4, 1]
    assert [len(table["cells"]) for table in cost["tables"]] == [2, 5]
