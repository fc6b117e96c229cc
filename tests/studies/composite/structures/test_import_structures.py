"""The user's own structures: what is stored of them, and the sentences about what is wrong."""

import numpy as np
import pytest
import zarr

from pspflow.errors import InputError
from pspflow.io.arrays import open_store, read_values
from pspflow.io.tables import read_table
from pspflow.studies.composite.structures.stages.import_structures import import_structures

MODULI = "phase,young_gpa,poisson\n3,70,0.3\n1,200,0.25\n"
COUNT = 12


@pytest.fixture
def stack():
    """Return structures of the phases 3 (soft) and 1 (stiff), int64 (12, 9, 9, 9)."""
    return np.random.default_rng(0).choice([1, 3], (COUNT, 9, 9, 9))


def imported(folder, stack, moduli=MODULI, sheet=None, array="phase"):
    """Run the stage, and return structures, table and phases."""
    path = stack
    if isinstance(stack, np.ndarray):
        path = folder / "stack.npy"
        np.save(path, stack)
    (folder / "moduli.csv").write_text(moduli)
    if sheet is not None:
        (folder / "sheet.csv").write_text(sheet)
    paths = {key: folder / key for key in ("structures", "table", "phases")}
    import_structures(
        stack=path,
        moduli=folder / "moduli.csv",
        sheet=folder / "sheet.csv" if sheet is not None else None,
        **paths,
        array=array,
    )
    store = open_store(paths["structures"])
    return read_values(store, "phase"), read_table(paths["table"]), read_table(paths["phases"])


def test_the_stiffer_phase_becomes_1(tmp_path, stack):
    """Whatever the ids, structures and moduli are stored as the study knows them."""
    voxels, table, phases = imported(tmp_path, stack)
    np.testing.assert_array_equal(voxels, stack == 1)
    np.testing.assert_allclose(table["volume_fraction"], (stack == 1).mean(axis=(1, 2, 3)))
    assert table["structure"].tolist() == [f"structure-{i:05}" for i in range(COUNT)]
    assert (table["specimen"] == table["structure"]).all()
    assert (table["morphology"] == "").all()
    assert phases.to_numpy().tolist() == [[0, 70, 0.3], [1, 200, 0.25]]


@pytest.mark.data("structures", "read", "booleans, or any two whole numbers from 0, as phase ids")
def test_boolean_stack(tmp_path, stack):
    """A stack of booleans has the phases 0 and 1."""
    voxels, *_ = imported(tmp_path, stack == 3, "phase,young_gpa,poisson\n0,1,0.3\n1,2,0.3\n")
    np.testing.assert_array_equal(voxels, stack == 3)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_zarr_stacks(tmp_path, stack, zarr_format):
    """An array, or a named array of a group, is read as a .npy file is."""
    whole = {"zarr_format": zarr_format, "data": stack, "chunks": (5, 9, 9, 9)}
    zarr.create_array(tmp_path / "array.zarr", **whole)
    zarr.open_group(tmp_path / "group.zarr", mode="w", zarr_format=zarr_format).create_array(
        "cell/phase", data=stack
    )
    for name, array in (("array.zarr", "phase"), ("group.zarr/cell", "phase")):
        folder = tmp_path / name.replace("/", "-").replace(".", "-")
        folder.mkdir()
        voxels, *_ = imported(folder, tmp_path / name, array=array)
        np.testing.assert_array_equal(voxels, stack == 1)
    with pytest.raises(InputError, match=r"no array 'other' \(found: 'phase'\)"):
        imported(tmp_path, tmp_path / "group.zarr/cell", array="other")


def test_table_of_the_structures(tmp_path, stack):
    """Ids, specimens and morphologies come in the stack's order; no specimen is one's own."""
    rows = "".join(f"x{i},{'s' if i < 3 else ''},long\n" for i in range(COUNT))
    table = imported(tmp_path, stack, sheet="structure,specimen,morphology\n" + rows)[1]
    assert table["structure"].tolist() == [f"x{i}" for i in range(COUNT)]
    assert table["specimen"].tolist() == ["s"] * 3 + [f"x{i}" for i in range(3, COUNT)]
    assert set(table["morphology"]) == {"long"}


