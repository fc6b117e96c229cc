"""From trained networks to the section of the report."""

import numpy as np
import pandas as pd
import pytest

from pspflow.io.artefacts import Provenance
from pspflow.io.sections import read_section
from pspflow.io.tables import read_table, write_table
from pspflow.report.section import Section
from pspflow.studies.composite.networks.options import NetworkOptions
from pspflow.studies.composite.trials.stages.gather import gather
from pspflow.studies.composite.trials.stages.measure import measure
from pspflow.studies.composite.trials.stages.section import section

FALLING = ["validation_loss", "validation_reconstruction", "validation_squares"]
HISTORY = pd.DataFrame({"epoch": [0, 1], **{name: [2.0, 1.0] for name in FALLING}})


def trial(folder, untrained, network, name, **told):
    """Write an untrained network of C11 as that of a trial; return its folder."""
    out = folder / name
    out.mkdir(parents=True)
    untrained(network, ["c11_gpa"], out / "weights.safetensors")
    options = NetworkOptions().trained(network, "pair").model_dump(mode="json") | told
    origin = Provenance("test", {"network": network, **options}, 0, {})
    write_table(out / "history.parquet", HISTORY, origin)
    return out


def gathered(pair_set, out, made):
    """Measure all trials in one go; return the table of all."""
    measure(
        weights={name: folder / "weights.safetensors" for name, folder in made.items()},
        histories={name: folder / "history.parquet" for name, folder in made.items()},
        structures=pair_set / "structures.zarr",
        table=pair_set / "structures.parquet",
        stiffness=pair_set / "stiffness.parquet",
        splits=pair_set / "splits.parquet",
        measures=out / "measures.parquet",
        designs=2,
    )
    measures = {"pair/run0": out / "measures.parquet"}
    gather(measures=measures, trials=out / "trials.parquet")
    return read_table(out / "trials.parquet")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Return a folder."""
    return tmp_path_factory.mktemp("trials")


def test_trials_are_measured_gathered_and_reported(pair_set, shared, untrained):
    """Every kind has its figure and its table; what a network lacks is left out."""
    made = {
        "structures-split/cnn/run0": trial(shared, untrained, "cnn", "curve"),
        "structures-5/cnn/run0": trial(shared, untrained, "cnn", "less", training_structures=5),
        "weights-10-0.001/mixture/run0": trial(shared, untrained, "mixture", "search"),
        "latent-16/gaussian/run0": trial(shared, untrained, "gaussian", "latent"),
        "components-2/mixture_statistics/run0": trial(
            shared, untrained, "mixture_statistics", "components"
        ),
        "spread-0.1/mixture/run0": trial(shared, untrained, "mixture", "spread"),
    }
    rows = gathered(pair_set, shared, made)
    assert len(rows) == 2 * len(made)
    assert set(rows["split"]) == {"validation", "test"}
    training = rows.loc[rows["network"] == "cnn", "training_structures"]
    assert sorted(set(training)) == [5, 8]
    decoding = rows[rows["network"] != "cnn"]
    assert np.isfinite(decoding[["reconstruction", "divergence", "density_gain"]]).all(axis=None)
    assert rows["mape"].notna().all()
    assert (decoding["design_error"].notna() == (decoding["split"] == "validation")).all()
    assert set(rows["ended_by"]) == {"cap", "schedule"}
    section(
        trials=shared / "trials.parquet",
        structures=pair_set / "structures.zarr",
        figures=shared / "figures",
        section=shared / "section.json",
        papers_material=True,
    )
    written = Section.model_validate_json(read_section(shared / "section.json")[0])
    assert [part.title for part in written.parts] == [
        "Learning curve",
        "Search of the weights",
        "Latent size",
        "Components of the prior",
        "Start of the components",
    ]
    for name in ("structures", "latent", "components", "spread"):
        assert (shared / f"figures/{name}.png").exists()
    assert len(written.figures) == 4
    assert all(part.tables[0].cells for part in written.parts)
    assert len(written.findings) == 6


def test_only_what_was_tried_is_reported(pair_set, rows, tmp_path):
    """A user's material has no word of the paper's values; kinds without trials have no part."""
    table = rows("structures", "gaussian", [5.0], "test")
    write_table(tmp_path / "trials.parquet", table, Provenance("test", {}, 0, {}))
    section(
        trials=tmp_path / "trials.parquet",
        structures=pair_set / "structures.zarr",
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
    )
    written = Section.model_validate_json(read_section(tmp_path / "section.json")[0])
    assert [part.title for part in written.parts] == ["Learning curve"]
    assert [path.name for path in (tmp_path / "figures").glob("*.png")] == ["structures.png"]
    assert "paper" not in written.model_dump_json().replace(written.figures[0].png.hex(), "")
