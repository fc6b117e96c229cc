"""The folder through which a laboratory answers: wanted, filled, measured, and what is refused."""

import csv

import numpy as np
import pytest

from pspflow.errors import InputError
from pspflow.io.textures import read_orientations
from pspflow.mechanics import PARAMETER_NAMES, independent_outputs
from pspflow.studies.texture.plasticity.exchange import AwaitingMeasurements, TableTruth


def wanted(folder):
    with (folder / "wanted.csv").open() as stream:
        return [tuple(row.values()) for row in csv.DictReader(stream)]


def test_a_laboratory_answers(tmp_path, textures, labels, measure):
    """Wanted, filled, measured: first two textures, then all, one of which could not be made."""
    grains, names = textures
    truth = TableTruth(tmp_path / "exchange")
    with pytest.raises(AwaitingMeasurements, match=r"2 of 2 textures wait .*pool_0 first") as error:
        truth.parameters(grains[:2], names[:2])
    assert len(str(error.value).splitlines()) == 1
    rows = [(name, f"orientations/{name}.txt") for name in names]
    assert wanted(truth.folder) == rows[:2]
    assert not (truth.folder / "measured.csv").exists()
    measure(truth.folder, [["pool_0", *labels[0], ""], ["pool_1", *[""] * 54, "it cracked"]])
    answers = truth.parameters(grains[1::-1], names[1::-1])
    assert answers.failures == {0: "it cracked"}
    np.testing.assert_allclose(answers.parameters[1], labels[0], rtol=1e-12, atol=1e-12)
    assert np.isnan(answers.parameters[0]).all()
    with pytest.raises(AwaitingMeasurements, match="2 of 4 textures wait"):
        truth.parameters(*textures)
    assert wanted(truth.folder) == rows[2:]


def test_orientations_are_read_back(tmp_path, textures):
    """The files hold what was asked for, weights included, and say their unit and symmetry."""
    grains, names = textures
    weighted = grains[0]._replace(weights=np.arange(1.0, 97) / np.arange(1.0, 97).sum())
    with pytest.raises(AwaitingMeasurements):
        TableTruth(tmp_path).parameters([weighted], names[:1])
    read = read_orientations(tmp_path / "orientations/pool_0.txt", symmetry="cubic")
    assert read.source == "mtex"
    np.testing.assert_allclose(
        np.exp(1j * read.angles_rad), np.exp(1j * weighted.orientations), atol=2e-8
    )
    np.testing.assert_allclose(read.weights, weighted.weights, rtol=1e-8)


def test_textures_of_several_jobs_are_wanted_together(tmp_path, textures):
    """A second loop's question does not hide that of the first; its files are kept."""
    grains, names = textures
    for part in (slice(0, 1), slice(2, 4), slice(2, 3)):
        with pytest.raises(AwaitingMeasurements):
            TableTruth(tmp_path).parameters(grains[part], names[part])
    assert [name for name, _ in wanted(tmp_path)] == ["pool_0", "pool_2", "pool_3"]


def test_another_texture_of_the_same_name_is_refused(tmp_path, textures, source):
    """After a change of seed or options, a measurement would be taken for another texture's."""
    source("table")
    truth, (grains, names) = TableTruth(tmp_path), textures
    for _ in range(2):
        truth.parameters(grains, names)
    count = len(grains[0].weights)
    others = (
        grains[1],
        grains[0]._replace(orientations=grains[0].orientations[:9]),
        grains[0]._replace(weights=np.arange(1.0, count + 1) / np.arange(1.0, count + 1).sum()),
    )
    for other in others:
        with pytest.raises(InputError, match=r"pool_0\.txt: it holds another texture than 'pool_0"):
            truth.parameters([other], names[:1])


