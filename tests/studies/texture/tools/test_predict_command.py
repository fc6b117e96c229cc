"""The command predict: what forward model and plasticity model say, or one sentence."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.tables import table_provenance
from pspflow.io.textures.mtex import write_orientations
from pspflow.mechanics import PARAMETER_NAMES, anisotropy_parameters
from pspflow.mechanics.texture import coefficients, scattered_orientations
from pspflow.mechanics.texture.gsh import names
from pspflow.studies.texture.design.models import find_models, load_models
from pspflow.studies.texture.design.predictions import predict_parameters
from pspflow.studies.texture.loop.round_trips import parameters_of
from pspflow.studies.texture.tools.predict import predict

CPU = ["--device", "cpu"]


@pytest.fixture(scope="module")
def models(small_study):
    """Return the models of a small study."""
    return load_models(find_models(small_study))


@pytest.fixture
def files(tmp_path, monkeypatch, models):
    """Write a texture of the pool, one that is not orthorhombic, and tables; work there."""
    monkeypatch.chdir(tmp_path)
    write_orientations(tmp_path / "pool.txt", *models.pool.grains(100))
    centres = np.tile(np.radians([20.0, 35, 40]), (60, 1))
    crystal = scattered_orientations(centres, np.radians(8), np.random.default_rng(0))
    write_orientations(tmp_path / "skew.txt", crystal, np.full(60, 1 / 60))
    rows = pd.DataFrame(models.pool.coefficients[[100, 3]], columns=names())
    rows.insert(0, "texture", ["mixture", "single"])
    rows.to_csv(tmp_path / "coefficients.csv", index=False)
    (5 * rows[names()]).to_csv(tmp_path / "outside.csv", index=False)
    rows.drop(columns="C6_21").to_csv(tmp_path / "short.csv", index=False)
    rows.astype(str).replace({"C6_21": {str(rows.loc[1, "C6_21"]): "much"}}).to_csv(
        tmp_path / "text.csv", index=False
    )
    (tmp_path / "angles.csv").write_text("phi1,Phi,phi2\n0.1,0.2,0.3\n0.4,0.2,0.3\n")
    (tmp_path / "one.csv").write_text("phi1_deg,Phi_deg,phi2_deg\n10,20,30\n")
    rows.assign(texture="mixture").to_csv(tmp_path / "twice.csv", index=False)
    return tmp_path


def test_predictions_and_checks(run, small_study, files, models):
    """Means are the forward model's, checks the plasticity model's on the symmetrised texture."""
    out = files / "made/table.parquet"
    run(predict, "pool.txt", "--model", small_study, "--out", out, "--check", *CPU)
    table = pd.read_parquet(out)
    texture = models.pool.symmetric_grains(100)
    mean = parameters_of(models.process.predict(coefficients(*texture)[None]).mean())[0]
    row = table.iloc[0]
    np.testing.assert_allclose(row[list(PARAMETER_NAMES)].to_numpy(float), mean, rtol=1e-4)
    true = anisotropy_parameters(*texture)
    checked = row[[f"{name}_checked" for name in PARAMETER_NAMES]].to_numpy(float)
    np.testing.assert_allclose(checked, true, atol=2e-3)
    error = 100 * np.linalg.norm(mean - true) / np.linalg.norm(true)
    assert row["error_percent"] == pytest.approx(error, abs=0.1)
    assert row["pool_distance"] == pytest.approx(0, abs=1e-4)
    assert not row["extrapolated"]
    record = table_provenance(out)
    assert record["stage"] == "texture predict"
    assert {"files", "process", "observed"} <= set(record["inputs"])


def test_deviations_are_those_of_samples(models):
    """Standard deviations of all 54 parameters agree with draws from the posterior."""
    textures = models.pool.coefficients[[5, 100]]
    found = predict_parameters(models.process, textures)
    posterior = models.process.predict(textures)
    rng = np.random.default_rng(0)
    draws = np.array([parameters_of(posterior.sample(rng)) for _ in range(2000)])
    np.testing.assert_allclose(found.deviations, draws.std(axis=0), rtol=0.12, atol=1e-9)
    np.testing.assert_allclose(found.parameters, parameters_of(posterior.mean()))


def test_what_is_unlike_the_pool_or_not_orthorhombic_is_said(run, small_study, files, caplog):
    """Warnings name the texture and how far it is away."""
    run(predict, "skew.txt", "coefficients.csv", "--model", small_study, "--out", "t.csv", *CPU)
    table = pd.read_csv("t.csv").set_index("texture")
    assert "skew.txt: the texture is not orthorhombic: symmetrising turns its grains" in caplog.text
    assert "mixture: " not in caplog.text
    assert table.loc["skew.txt", "asymmetry_deg"] > 5
    assert np.isnan(table.loc["mixture", "asymmetry_deg"])
    assert table["extrapolated"].tolist() == [
        f"{name}: extrapolated" in caplog.text for name in table.index
    ]


def test_files_of_one_name_are_told_apart(run, small_study, files):
    """Maps of several folders are often called alike."""
    (files / "other").mkdir()
    (files / "other/pool.txt").write_bytes((files / "skew.txt").read_bytes())
    words = ["pool.txt", "other/pool.txt", "skew.txt", "--model", small_study, "--out", "t.csv"]
    run(predict, *words, *CPU)
    table = pd.read_csv("t.csv")
    assert table["texture"].tolist() == ["pool.txt", "other/pool.txt", "skew.txt"]
    assert table.loc[1, "stress_xy_45"] == table.loc[2, "stress_xy_45"]


FAULTS = {
    "outside": (
        ["outside.csv"],
        "outside.csv row 2: no texture has these coefficients, which lie outside the hull of "
        "single crystals by ",
    ),
    "short": (["short.csv"], "short.csv: column 'C6_21' is missing"),
    "text": (["text.csv"], "text.csv row 3: column 'C6_21' holds 'much'; give a finite number"),
    "no unit": (["angles.csv"], "may be degrees or radians; pass --unit degrees or --unit radians"),
    "one point": (["one.csv"], "one.csv: only one point has an orientation to use, and one is no"),
    "same name": (["twice.csv"], "2 textures are called 'mixture', after their file or by column"),
    "missing": (["none.txt"], "none.txt"),
    "no file": ([], "no file is named"),
    "suffix": (["pool.txt", "--out", "t.xlsx"], "t.xlsx: the table is CSV or Parquet; name"),
    "itself": (
        ["coefficients.csv", "--out", "coefficients.csv"],
        "coefficients.csv: this is a file to read; name another one",
    ),
    "model": (["pool.txt", "--model", "."], "gp.safetensors: there is no such file"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_input_is_refused(run, small_study, files, fault):
    """One sentence for each fault; nothing is written."""
    words, sentence = FAULTS[fault]
    words = [*words, *([] if "--model" in words else ["--model", small_study])]
    words = [*words, *([] if "--out" in words else ["--out", "t.csv"]), *CPU]
    before = {path: path.stat().st_mtime_ns for path in files.rglob("*")}
    with pytest.raises((InputError, FileNotFoundError)) as raised:
        run(predict, *words)
    assert sentence in str(raised.value)
    assert {path: path.stat().st_mtime_ns for path in files.rglob("*")} == before