@pytest.mark.parametrize(
    ("moduli", "words"),
    [
        ("phase,young_gpa\n1,2\n", "'poisson' is missing"),
        (MODULI.replace("70", "soft"), "row 2: young_gpa is 'soft'; write a number"),
        (MODULI.replace("70", "0"), "row 2: young_gpa is 0; give a modulus above 0"),
        (MODULI.replace("70", "nan"), "young_gpa is nan"),
        (MODULI.replace("70", "inf"), "young_gpa is inf"),
        (MODULI.replace("0.25", "0.5"), "row 3: poisson is 0.5; give a ratio"),
        (MODULI.replace("0.25", "-1"), "row 3: poisson is -1"),
        (MODULI.replace("0.25", ""), "poisson is ''"),
        (MODULI.replace("3,70", "3.5,70"), "phase is 3.5; give it a whole number"),
        (MODULI.replace("3,70", "1,70"), "phase 1 is given twice"),
        (MODULI + "2,9,0.3\n", "gives 3 phases, but the composite study models .* of two"),
        (MODULI.replace("70", "200"), "both phases have a young_gpa of 200"),
        (MODULI.replace("3,70", "4,70"), r"structure 0 \(structure-00000\): it holds phase 3"),
    ],
)
def test_moduli_that_cannot_be_used(tmp_path, stack, moduli, words):
    """Each fault of the phases is a sentence that names file, row and remedy."""
    with pytest.raises(InputError, match=words) as raised:
        imported(tmp_path, stack, moduli)
    assert "moduli.csv" in str(raised.value)
    assert not (tmp_path / "structures").exists()


@pytest.mark.data("structures", "warned", "moduli that look like MPa")
def test_moduli_in_mpa_are_warned_of(tmp_path, stack, caplog):
    """No material has 200,000 GPa."""
    imported(tmp_path, stack, MODULI.replace("70", "70000").replace("200", "200000"))
    assert "moduli.csv: young_gpa is 200000, and no material is stiffer" in caplog.text
    caplog.clear()
    imported(tmp_path, stack)
    assert "MPa" not in caplog.text


def uniform(stack):
    stack[5] = 3
    return stack


def hollow(stack):
    stack = stack.astype(float)
    stack[7, 0, 0, 0] = np.nan
    return stack


@pytest.mark.data("structures", "refused", "grey values, or NaN, in place of phase ids")
@pytest.mark.data("structures", "refused", "structures that are no cubes, or of one phase")
@pytest.mark.data("structures", "refused", "a phase without a row in the table of the phases")
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda stack: stack[0], r"its shape is \(9, 9, 9\); give 4 axes"),
        (lambda stack: stack[:, :3], r"must be a cube, got shape \(3, 9, 9\)"),
        (lambda stack: stack[:11], "holds 11 structures; give at least 12"),
        (lambda stack: stack.astype(float), "must be integers, got dtype float64"),
        (lambda stack: stack[:, :8, :8, :8], "have 8 voxels an edge; give at least 9"),
        (hollow, "structure 7: .* they hold NaN"),
        (uniform, r"structure 5 \(structure-00005\): .* every voxel is 3"),
        (lambda stack: np.where(stack == 1, -1, stack), "it holds phase -1"),
    ],
)
def test_stacks_that_cannot_be_used(tmp_path, stack, spoil, words):
    """Each fault of the stack is a sentence that names the file and the structure."""
    with pytest.raises(InputError, match=words) as raised:
        imported(tmp_path, spoil(stack))
    assert "stack.npy" in str(raised.value)


def test_every_structure_that_is_wrong_is_named(tmp_path, stack):
    """A person corrects them all at once."""
    stack[[2, 4]] = 1
    with pytest.raises(InputError, match=r"structure 2 .*\n.*structure 4 "):
        imported(tmp_path, stack)


def test_files_that_are_no_stacks(tmp_path):
    """A missing path, text, an archive, a pickle and an empty folder have their own sentences."""
    (tmp_path / "text.npy").write_text("1 2 3")
    np.savez(tmp_path / "archive.npz", a=np.zeros(3))
    np.save(tmp_path / "pickle.npy", np.array([{}], dtype=object))
    (tmp_path / "empty").mkdir()
    for name, words in {
        "missing.npy": "no such file or folder",
        "text.npy": "not a .npy file of numbers",
        "archive.npz": "an archive of several arrays",
        "pickle.npy": "not a .npy file of numbers",
        "empty": "no Zarr array or group",
    }.items():
        with pytest.raises(InputError, match=words):
            imported(tmp_path, tmp_path / name)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([f"x{i}" for i in range(11)], "has 11 rows, but .* holds 12 structures"),
        ([f"x{i % 11}" for i in range(12)], "row 13: structure 'x0' is listed twice"),
        (["", *(f"x{i}" for i in range(11))], "row 2: structure is empty"),
    ],
)
def test_tables_that_do_not_fit(tmp_path, stack, names, words):
    """A table of another stack, or without ids of its own, is refused."""
    sheet = "structure,specimen\n" + "".join(f"{name},s\n" for name in names)
    with pytest.raises(InputError, match=words):
        imported(tmp_path, stack, sheet=sheet)
