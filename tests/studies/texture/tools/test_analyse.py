"""The command analyse: its page and tables say what the shared layers say, or it refuses."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pspflow.mechanics import anisotropy_parameters, taylor_factors, yield_stress_and_r_value
from pspflow.mechanics.texture import (
    coefficients,
    component_fractions,
    names,
    odf,
    symmetrise,
    texture_index,
)
from pspflow.studies.texture.tools import analyse as tool
from pspflow.studies.texture.tools.analyse import FIGURES, PAGE, TABLES, TWIN, analyse

LEFT_OUT = 20
MARK = "µm $x_1$ <b>.ang"
"""A name that neither a page nor a figure may read as its language."""


@pytest.fixture(scope="module")
def known(angles):
    """Return the orientations of the points that are indexed, as the file rounds them."""
    return angles[LEFT_OUT:].round(5)


@pytest.fixture(scope="module")
def made(tmp_path_factory, run, angles, ang_text):
    """Analyse a hexagonal map in which some points are not indexed; return the folder."""
    folder = tmp_path_factory.mktemp("analysed")
    quality = np.where(np.arange(len(angles)) < LEFT_OUT, -1, 0.8)
    (folder / MARK).write_text(ang_text(angles, ci=quality, hexagonal=True))
    run(analyse, folder / MARK, "--out", folder / "out", "--rate-sensitivity", 0.2)
    return folder / "out"


def table(made, name):
    return pd.read_csv(made / f"{name}.csv")


def test_everything_is_made(made):
    """The folder holds the page, its twin, all tables and figures, and nothing else."""
    assert {path.name for path in made.iterdir()} == {PAGE, TWIN, *TABLES, *FIGURES}
    for name in FIGURES:
        with Image.open(made / name) as picture:
            record = json.loads(picture.text["pspflow"])
        assert record["stage"] == "texture analyse"
        assert record["options"]["rate_sensitivity"] == 0.2
        assert list(record["inputs"]) == ["orientations"]


def test_the_texture(made, known):
    """Coefficients, ODF, components and index are those of the points that are used."""
    expected = coefficients(known)
    table_of = table(made, "coefficients")
    assert table_of["name"].tolist() == names()
    np.testing.assert_allclose(table_of["coefficient"], expected, rtol=1e-9, atol=1e-12)
    series = table(made, "odf")
    angles = np.deg2rad(series[["phi1_deg", "Phi_deg", "phi2_deg"]].to_numpy())
    np.testing.assert_allclose(series["density_mrd"], odf(expected, angles), atol=1e-9)
    parts = table(made, "components").set_index("component")
    assert parts["fraction"].to_dict() == pytest.approx(component_fractions(known))
    # the volume of rotations below 15° is .0057 of all: times 24 and 1, 2 or 4 variants of a cell
    assert parts["random_fraction"]["cube"] == pytest.approx(0.0227, abs=5e-4)
    assert parts["random_fraction"]["S"] == pytest.approx(4 * 0.019, rel=0.05)
    numbers = table(made, "summary").set_index("quantity")["value"]
    assert numbers["texture_index_to_l_12"] == pytest.approx(texture_index(expected))
    assert numbers["points"] == len(known)
    assert numbers["points_left_out"] == LEFT_OUT
    assert numbers["random_taylor_factor"] == pytest.approx(3.067, abs=0.003)


def test_every_point_has_its_taylor_factor(made, known):
    """At its place in the map, with its orientation."""
    points = table(made, "points")
    np.testing.assert_allclose(points["taylor_factor"], taylor_factors(known), atol=1e-5)
    place = np.arange(LEFT_OUT, LEFT_OUT + len(known))
    row, column = place // 20, place % 20
    np.testing.assert_allclose(points["x"], 0.5 * column + 0.25 * (row % 2))
    np.testing.assert_allclose(points["y"], 0.433013 * row, atol=1e-4)
    numbers = table(made, "summary").set_index("quantity")["value"]
    assert numbers["mean_taylor_factor"] == pytest.approx(points["taylor_factor"].mean())


def test_plasticity(made, known):
    """As it is and symmetrised: the model's answers for the same points."""
    sheet = table(made, "in_plane")
    values = table(made, "parameters")
    for kind, column, texture in (
        ("", "as_measured", (known, None)),
        ("_symmetrised", "symmetrised", symmetrise(known)),
    ):
        found = yield_stress_and_r_value(
            *texture, np.radians(sheet["angle_deg"]), rate_sensitivity=0.2
        )
        np.testing.assert_allclose(sheet[f"yield_stress{kind}"], found.yield_stress, rtol=1e-6)
        np.testing.assert_allclose(sheet[f"r_value{kind}"], found.r_value, rtol=1e-6)
        parameters = anisotropy_parameters(*texture, rate_sensitivity=0.2)
        np.testing.assert_allclose(values[column], parameters, rtol=1e-6)


def test_the_page_says_it(made):
    """It holds its figures, loads nothing, and says what limits the numbers first."""
    page = (made / PAGE).read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == len(FIGURES)
    assert not re.search(r"(?:src|href)=\"(?!data:|#)", page)
    assert "<b>.ang" not in page.replace("\\u003cb\\u003e", "")
    twin = (made / TWIN).read_text(encoding="utf-8")
    assert all(f"]({name})" in twin for name in FIGURES)
    findings = twin.split("## Findings")[1].split("##")[0].strip().splitlines()
    assert findings[0] == "- 180 of 200 points are used; left out: 20 not indexed (CI below 0)."
    assert "If each of the 180 points were an independent grain" in findings[1]
    assert findings[2].startswith("- The texture is not orthorhombic: grains must turn by ")
    assert any("Strong components, within 15°: " in each and "cube" in each for each in findings)
    assert any("planar anisotropy Δr" in each for each in findings)


def test_again(run, made, tmp_path, faulty, monkeypatch):
    """An earlier analysis is replaced whole, what this one does not make too."""
    out = tmp_path / "out"
    out.mkdir()
    for name in (PAGE, "taylor_map.png"):
        (out / name).write_bytes((made / name).read_bytes())
    points = table(made, "points")[["phi1_deg", "Phi_deg", "phi2_deg"]]
    points[::6].to_csv(tmp_path / "table.csv", index=False)
    monkeypatch.setattr(tool, "figures_of", lambda *_: {})
    run(analyse, tmp_path / "table.csv", "--out", out, "--rate-sensitivity", 1)
    assert {path.name for path in out.iterdir()} == {PAGE, TWIN, *TABLES}
    assert "x" not in pd.read_csv(out / "points.csv")
    twin = (out / TWIN).read_text(encoding="utf-8")
    assert "- To check: the file names no crystal symmetry of these points" in twin


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["lost.ang"], "lost.ang: there is no such file; correct the path."),
        (["one.ang"], "one.ang: only one point has an orientation to use"),
        (["titanium.ang"], "only cubic crystals (m-3m) can be used here"),
        (["map.ang", "--out", "full"], "full: the folder holds mine.txt and is not an earlier"),
        (["map.ang", "--out", "."], "is not an earlier analysis; name another."),
        (["map.ang", "--out", "one.ang"], "one.ang: this is a file; name a folder to make."),
        (["map.ang", "--rate-sensitivity", 0.03], "--rate-sensitivity: rate_sensitivity must be 1"),
        (["map.ang", "--phase", 7], "no point belongs to phase '7'"),
    ],
)
def test_faulty_input_is_refused(refuse, words, sentence):
    """The error is one sentence with a remedy; nothing is written."""
    if "--out" not in words:
        words = [*words, "--out", "out"]
    refuse(analyse, words, sentence)
