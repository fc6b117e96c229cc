"""The stage: artefacts agree with each other, and with the plasticity model."""

import numpy as np
import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.artefacts import fingerprint
from pspflow.io.tables import read_table, table_provenance
from pspflow.io.textures import read_orientations
from pspflow.mechanics import PARAMETER_NAMES, anisotropy_parameters
from pspflow.mechanics.texture import coefficients
from pspflow.studies.texture.design.findings import findings
from pspflow.studies.texture.design.options import DesignOptions, WishOptions
from pspflow.studies.texture.design.quantities import errors_percent, values_of
from pspflow.studies.texture.design.stages.propose import propose
from pspflow.studies.texture.design.store import read_designs, targets_of_table
from pspflow.studies.texture.plasticity.options import PlasticityOptions, TableOptions

from .conftest import OPTIONS


@pytest.fixture(scope="module")
def tables(designed):
    """Return the tables of targets and of designs."""
    return [read_table(designed / f"{name}.parquet") for name in ("targets", "designs")]


def test_orientations_read_back(designed, tables):
    """The text of a design holds the texture of the store: coefficients and checked parameters."""
    _, table = tables
    stored, grains = read_designs(designed / "designs.zarr")
    designs = table[table["origin"] == "design"]
    texts = {path.name for path in (designed / "orientations").iterdir()}
    assert texts == {f"{row.target}_{row.rank}.txt" for row in designs.itertuples()}
    for place, row in designs.iterrows():
        path = designed / "orientations" / f"{row['target']}_{row['rank']}.txt"
        read = read_orientations(path, symmetry="cubic")
        assert not read.doubts
        np.testing.assert_allclose(
            coefficients(read.angles_rad, read.weights), stored[place], atol=1e-5
        )
        np.testing.assert_allclose(coefficients(*grains[place]), stored[place], atol=1e-9)
    first = designs.iloc[0]
    true = anisotropy_parameters(*grains[designs.index[0]])
    np.testing.assert_allclose(first[list(PARAMETER_NAMES)].to_numpy(float), true, rtol=1e-9)


def test_errors_are_those_of_the_checked_parameters(tables):
    """The error is on what is wanted alone, of the plasticity model's parameters."""
    targets = {each.name: each for each in targets_of_table(tables[0])}
    assert list(targets) == ["drawing", *(name for name in targets if "test" in name)]
    for row in tables[1].itertuples():
        target = targets[row.target]
        parameters = np.array([[getattr(row, name) for name in PARAMETER_NAMES]])
        error = errors_percent(values_of(target.names, parameters), target.numbers)[0]
        assert row.checked_error_percent == pytest.approx(error)
    for kinds in (part["origin"].value_counts() for _, part in tables[1].groupby("target")):
        assert (kinds["design"], kinds["retrieved"]) == (OPTIONS.designs, OPTIONS.designs)
        assert kinds["observed"] == 1


def test_the_table_of_targets_says_what_is_completed(tables):
    """Of a wish, the parameters that are not wanted have mean and spread of what was completed."""
    table = tables[0]
    wish = table[table["target"] == "drawing"].set_index("quantity")
    assert wish["wanted"].notna().sum() == 4
    assert wish.loc["stress_xy_45", "completed_sd"] == pytest.approx(0, abs=1e-12)
    assert wish.loc["stress_xy_45", "completed_mean"] == pytest.approx(1.02)
    assert wish.loc["stress_zx_30", "completed_sd"] > 0
    assert (table["candidates"] == OPTIONS.candidates).all()
    assert table["outside"].between(0, OPTIONS.candidates).all()


def test_the_same_seed_makes_the_same_designs(designed, inputs, outputs, tmp_path):
    """Bit for bit."""
    made = outputs(tmp_path)
    wishes = DesignOptions(wishes=OPTIONS.wishes, test_targets=0, candidates=8, designs=1)
    propose(**inputs, **made, options=wishes, device="cpu")
    first, second = (read_table(folder / "designs.parquet") for folder in (designed, tmp_path))
    first = first[first["target"] == "drawing"].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, second)
    assert table_provenance(made["designs"])["stage"] == "texture design propose"


