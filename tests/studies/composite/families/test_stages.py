"""Stages of the families: test structures alone are predicted, rebuilt and described."""

import json

import numpy as np
import pytest

from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.studies.composite.families.options import FamiliesOptions
from pspflow.studies.composite.families.rebuilding import OBSERVED
from pspflow.studies.composite.families.stages.apply import apply
from pspflow.studies.composite.families.stages.rebuild import rebuild
from pspflow.studies.composite.families.stages.section import section
from pspflow.studies.composite.families.transfer import errors
from pspflow.studies.composite.networks.reconstructions import reconstruction
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import C11
from pspflow.studies.composite.structures.sets import PHASE

DECODERS = ("mixture_statistics", "mixture_convolved")
TABLES = ("phases", "stiffness", "splits")


def applied(pair_set, weights, network, folder):
    """Apply a network to two sets that are the same structures."""
    path = folder / f"{network}.errors.parquet"
    named = {
        "structures": dict.fromkeys(("all", "fibres"), pair_set / "structures.zarr"),
        **{
            table: dict.fromkeys(("all", "fibres"), pair_set / f"{table}.parquet")
            for table in ("stiffness", "splits")
        },
    }
    apply(weights={f"fibres/{network}": weights}, **named, errors=path)
    return path


def rebuilt(pair_set, weights, folder, **options):
    """Rebuild test structures by decoders."""
    paths = {"rebuilt": folder / "rebuilt.parquet", "rebuilt_structures": folder / "rebuilt.zarr"}
    rebuild(
        name="fibres",
        weights=weights,
        structures=pair_set / "structures.zarr",
        table=pair_set / "structures.parquet",
        **{table: pair_set / f"{table}.parquet" for table in TABLES},
        **paths,
        options=FamiliesOptions(**options),
        solver=SolutionOptions(tolerance=1e-3),
        seed=3,
    )
    return paths


def test_errors_are_those_of_test_structures(pair_set, untrained, tmp_path):
    """One row per family that is tested, of its own test structures alone."""
    network = untrained("cnn", C11, tmp_path / "w.safetensors")
    table = read_table(applied(pair_set, tmp_path / "w.safetensors", "cnn", tmp_path))
    assert table["tested_on"].tolist() == ["gaussian", "fibres"]
    assert (table["trained_on"] == "fibres").all()
    split = read_table(pair_set / "splits.parquet")["split"]
    tests = np.flatnonzero(split == "test")
    solved = read_table(pair_set / "stiffness.parquet")["c11_gpa"].to_numpy()[tests]
    voxels = read_values(open_store(pair_set / "structures.zarr"), PHASE)[tests]
    expected = errors(solved, network.predict(voxels)[0][:, 0])
    for name, value in expected.items():
        np.testing.assert_allclose(table[name], value, rtol=1e-6)
    assert (table["structures"] == len(tests)).all()


def test_test_structures_are_rebuilt_solved_and_described(pair_set, untrained, tmp_path):
    """Rows and voxels belong together; the test structures stand first, without an error."""
    weights = {name: tmp_path / f"{name}.safetensors" for name in DECODERS}
    networks = {name: untrained(name, C11, path) for name, path in weights.items()}
    paths = rebuilt(pair_set, weights, tmp_path, reconstructions=2)
    rows = read_table(paths["rebuilt"])
    voxels = read_values(open_store(paths["rebuilt_structures"]), PHASE)
    assert rows["model"].tolist() == [OBSERVED] * 2 + [name for name in DECODERS for _ in "ab"]
    np.testing.assert_allclose(rows["volume_fraction"], voxels.mean(axis=(1, 2, 3)))
    split = read_table(pair_set / "splits.parquet").set_index("structure")["split"]
    assert set(split[rows["structure"]]) == {"test"}
    assert (rows.loc[rows["model"] == OBSERVED, "c11_error_percent"] == 0).all()
    for name, network in networks.items():
        own = np.flatnonzero(rows["model"] == name)
        np.testing.assert_array_equal(voxels[own], reconstruction(network, voxels[:2], 3))
    assert rows.filter(like="distance_").notna().all(axis=None)


def test_section_is_written(pair_set, untrained, tmp_path):
    """Figures and the section come from the tables of every run and family."""
    weights = {name: tmp_path / f"{name}.safetensors" for name in DECODERS}
    for name, path in weights.items():
        untrained(name, C11, path)
    tables = {
        f"fibres/{name}/run0": applied(pair_set, path, name, tmp_path)
        for name, path in weights.items()
    }
    paths = rebuilt(pair_set, weights, tmp_path, reconstructions=1)
    section(
        errors=tables,
        rebuilt={"fibres/run0": paths["rebuilt"]},
        rebuilt_structures={"fibres/run0": paths["rebuilt_structures"]},
        splits={"fibres": pair_set / "splits.parquet"},
        figures=tmp_path / "figures",
        section=tmp_path / "section.json",
    )
    for name in ("transfer", "rebuilt"):
        assert (tmp_path / f"figures/{name}.png").read_bytes().startswith(b"\x89PNG")
    made = json.loads((tmp_path / "section.json").read_text())["section"]
    assert "one run cannot tell" in " ".join(made["findings"])
    names = [figure["name"] for part in made["parts"] for figure in part["figures"]]
    assert names == ["families_transfer", "families_rebuilt"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"networks": ["vae"]}, "vae, which predicts nothing"),
        ({"decoders": ["cnn"]}, "cnn, which is not among networks or decodes nothing"),
        ({"networks": ["cnn", "cnn"]}, "decoders lists|listed twice"),
    ],
)
def test_options_are_checked(options, message):
    """Networks that cannot do what they are listed for are named."""
    with pytest.raises(ValueError, match=message):
        FamiliesOptions(**options)
