"""A user's sheet of textures: read right, or refused with a sentence."""

import shutil

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.transform import Rotation

from pspflow.errors import InputError
from pspflow.io.artefacts import fingerprint
from pspflow.io.tables import read_table
from pspflow.io.textures import read_orientations
from pspflow.mechanics.texture import (
    coefficient_distance,
    coefficients,
    scattered_orientations,
    symmetrise,
)
from pspflow.studies.texture.textures.sheets import read_entries, watched_files
from pspflow.studies.texture.textures.stages.import_textures import import_textures
from pspflow.studies.texture.textures.store import open_textures

GRAINS = 24


def imported(sheet, folder, name="test", **options):
    """Import a set, and return its textures and its table."""
    paths = {key: folder / f"{name}_{key}" for key in ("textures", "table")}
    import_textures(name=name, sheet=sheet, **paths, grains=GRAINS, **options)
    return open_textures(paths["textures"]), read_table(paths["table"])


@pytest.fixture(scope="module")
def tests(written_sheet, tmp_path_factory):
    """Import the test textures of the sheet; return folder, textures and table."""
    folder = tmp_path_factory.mktemp("imported")
    return folder, *imported(written_sheet, folder)


@pytest.fixture
def copied(written_sheet, tmp_path):
    """Copy sheet and files; return a function that changes the sheet, and its path."""
    folder = tmp_path / "mine"
    shutil.copytree(written_sheet.parent, folder)

    def change(edit):
        rows = pd.read_csv(folder / "sheet.csv")
        edit(rows).to_csv(folder / "sheet.csv", index=False)
        return folder / "sheet.csv"

    return change


def test_textures_are_those_of_the_files(written_sheet, tests):
    """Chosen orientations have nearly the file's coefficients; the table says how nearly."""
    _, textures, table = tests
    assert table["name"].tolist() == [f"test{number}" for number in range(20)]
    assert table["texture"].tolist() == list(range(20))
    assert (table["orientations"] == 40).all()
    for texture in (0, 19):
        grains = textures.grains(texture)
        assert grains.orientations.shape == (GRAINS, 3)
        stored = textures.coefficients[texture]
        np.testing.assert_allclose(coefficients(*textures.symmetric_grains(texture)), stored)
        read = read_orientations(written_sheet.parent / f"test{texture}.csv")
        whole = coefficients(read.angles_rad, read.weights)
        missed = float(coefficient_distance(stored, whole))
        assert missed == pytest.approx(table["coefficient_distance"][texture])
        drawn = np.random.default_rng(0).choice(40, GRAINS, p=read.weights)
        assert missed < coefficient_distance(coefficients(read.angles_rad[drawn]), whole) / 3


def test_what_reading_said_is_kept(tests):
    """Notes and doubts stand in the table, as the report shows them."""
    table = tests[2]
    assert table["notes"].str.contains("sum to").all()
    assert table["doubts"].str.contains("names no crystal symmetry").all()


def test_what_symmetrising_hides_is_said(copied, tmp_path):
    """Coefficients do not show that a sheet lay askew; one that is symmetric is not doubted."""
    sheet = copied(lambda rows: rows)
    askew = np.tile(np.radians([20.0, 35.0, 40.0]), (80, 1))
    rng = np.random.default_rng(0)
    for number, angles in enumerate((askew, symmetrise(askew[:20])[0])):
        spread = scattered_orientations(angles, np.radians(8), rng)
        rows = pd.DataFrame(np.degrees(spread), columns=["phi1_deg", "Phi_deg", "phi2_deg"])
        rows.to_csv(sheet.parent / f"test{number}.csv", index=False)
    doubts = imported(sheet, tmp_path)[1]["doubts"]
    assert "it is not orthorhombic: symmetrising turns its grains by " in doubts[0]
    assert "orthorhombic" not in doubts[1]


def test_the_seed_decides_and_the_other_sets_do_not(written_sheet, tests, copied, tmp_path):
    """The same bytes from the same seed; a candidate that is replaced concerns the pool alone."""
    imported(written_sheet, tmp_path)
    assert fingerprint(tmp_path / "test_textures") == fingerprint(tests[0] / "test_textures")
    sheet = copied(lambda rows: rows)
    file = sheet.parent / "pool7.csv"
    pd.read_csv(file).head(30).to_csv(file, index=False)
    again = imported(sheet, tmp_path / "again")[0]
    np.testing.assert_array_equal(again.coefficients, tests[1].coefficients)
    assert str(file) in watched_files(sheet, "pool")
    assert watched_files(sheet, "test") == sorted(
        str(sheet.parent / f"test{number}.csv") for number in range(20)
    )


