"""What the report says about the networks."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.arrays import new_store, put_array
from pspflow.io.artefacts import Provenance
from pspflow.io.sections import read_section
from pspflow.io.tables import write_table
from pspflow.report.section import Section
from pspflow.studies.composite.networks.departures import Data
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.networks.section import (
    networks_section,
    slices_finding,
    trainings,
)
from pspflow.studies.composite.networks.stages.section import section
from pspflow.studies.composite.structures.sets import DIMS, write_structures

ORIGIN = Provenance("test", {}, None, {})
EDGE = 9


@pytest.fixture
def written(tmp_path):
    """Run the stage on made-up tables and structures."""
    rng = np.random.default_rng(0)
    phases = rng.integers(0, 2, (4, EDGE, EDGE, EDGE), np.uint8)
    losses = ["validation_loss", "validation_reconstruction", "validation_squares"]
    history = pd.DataFrame({"epoch": [0, 1, 2], **{name: [3.0, 1.0, 2.0] for name in losses}})
    rows = pd.DataFrame(
        {
            "structure": ["a", "b"] * 2,
            "morphology": "",
            "model": ["observed"] * 2 + ["vae"] * 2,
            "volume_fraction": 0.5,
            "c11_gpa": 20.0,
        }
    )
    errors = pd.DataFrame(
        [("s", variant, axis, 0.3, 0.0) for variant in ("x", "xyz") for axis in "xyz"],
        columns=["structure", "slices", "axis", "error", "volume_fraction_error"],
    )
    for name, table in {"history": history, "rows": rows, "errors": errors}.items():
        write_table(tmp_path / f"{name}.parquet", table, ORIGIN)
    write_structures(tmp_path / "made.zarr", phases, 4, EDGE, ORIGIN)
    with new_store(tmp_path / "rebuilt.zarr", ORIGIN) as group:
        group.attrs["variants"] = ["observed", "x", "xyz"]
        put_array(group, "phase", phases[None, :3].swapaxes(0, 1), ("variant", *DIMS), "1")
    history = tmp_path / "history.parquet"
    section(
        histories={"all/c11/cnn/run0": history, "pair/c11/mixture_statistics/run0": history},
        reconstructions=tmp_path / "rows.parquet",
        reconstructed=tmp_path / "made.zarr",
        mismatch=tmp_path / "errors.parquet",
        rebuilt=tmp_path / "rebuilt.zarr",
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        options=NetworkOptions(width=16, decoder_width=16, dense=2048),
    )
    return Section.model_validate_json(read_section(tmp_path / "section.json")[0])


def test_networks_whose_loss_still_fell_are_named(written):
    """The last epoch was kept in one training, an earlier one in the other."""
    falls = pd.DataFrame({"epoch": [0, 1, 2], "validation_loss": [3.0, 2.0, 1.0]})
    settled = falls.assign(validation_loss=[3.0, 1.0, 2.0], validation_squares=[3.0, 1.0, 2.0])
    made = networks_section(
        {
            "all/c11/cnn_log/run0": falls,
            "pair/c11/vae_statistics/run1": settled,
            "all/c11/cnn/run0": settled,
        },
        pd.DataFrame(),
        pd.DataFrame({"slices": ["x", "xyz"], "axis": "y", "error": [0.3, 0.1]}),
        {figure.name.removeprefix("networks_"): figure for figure in written.figures},
        NetworkOptions(),
        Data(21, 600, 2),
    )
    capped, early, _ = made.findings
    assert "1 of 1 trainings with early stopping ended at their cap" in capped
    assert "all/c11/cnn/run0;" in capped
    assert "all/c11/cnn_log/run0 (3)" in early
    assert "vae" not in early
    assert "all/c11/cnn/run0" not in early
    assert early.endswith("raise composite.networks.scheduled_epochs.")


def test_trainings_are_listed_with_their_best_epoch(written):
    """One row per training says whose network it is, and which epoch's weights are kept."""
    table, _ = written.parts[0].tables
    rows = [dict(zip(table.header, row, strict=True)) for row in table.cells]
    assert [row["training"] for row in rows] == ["the paper's", "ours"]
    assert [(row["epochs"], row["best epoch"]) for row in rows] == [("3", "2")] * 2
    assert [row["ended by"] for row in rows] == ["cap", "schedule"]


def test_departures_from_the_paper_are_a_table(written):
    """They are shown beside the trainings; sizes that are the paper's are none of them."""
    _, table = written.parts[0].tables
    assert table.header == ("what", "paper", "here", "why")
    said = [row[0] for row in table.cells]
    assert "voxels along each edge" in said
    assert "filters of the first convolution" not in said


def test_trainings_say_which_copies_they_learned_from():
    """The report names the symmetries that the set has; other networks have no copies."""
    history = pd.DataFrame({"epoch": [0], "validation_loss": [1.0]})
    names = ["all/c11/cnn/run0", "all/c11/cnn_augmented/run0"]
    table = trainings(dict.fromkeys(names, history), {names[1]: "shifts, mirrors along y"})
    assert table["copies"].tolist() == ["", "shifts, mirrors along y"]


def test_reconstructions_and_slices_are_shown(written, tmp_path):
    """Both figures are saved and in the section, with the tables that they are drawn from."""
    for part, name in zip(written.parts[1:], ("reconstructions", "slice_ablation"), strict=True):
        assert part.figures[0].png == (tmp_path / f"figures/{name}.png").read_bytes()
        assert part.tables[0].cells
    assert written.findings[-1].endswith("enough; the paper needs all three for its structures.")


def test_slices_along_all_axes_are_needed_where_they_reduce_the_error():
    """The sentence holds both errors."""
    mismatch = pd.DataFrame({"slices": ["x", "xyz"], "axis": "y", "error": [0.3, 0.1]})
    said = slices_finding(mismatch)
    assert said.startswith("0.300 with slices along x alone and 0.100 along all axes: ")
    assert "; all three are needed" in said
