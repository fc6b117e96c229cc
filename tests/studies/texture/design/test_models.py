"""What a folder of a run says about its models: where their labels came from, and which pool."""

from pathlib import Path

import pytest

from pspflow.errors import InputError
from pspflow.io.artefacts import Provenance, fingerprint
from pspflow.io.tables import read_table, write_table
from pspflow.studies.texture.design.models import ModelFiles, find_models, load_models, truth_of
from pspflow.studies.texture.plasticity.options import PlasticityOptions

BCC = PlasticityOptions.model_validate({"taylor": {"slip": "bcc", "rate_sensitivity": 0.1}}).truth


@pytest.fixture
def recorded(tmp_path, small_study):
    """Return what writes the observations of an arm with a record."""
    table = read_table(small_study / "loop/active/start0/observed.parquet")

    def make(arm, options, inputs):
        path = tmp_path / f"texture/loop/{arm}/start0/observed.parquet"
        write_table(path, table, Provenance("test", options, 0, inputs))
        return ModelFiles(Path("gp"), Path("flow"), Path("pool"), path)

    return make


def test_the_truth_of_a_loop_is_that_of_its_record(recorded):
    """Checks of a run of bcc metals are made with bcc slip."""
    assert truth_of(recorded("active", {"truth": BCC.model_dump(mode="json")}, {})) == BCC


def test_the_truth_of_the_full_arm_is_that_of_the_pool(recorded, tmp_path):
    """Its record names no source: that of its labels is found in their table, or refused."""
    labels = tmp_path / "texture/plasticity/pool/parameters.parquet"
    record = Provenance("test", BCC.model_dump(mode="json"), None, {})
    write_table(labels, read_table(recorded("active", {}, {}).observed), record)
    known = {"parameters pool": fingerprint(labels)}
    assert truth_of(recorded("full", {"first": 6}, known)) == BCC
    write_table(labels, read_table(labels).iloc[:5], record)
    with pytest.raises(InputError, match=r"which is not there or was made anew"):
        truth_of(recorded("full", {"first": 6}, known))


def test_a_table_that_is_filled_elsewhere_is_not_begun_anew(recorded, tmp_path, monkeypatch):
    """In another folder than the run's, nothing would be found there, and new files be written."""
    monkeypatch.chdir(tmp_path)
    options = {"source": "table", "table": {"folder": "exchange"}}
    files = recorded("active", {"truth": options}, {})
    with pytest.raises(InputError, match=r"exchange: .* run the command where snakemake ran"):
        truth_of(files)
    (tmp_path / "exchange").mkdir()
    assert truth_of(files).source == "table"


def test_models_of_another_pool_are_refused(small_study, recorded):
    """Rows of what was observed would be those of other textures."""
    files = find_models(small_study)
    load_models(files)
    other = recorded("active", {}, {"textures pool": "0" * 32})
    with pytest.raises(InputError, match=r"made with other textures than .*pool/textures\.zarr"):
        load_models(files._replace(observed=other.observed))
