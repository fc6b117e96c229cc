"""The section on localization: findings, headline, figures and the stage."""

import json

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.studies.composite.localization.findings import findings
from pspflow.studies.composite.localization.names import title_of
from pspflow.studies.composite.localization.section import headline
from pspflow.studies.composite.localization.stages.section import section as section_stage

ORIGIN = Provenance("test", {}, None, {})


def accuracies(width=0.02, **values):
    """Make accuracies: each measure with an interval of this half width."""
    rows = []
    for model, value in values.items():
        row = {"model": model, "parameters": 902_183, "structures": 9}
        for name, centre in (
            ("squared_pearson", value),
            ("r2", value - 0.01),
            ("error_percent", 40 * (1 - value)),
        ):
            half = 40 * width if name == "error_percent" else width
            row |= {name: centre, f"{name}_low": centre - half, f"{name}_high": centre + half}
        rows.append(row)
    return pd.DataFrame(rows)


def test_networks_are_compared_with_the_linear_filter_and_the_report():
    """Each claim with its numbers; what is worse is said first."""
    table = accuracies(phase_mean=0.3, mks=0.75, cpnet7=0.6, fno=0.98)
    worse, below, better, values = findings(table, papers_material=True)
    assert "CPNet, gap 7 (cpnet7) compared with the linear filter (mks), one training" in worse
    assert "correlation 0.600 (0.580 to 0.620), the filter's 0.750 (0.730 to 0.770);" in worse
    assert "it is worse by every measure" in worse
    assert "CPNet (cpnet7) has a squared Pearson correlation of 0.60, below the report's" in below
    assert "0.65 to 0.70 in cells of 51 voxels" in below
    assert "Fourier operator (fno)" in better
    assert "it is better by every measure" in better
    assert values.endswith("phase_mean 0.300, mks 0.750, cpnet7 0.600, fno 0.980.")


def test_overlapping_intervals_decide_nothing():
    """Better is said only where the intervals exclude chance."""
    table = accuracies(width=0.1, mks=0.75, cpnet7=0.8)
    sentence, *_ = findings(table, papers_material=False)
    assert "which is better cannot be told, since the intervals overlap" in sentence


def test_the_report_is_named_for_its_material_only():
    """Results of another material are not compared with the report's."""
    table = accuracies(mks=0.75, cpnet7=0.6)
    assert not any("report" in sentence for sentence in findings(table, papers_material=False))
    assert {row.verdict for row in headline(table, 21, papers_material=False)} == {
        "not comparable",
        "reached",  # the number of parameters has nothing to do with the material
    }


@pytest.mark.parametrize(
    ("value", "edge", "verdicts"),
    [
        (0.72, 51, ["reached", "reached"]),
        (0.6, 51, ["not reached", "reached"]),
        (0.6, 9, ["not reached", "not comparable"]),
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
    """All three figures and the section are written."""
    models = ["mks", "cpnet7", "fno"]
    rng = np.random.default_rng(0)
    write_table(tmp_path / "accuracy.parquet", accuracies(mks=0.75, cpnet7=0.6, fno=0.98), ORIGIN)
    speed = pd.DataFrame(
        {
            "model": ["solver", "mks", "fno", "cpnet7", "cpnet5"],
            "gap": [-1, -1, -1, 7, 5],
            "parameters": [0, 729, 385, 5000, 4000],
            "device": "cpu",
            "threads": 1,
            "seconds_per_structure": [0.1, 0.01, 0.02, 0.2, 0.3],
        }
    )
    write_table(tmp_path / "speed.parquet", speed, ORIGIN)
    shape = (2, 9, 9, 9)
    with new_store(tmp_path / "examples.zarr", ORIGIN) as group:
        group.attrs.update(models=models, macro_strain_11=1e-3)
        group.attrs.update(structures=["s0", "s1"], morphologies=["1-2-3", ""])
        dims = ("structure", "x", "y", "z")
        put_array(group, "phase", rng.integers(2, size=shape, dtype=np.uint8), dims, "1")
        put_array(group, "true", rng.random(shape), dims, "1")
        put_array(group, "predicted", rng.random((3, *shape)), ("model", *dims), "1")
        put_array(group, "true_voxel", rng.random(99), ("voxel",), "1")
        put_array(group, "predicted_voxel", rng.random((3, 99)), ("model", "voxel"), "1")
    histories = {}
    for name, losses in {"cpnet7": [3.0, 2.0, 1.0], "fno": [3.0, 1.0, 2.0]}.items():
        table = pd.DataFrame({"epoch": [0, 1, 2], "validation_loss": losses})
        histories[name] = tmp_path / f"{name}.parquet"
        write_table(histories[name], table.assign(kept=table["validation_loss"] == 1), ORIGIN)
    section_stage(
        histories=histories,
        accuracy=tmp_path / "accuracy.parquet",
        examples=tmp_path / "examples.zarr",
        speed=tmp_path / "speed.parquet",
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        papers_material=True,
    )
    for name in ("slices", "parity", "speed"):
        assert (tmp_path / f"figures/{name}.png").stat().st_size > 10_000
    record = json.loads((tmp_path / "section.json").read_text())
    assert record["provenance"]["stage"] == "composite localization section"
    (early,) = (each for each in record["section"]["findings"] if "undertrained" in each)
    assert "localizer cpnet7 (3);" in early
    part = record["section"]["parts"][0]
    assert "a window of 9 in cells of 9, the whole cell" in part["text"]
    assert len(part["figures"]) == 3
    assert [len(table["cells"]) for table in part["tables"]] == [3, 5]
