"""The command design: textures for a wish, or the wish refused in one sentence."""

import shutil

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.textures import read_orientations
from pspflow.mechanics import yield_stress_and_r_value
from pspflow.mechanics.texture import coefficients
from pspflow.mechanics.texture.gsh import names
from pspflow.studies.texture.tools.design import FILES, by_angle, design
from pspflow.studies.texture.tools.predict import holds_coefficients, predict

WISH = ["--r-value", "0:1.4", "90:1.3", "--stress", "45:1.01"]
FEW = ["--candidates", 8, "--count", 1, "--device", "cpu"]


@pytest.fixture(scope="module")
def made(tmp_path_factory, small_study):
    """Return the folder of a design."""
    from pspflow.cli import app  # noqa: F401 - as a user has it

    out = tmp_path_factory.mktemp("command") / "designs"
    design(
        model=small_study,
        out=out,
        r_value=("0:1.4", "90:1.3"),
        stress=("45:1.01",),
        candidates=8,
        count=1,
        device="cpu",
    )
    return out


def test_a_wish_in_the_words_of_sheet_forming(made):
    """Files agree with each other; r-values are those of tension in the designed sheet."""
    assert {path.name for path in made.iterdir()} == set(FILES)
    table = pd.read_csv(made / "designs.csv")
    assert table["origin"].tolist() == ["design", "retrieved", "observed"]
    best = table.iloc[0]
    texture = read_orientations(made / "orientations/wish_1.txt", symmetry="cubic")
    grains = (texture.angles_rad, texture.weights)
    sheet = yield_stress_and_r_value(*grains, np.radians([0, 45, 90]))
    reached = [sheet.r_value[0], sheet.r_value[2], sheet.yield_stress[1] / sheet.yield_stress[0]]
    wanted = np.array([1.4, 1.3, 1.01])
    error = 100 * np.linalg.norm(reached - wanted) / np.linalg.norm(wanted)
    assert best["checked_error_percent"] == pytest.approx(error, rel=1e-3)
    stored = pd.read_csv(made / "coefficients.csv")
    assert stored["texture"].tolist() == ["wish_1"]
    np.testing.assert_allclose(
        stored.loc[0, names()].to_numpy(float), coefficients(*grains), atol=1e-5
    )
    targets = pd.read_csv(made / "targets.csv").set_index("quantity")
    assert targets["wanted"].dropna().to_dict() == {
        "stress_xy_45": 1.01,
        "r_value_0": 1.4,
        "r_value_90": 1.3,
    }


def test_what_is_designed_can_be_predicted(made, run, small_study, tmp_path):
    """Coefficients and orientations of a design have the same predictions, those of its table."""
    files = [made / "coefficients.csv", made / "orientations/wish_1.txt"]
    assert [holds_coefficients(path) for path in files] == [True, False]
    out = tmp_path / "table.csv"
    run(predict, *files, "--model", small_study, "--out", out, "--device", "cpu")
    table = pd.read_csv(out)
    assert table["texture"].tolist() == ["wish_1", "wish_1.txt"]
    predicted = pd.read_csv(made / "designs.csv").iloc[0]
    for name in ("stress_xy_45", "strain1_zx_30", "strain2_yz_0"):
        np.testing.assert_allclose(table[name], predicted[f"predicted_{name}"], rtol=1e-4)


def test_an_earlier_design_is_replaced(made, run, small_study, tmp_path):
    """The same words make the same table."""
    out = shutil.copytree(made, tmp_path / "designs")
    (out / "designs.csv").write_text("of another wish")
    run(design, *WISH, *FEW, "--model", small_study, "--out", out)
    pd.testing.assert_frame_equal(
        pd.read_csv(out / "designs.csv"), pd.read_csv(made / "designs.csv")
    )
    assert [path.name for path in tmp_path.iterdir()] == ["designs"]


FAULTS = {
    "nothing": ([], "nothing is wanted; give --targets, --r-value or --stress"),
    "no value": (["--r-value", "45"], "--r-value 45: give ANGLE:VALUE, as 45:1.2"),
    "text": (["--r-value", "45:high"], "--r-value 45:high: give ANGLE:VALUE"),
    "angle": (
        ["--stress", "40:1"],
        "--stress 40:1: 40 is no angle of the sheet; give one",
    ),
    "negative": (["--r-value", "0:-1"], "--r-value 0:-1: -1 is not above 0; give a positive"),
    "twice": (["--r-value", "0:1", "0:2"], "--r-value 0:2: the angle 0 is there twice"),
    "far": (["--stress", "45:0.4"], "Target wish: no texture comes near what is wanted; the"),
    "targets": (["--targets", "none.csv"], "none.csv: there is no such sheet"),
    "no candidate": ([*WISH, "--candidates", 0], "candidates is 0; give at least 1"),
    "no design": ([*WISH, "--count", 0], "count is 0; give at least 1"),
    "file": ([*WISH, "--out", "file.txt"], "file.txt: this is a file; name a folder to make"),
    "full": ([*WISH, "--out", "full"], "the folder holds mine.txt and is not an earlier design"),
    "model": ([*WISH, "--model", "full"], "gp.safetensors: there is no such file; let --model"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_wishes_are_refused(run, small_study, tmp_path, monkeypatch, fault):
    """One sentence with a remedy; nothing is written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("")
    before = set(tmp_path.rglob("*"))
    words, sentence = FAULTS[fault]
    words = [*words, *([] if "--model" in words else ["--model", small_study])]
    words = [*words, *([] if "--out" in words else ["--out", "out"]), "--device", "cpu"]
    with pytest.raises(InputError) as raised:
        run(design, *words)
    assert sentence in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    assert set(tmp_path.rglob("*")) == before


def test_angles_and_values():
    """Whole angles may be written as decimal numbers."""
    assert by_angle("--r-value", ("0:1.8", "45.0:1.2")) == {0: 1.8, 45: 1.2}
