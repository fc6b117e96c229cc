"""The section says what is in the tables, the worst first."""

import pytest

from pspflow.io.sections import read_section
from pspflow.report.section import Section
from pspflow.studies.latent.evaluation.options import EvaluationOptions
from pspflow.studies.latent.evaluation.stages.section import section

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
