"""The section says what is in the tables, the worst first."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.sections import read_section
from pspflow.report.section import Section
from pspflow.studies.latent.evaluation.findings import findings
from pspflow.studies.latent.evaluation.options import EvaluationOptions
from pspflow.studies.latent.evaluation.reconstructed import SPREAD, STUCK
from pspflow.studies.latent.evaluation.results import FAR_SHOWN, Results
from pspflow.studies.latent.evaluation.section import evaluation_section
from pspflow.studies.latent.evaluation.stages.section import _shown, section
from pspflow.studies.latent.networks.results import STUCK as STUCK_VARIANCE

TABLES = ("reconstructions", "samples", "copies")
DATASETS = ("gaussian_smooth", "grain_growth", "uhcs_64x64")


@pytest.fixture(scope="module")
def written(measured_all, tmp_path_factory):
    """Write the section once."""
    folder, out = measured_all.folder, tmp_path_factory.mktemp("section")
    kinds = {
        kind: {name: folder / name / f"{kind}.parquet" for name in DATASETS}
        for kind in ("reconstructions", "samples", "copies")
    }
    section(
        made={name: folder / name / "made.zarr" for name in DATASETS},
        images={f"{name}/1": folder / name / "images.zarr" for name in DATASETS},
        tables={f"{name}/1": folder / name / "images.parquet" for name in DATASETS},
        **kinds,
        figures=out / "figures",
        section=out / "section.json",
        simulated_crops=True,
        options=EvaluationOptions(),
    )
    return out, Section.model_validate_json(read_section(out / "section.json")[0])


def test_every_figure_is_named_for_its_dataset(written):
    """Adversarial networks reconstruct nothing."""
    found = sorted(path.stem for path in (written[0] / "figures").glob("*.png"))
    expected = [f"{name}_samples" for name in DATASETS]
    expected += [f"{name}_reconstructions" for name in DATASETS[:2]]
    assert found == sorted([*expected, "strips"])


def test_what_got_worse_comes_first(written):
    """Distances, broken boundaries, collapse and copies stand before what is well; all is short."""
    said = written[1].findings
    first = " ".join(said[:6])
    for words in (
        "are farther from",
        "dangling ends",
        "samples of dcgan vary less",
        "are nearly a",
    ):
        assert words in first
    assert len(said) <= 9
    assert max(map(len, said)) < 700


def test_a_cure_stands_beside_a_stuck_network(written):
    """The aim is reached where another network of the dataset is alive; dcgan's is stationary."""
    (stuck,) = [row for row in written[1].headline if row.quantity.startswith("Stuck")]
    assert stuck.verdict == "reached"
    assert "printed of simulated smooth fields (cure: " in stuck.here
    (recall,) = [row for row in written[1].headline if row.quantity.startswith("Recall")]
    assert recall.verdict == "reached"
    assert recall.here.startswith("stationary")
    assert "; dcgan 0" in recall.here


def test_short_tables_come_before_long_ones(written):
    """Datasets x models at a glance, the ruler last; what few need is folded away."""
    explained, near, recalled, whole, *_ = written[1].parts[0].tables
    assert [each.folded for each in (explained, near, recalled)] == [False] * 3
    assert explained.header[:2] == ("dataset", "printed")
    assert {len(each.cells) for each in (near, recalled)} == {len(DATASETS)}
    assert recalled.header[-1] == "real training"
    assert "samples: KID ↓" in whole.header
    assert all(table.folded for part in written[1].parts[1:] for table in part.tables)


def test_simulated_data_are_named_as_such(written):
    """In findings about one dataset, and in the table of the report's sentences."""
    for sentence in written[1].findings:
        if sentence.startswith(("Crops", "Smooth", "Grain")):
            assert "simulated" in sentence
    assert "expected" in " ".join(written[1].findings)


def test_a_kernel_distance_of_far_images_has_no_number(written):
    """Even images lie so far from real ones that their KID is of no use, and a ruler's is."""
    (table,) = [
        each
        for part in written[1].parts
        for each in part.tables
        if each.caption.startswith("Samples of simulated smooth fields")
    ]
    cells = {row[0]: row[table.header.index("KID")] for row in table.cells}
    assert cells["printed/independent"] == FAR_SHOWN
    assert FAR_SHOWN not in cells["real training"]


def test_both_chapters_call_the_same_networks_stuck():
    """One has a limit of variances, the other of deviations."""
    assert pytest.approx(STUCK_VARIANCE) == STUCK**2


def test_nothing_is_said_of_the_lines_or_copies_of_a_stuck_network(measured_all):
    """Its mean image is near to all training images, and its noise has lines."""
    rows = {name: pd.concat([t[name] for t in measured_all.tables.values()]) for name in TABLES}
    spread = (rows["reconstructions"]["measure"] == SPREAD) & (
        rows["reconstructions"]["model"] == "printed"
    )
    rows["reconstructions"].loc[spread, "value"] = 0.9 * STUCK
    nearer = rows["copies"]["model"] == "printed"
    rows["copies"].loc[nearer, "closer_share_low"] = 1.0
    results = Results(*rows.values(), {"gaussian_smooth": (20, 20), "grain_growth": (20, 20)}, True)
    made = evaluation_section(results, {}, EvaluationOptions())
    (copies,) = [each for each in made.findings if "nearly a training image" in each]
    assert "printed" not in copies
    (lines,) = [
        table
        for part in made.parts
        for table in part.tables
        if table.caption.startswith("Connectivity")
    ]
    shown = {row[0]: set(row[1:]) for row in lines.cells}
    assert shown["reconstructions by printed, stuck"] == {"–"}
    assert shown["samples printed/independent, stuck"] == {"–"}
    assert shown["reconstructions by distance"] != {"–"}


def test_figures_show_a_network_where_there_are_ablations_alone():
    """The workflow waits for a figure of each dataset, whichever its networks are."""
    assert _shown(["narrow", "wide"]) == ["narrow"]
    assert _shown(["narrow", "kaiming"]) == ["kaiming"]
    assert _shown([]) == []


def test_one_sample_of_material_decides_nothing(measured_all):
    """Without intervals, nothing is farther and nothing near."""
    rows = {name: pd.concat([t[name] for t in measured_all.tables.values()]) for name in TABLES}
    crops = rows["samples"]["dataset"] == "uhcs_64x64"
    rows["samples"].loc[crops, ["low", "high"]] = np.nan
    results = Results(*rows.values(), {"gaussian_smooth": (20, 20), "grain_growth": (20, 20)}, True)
    assert not results.resampled("uhcs_64x64")
    (said,) = [text for text in findings(results) if "no interval" in text]
    assert "Of crops of 64 x 64 of simulated micrographs it cannot be told" in said
    assert "stationary" not in said
