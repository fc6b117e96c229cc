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
    """The stuck network, broken boundaries, collapse and copies stand before what is well."""
    said = written[1].findings
    first = " ".join(said[:8])
    for words in ("Stuck at one output", "connectivity", "collapse of dcgan", "Copies of training"):
        assert words in first
    assert len(said) <= 12


def test_a_cure_stands_beside_a_stuck_network(written):
    """The aim is reached where another network of the dataset is alive; dcgan's is stationary."""
    (stuck,) = [row for row in written[1].headline if row.quantity.startswith("Stuck")]
    assert stuck.verdict == "reached"
    assert "printed of simulated smooth fields" in stuck.here
    rows = [row for row in written[1].headline if row.quantity.startswith("Recall")]
    recalls = {row.quantity.split()[2]: row for row in rows}
    assert recalls["dcgan"].verdict == "not reached"
    assert recalls["stationary"].verdict == "reached"


def test_simulated_data_are_named_as_such(written):
    """In findings about one dataset, and in the table of the report's sentences."""
    for sentence in written[1].findings:
        if sentence.startswith(("Crops", "Smooth", "Grain")):
            assert "simulated" in sentence
    assert "expected" in " ".join(written[1].findings)