def test_a_laboratory_is_asked_and_its_answer_taken(inputs, outputs, tmp_path):
    """Designs are predictions until the table holds their parameters."""
    made = outputs(tmp_path / "made")
    folder = tmp_path / "exchange"
    truth = PlasticityOptions(source="table", table=TableOptions(folder=folder))
    few = DesignOptions(wishes=OPTIONS.wishes, test_targets=0, candidates=4, designs=1)
    propose(**inputs, **made, options=few, truth=truth, device="cpu")
    table = read_table(made["designs"]).set_index("origin")
    assert np.isnan(table.loc["design", "checked_error_percent"])
    assert table.loc["design", "failure"] == "not measured yet"
    assert table.loc["observed", "checked_error_percent"] > 0
    wanted = pd.read_csv(folder / "wanted.csv")
    (name,) = (each for each in wanted["name"] if each.startswith("design_drawing"))
    read = read_orientations(folder / "orientations" / f"{name}.txt", symmetry="cubic")
    answer = anisotropy_parameters(read.angles_rad, read.weights)
    rows = pd.DataFrame([answer], columns=list(PARAMETER_NAMES))
    rows.insert(0, "name", name)
    rows.to_csv(folder / "measured.csv", index=False)
    propose(**inputs, **made, options=few, truth=truth, device="cpu")
    table = read_table(made["designs"]).set_index("origin")
    assert table.loc["design", "failure"] == ""
    assert table.loc["design", "stress_xy_45"] == pytest.approx(answer[3])


def test_what_cannot_be_is_refused(inputs, outputs, tmp_path):
    """Before anything is written."""
    made = outputs(tmp_path)
    nothing = DesignOptions(wishes=(), test_targets=0)
    with pytest.raises(InputError, match="nothing is wanted; give wishes, targets or test_targets"):
        propose(**inputs, **made, options=nothing, device="cpu")
    twice = DesignOptions(wishes=(OPTIONS.wishes[0],) * 2, test_targets=0)
    with pytest.raises(InputError, match="target 'drawing' is wanted twice; rename one"):
        propose(**inputs, **made, options=twice, device="cpu")
    swapped = {**inputs, "flow": inputs["process"]}
    with pytest.raises(InputError, match="it holds no ConditionalFlow of textures"):
        propose(**swapped, **made, options=OPTIONS, device="cpu")
    assert not list(tmp_path.iterdir())


def test_a_wish_out_of_reach_costs_no_other_target(inputs, outputs, tmp_path, caplog):
    """Nothing is designed for it, which is said in log, table and report; alone it is refused."""
    far = WishOptions(name="far", r_values={0: 40.0, 45: 40.0, 90: 40.0})
    options = DesignOptions(wishes=(far,), test_targets=1, candidates=4, designs=1)
    made = outputs(tmp_path)
    propose(**inputs, **made, options=options, device="cpu")
    assert "Target far: no texture comes near what is wanted" in caplog.text
    targets, designs = read_table(made["targets"]), read_table(made["designs"])
    rows = targets[targets["target"] == "far"]
    assert (rows["candidates"] == 0).all()
    assert set(rows["quantity"]) == {"r_value_0", "r_value_45", "r_value_90"}
    assert "far" not in set(designs["target"])
    assert findings(targets, designs)[0].startswith("Nothing is designed for far: no texture")
    alone = DesignOptions(wishes=(far,), test_targets=0)
    with pytest.raises(InputError, match="No texture comes near any target"):
        propose(**inputs, **outputs(tmp_path / "alone"), options=alone, device="cpu")


def test_artefacts_are_complete(designed):
    """Nothing else is left in the folder."""
    names = {path.name for path in designed.iterdir()}
    assert names == {
        *("targets.parquet", "designs.parquet", "designs.zarr", "orientations"),
        *("figures", "section.json"),
    }
    assert fingerprint(designed / "designs.zarr")
