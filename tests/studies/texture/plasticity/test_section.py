"""References, quantities of the sheet, and what the report says of them."""

import json

import numpy as np
import pytest

from pspflow.io.artefacts import Provenance
from pspflow.io.tables import write_table
from pspflow.mechanics import PARAMETER_NAMES, anisotropy_parameters, yield_stress_and_r_value
from pspflow.mechanics.texture import draw_recipes, gsh
from pspflow.studies.texture.plasticity.departures import departures
from pspflow.studies.texture.plasticity.options import PlasticityOptions, TaylorOptions
from pspflow.studies.texture.plasticity.references import cube_stress, physics_checks, references
from pspflow.studies.texture.plasticity.section import plasticity_section
from pspflow.studies.texture.plasticity.sheet_values import bands, sheet_values
from pspflow.studies.texture.plasticity.stages.section import section
from pspflow.studies.texture.plasticity.tables import parameter_table
from pspflow.studies.texture.textures.store import write_recipes

ORIGIN = Provenance("test", {}, 0, {})


@pytest.fixture(scope="module")
def tables(labels):
    """Return parameters of two sets, one of which has a failure."""
    names = [f"t{k}" for k in range(4)]
    test = labels.copy()
    test[2] = np.nan
    return {
        "validation": parameter_table(np.arange(4), names, labels, [""] * 4),
        "test": parameter_table(np.arange(4), names, test, ["", "", "it diverged", ""]),
    }


def test_the_taylor_model_agrees_with_what_is_known():
    """Taylor factor, isotropy and cube, as the report shows them."""
    options = TaylorOptions(rate_sensitivity=0.1)
    checks = physics_checks(options, references(options))
    assert checks["agrees"].tolist() == ["yes", "", "yes", "yes", "yes"]


def test_a_wrong_model_is_told(labels):
    """A reference that is not isotropic, and a cube that is none, do not agree."""
    known = references(TaylorOptions(rate_sensitivity=0.25))
    wrong = known._replace(random=labels[0], cube=labels[1])
    checks = physics_checks(TaylorOptions(rate_sensitivity=0.25), wrong)
    assert checks["agrees"].tolist() == ["yes", "", "no", "no", "no"]
    whole = {"test": parameter_table(np.arange(4), list("abcd"), labels, [""] * 4)}
    said = plasticity_section(
        whole, bands({"test": labels}), checks, (), "", PlasticityOptions()
    ).findings
    assert said[0].startswith("The Taylor model misses what is known: random texture")
    assert said[-3] == "All 4 textures of test have parameters."


def test_the_cube_in_the_limit():
    """.898 at m = .05, .845 at m = 0; 2^m at 45 degrees: four systems for eight."""
    assert abs(cube_stress(15, TaylorOptions()) - 0.898) < 5e-4
    assert abs(cube_stress(15, TaylorOptions(rate_sensitivity=0.01)) - 0.845) < 0.012
    assert cube_stress(45, TaylorOptions(slip="bcc")) == pytest.approx(2**0.05)


def test_quantities_of_the_sheet(textures):
    """The r-values among the 54 parameters are those of the sheet pulled at these angles."""
    grains = textures[0][1]
    expected = yield_stress_and_r_value(*grains, np.radians([0, 45, 90])).r_value
    found = sheet_values(anisotropy_parameters(*grains)[None])
    r_values = [found[f"r-value at {angle}°"][0] for angle in (0, 45, 90)]
    np.testing.assert_allclose(r_values, expected, rtol=2e-3)
    assert found["mean r-value"] == pytest.approx((r_values[0] + r_values[2]) / 4 + r_values[1] / 2)


def test_bands_of_infinite_r_values(labels):
    """A texture whose thickness stays has one, and leaves the others' numbers as they are."""
    flat = labels.copy()
    flat[0, PARAMETER_NAMES.index("strain2_xy_0")] = 0
    row = bands({"test": flat}).set_index("quantity").loc["r-value at 0°"]
    assert np.isinf(row["95 %"])
    assert np.isfinite(row[["5 %", "median"]].to_list()).all()


def test_the_section(tables, tmp_path):
    """Failures come first and are counted; departures and checks are there; figures are drawn."""
    paths = {name: tmp_path / f"{name}.parquet" for name in tables}
    for name, table in tables.items():
        write_table(paths[name], table, ORIGIN)
    recipes = draw_recipes(1, 3, 3, np.random.default_rng(4))
    write_recipes(tmp_path / "t.zarr", recipes, np.zeros((4, gsh.COUNT)), 24, ORIGIN)
    section(
        parameters=paths,
        textures=tmp_path / "t.zarr",
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
        options=PlasticityOptions(taylor={"rate_sensitivity": 0.25}),
    )
    written = json.loads((tmp_path / "section.json").read_text())["section"]
    assert written["findings"][0].startswith("1 of 4 test textures have no parameters and are left")
    assert "; validation), " in written["findings"][-1]
    assert "by how much the yield stresses of a texture differ" in written["findings"][-1]
    (part,) = written["parts"]
    assert "A texture of 96 orientations, a half" in part["text"]
    assert "by the Taylor model of this package, fcc, m = 0.25." in part["figures"][0]["caption"]
    cells = [cell for table in part["tables"] for row in table["cells"] for cell in row]
    assert {"it diverged", "rate sensitivity m", "0.25", "yes"} <= set(cells)
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    drawn = ("directions", "distributions")
    assert names == {f"{name}.{kind}" for name in drawn for kind in ("png", "svg")}


def test_other_sources_say_so():
    """The Taylor model's departures are not those of a user's class."""
    mine = departures(PlasticityOptions(source="python", python="my.code:Model"))
    assert mine["here"].iloc[0] == "your class my.code:Model"
    assert not mine["what"].str.contains("rate sensitivity").any()