def test_columns_say_what_a_file_does_not(copied, tests, tmp_path):
    """A file that leaves something open is refused with its row, and read where the sheet says."""
    sheet = copied(lambda rows: rows)
    file = sheet.parent / "test3.csv"
    angles = np.deg2rad(pd.read_csv(file).to_numpy()[:, :3])
    units = Rotation.from_euler("ZXZ", angles).as_quat()
    pd.DataFrame(units, columns=["q0", "q1", "q2", "q3"]).to_csv(file, index=False)
    with pytest.raises(InputError, match=r"row 65: .*test3.csv: .*column 'quat") as error:
        imported(sheet, tmp_path)
    assert "write 'scalar_first' into column 'quaternion_order'" in str(error.value)
    assert str(error.value).count("\n") == 0
    sheet = copied(cell(63, "quaternion_order", "scalar_last"))
    found = imported(sheet, tmp_path)[0].coefficients[3]
    # the file lost its weights
    assert 0 < coefficient_distance(found, tests[1].coefficients[3]) < 1


def cell(row, column, value):
    """Return an edit of one cell; rows are numbered from 0."""

    def edit(rows):
        rows[column] = rows.get(column, pd.Series("", rows.index)).astype(object)
        rows.loc[row, column] = value
        return rows

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (cell(4, "texture", "pool0"), "row 6: texture 'pool0' is that of row 2 too; rename one"),
        (cell(4, "texture", "Pool 0"), "rows 2 and 6: .* most likely one name"),
        (cell(4, "split", ""), "row 6: split is empty; fill it in"),
        (cell(4, "split", "train"), "row 6: split is 'train'; write pool, validation or test"),
        (cell(4, "file", ""), "row 6: file is empty"),
        (cell(4, "unit", "deg"), "row 6: unit is 'deg'; write degrees or radians, or leave"),
        (cell(4, "quaternion_order", "wxyz"), "write scalar_first or scalar_last"),
        (cell(4, "file", "test1.csv"), "rows 6 and 63: .* belong to pool and test"),
        (cell(4, "file", "pool1.csv"), "rows 3 and 6: .* have the same content; remove one"),
        (lambda rows: rows.drop(columns="split"), "column 'split' is missing"),
        (lambda rows: rows.assign(Phase_=""), "column 'Phase_' is most likely 'phase'"),
        (lambda rows: rows[3:], "gives 47 textures to pool, but 50 are needed at least"),
        (lambda rows: rows[:-5], "gives 15 textures to test, but 20 are needed at least"),
    ],
)
def test_bad_sheets_are_refused(copied, edit, words):
    """Each sentence names the sheet, its row and the remedy; none is guessed."""
    sheet = copied(edit)
    with pytest.raises(InputError, match=words) as error:
        read_entries(sheet)
    assert str(error.value).startswith(str(sheet))


def test_a_copy_under_another_name_is_no_test(copied, tmp_path):
    """Files are compared by their content: the loop must not see what it is tested on."""
    sheet = copied(lambda rows: rows)
    shutil.copy(sheet.parent / "pool2.csv", sheet.parent / "test4.csv")
    with pytest.raises(InputError, match=r"rows 4 and 66: .*same content, but belong to pool and"):
        imported(sheet, tmp_path, "pool")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("phi1_deg,Phi_deg,phi2_deg\n10,20,30\n", "one orientation, which is no texture"),
        ("phi1_deg,Phi_deg,phi2_deg\n", "row 64: .*test2.csv"),
        (None, "row 64: .*test2.csv: there is no such file"),
    ],
)
def test_bad_files_are_refused(copied, tmp_path, text, words):
    """An empty file, one of one point, one that is not there: with row and file."""
    sheet = copied(lambda rows: rows)
    file = sheet.parent / "test2.csv"
    file.unlink() if text is None else file.write_text(text)
    with pytest.raises(InputError, match=words):
        imported(sheet, tmp_path)


def test_few_orientations_are_repeated_and_said(copied, tmp_path):
    """A file with fewer orientations than stand for it is read, with a doubt."""
    sheet = copied(lambda rows: rows)
    file = sheet.parent / "test2.csv"
    pd.read_csv(file).head(10).to_csv(file, index=False)
    table = imported(sheet, tmp_path)[1]
    assert "has 10 orientations only, which are repeated" in table["doubts"][2]