def test_rows_that_are_not_measured_yet_wait(tmp_path, textures, labels, measure, caplog):
    """A list that is being filled; a name that nobody asked for is told."""
    grains, names = textures
    rows = [[names[0], *labels[0]], [names[1], *[""] * 54], ["pool0", *labels[0]]]
    measure(tmp_path, rows, ("name", *PARAMETER_NAMES))
    with pytest.raises(AwaitingMeasurements, match=r"1 of 2 textures wait .*pool_1 first"):
        TableTruth(tmp_path).parameters(grains[:2], names[:2])
    assert "1 rows are of textures that were never asked for, such as 'pool0'" in caplog.text


def test_rounded_numbers_are_completed(tmp_path, textures, labels, measure):
    """Three digits do: the second increments conserve volume exactly afterwards."""
    grains, names = textures
    measure(tmp_path, [[names[0], *np.round(labels[0], 3), ""]])
    found = TableTruth(tmp_path).parameters(grains[:1], names[:1]).parameters
    independent_outputs(found)
    np.testing.assert_allclose(found[0], labels[0], atol=2e-3)


def changed(row, name, cell):
    cells = list(row)
    cells[1 + PARAMETER_NAMES.index(name)] = cell
    return cells


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (lambda r: [r, r], r"row 3: texture 'pool_0' stands in row 2 too, in column 'name'"),
        (lambda r: [["", *r[1:]]], "row 2: column 'name' is empty; name the texture"),
        (
            lambda r: [changed(r, "stress_xy_0", 2)],
            r"row 2 .*column 'stress_xy_0' is 2, not 1; div",
        ),
        (
            lambda r: [changed(r, "strain2_yz_15", 0.3)],
            r"row 2 \(pool_0\): column 'strain2_yz_15' and its pair add up to .*not to -1 / stress",
        ),
        (
            lambda r: [changed(r, "stress_zx_30", -1)],
            "column 'stress_zx_30' is -1; give a positive",
        ),
        (lambda r: [changed(r, "stress_zx_30", "inf")], "'stress_zx_30' is inf; give a finite"),
        (lambda r: [changed(r, "stress_zx_30", "0,9")], "'stress_zx_30' is '0,9'; give a number"),
        (lambda r: [changed(r, "stress_zx_30", "")], "column 'stress_zx_30' is empty; give a numb"),
        (
            lambda r: [[*r[:-1], "torn"]],
            "column 'stress_xy_0' is .* although column 'failure' says 'torn'; empty one of them",
        ),
    ],
)
def test_bad_rows_are_refused(tmp_path, textures, labels, measure, rows, message):
    """One sentence names file, row, column and remedy."""
    grains, names = textures
    measure(tmp_path, rows([names[0], *labels[0].tolist(), ""]))
    with pytest.raises(InputError, match=message) as error:
        TableTruth(tmp_path).parameters(grains[:1], names[:1])
    assert str(error.value).startswith(f"{tmp_path / 'measured.csv'} row ")
    assert len(str(error.value).splitlines()) == 1
    assert not (tmp_path / "wanted.csv").exists()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (("name", *PARAMETER_NAMES, "Failure"), "column 'Failure' is unknown; remove it"),
        (("name", *PARAMETER_NAMES[:-1], "strain2_ZX_75"), "column 'strain2_zx_75' is missing"),
        (("texture", *PARAMETER_NAMES), "column 'name' is missing"),
    ],
)
def test_bad_columns_are_refused(tmp_path, textures, measure, header, message):
    """Unknown or missing ones, before any row."""
    measure(tmp_path, [["x"] * len(header)], header)
    with pytest.raises(InputError, match=message):
        TableTruth(tmp_path).parameters(*textures)


def test_names_that_are_no_files_are_refused(tmp_path, textures):
    """A name becomes the name of a file, which may not leave the folder."""
    for name in ("../up", "a b", ".hidden", ""):
        with pytest.raises(InputError, match=r"cannot name a file .*rename it in your sheet"):
            TableTruth(tmp_path).parameters(textures[0][:1], [name])
