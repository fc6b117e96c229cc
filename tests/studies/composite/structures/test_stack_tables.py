"""Tables beside a stack: numbers and names are read as those of a sheet of micrographs."""

import re

import pytest

from pspflow.errors import InputError
from pspflow.studies.composite.structures.stack_tables import read_moduli, read_structures


def table(tmp_path, text):
    """Write a table."""
    path = tmp_path / "table.csv"
    path.write_text(text)
    return path


@pytest.mark.data("structures", "refused", "moduli with a decimal comma, a unit or another mark")
@pytest.mark.parametrize(
    ("cell", "remedy"),
    [
        ('"70,5"', "write 70.5"),
        ("70 GPa", "write the number alone, in GPa"),
        ("70000 MPa", "write the number alone, in GPa"),
        ("~70", "write 70"),
        ("70_000", "write 70000"),
        ("70±2", "write 70"),
    ],
)
def test_moduli_with_marks(tmp_path, cell, remedy):
    """The sentence has row, cell and what to write."""
    path = table(tmp_path, f"phase,young_gpa,poisson\n0,{cell},0.3\n1,200,0.3\n")
    with pytest.raises(InputError) as raised:
        read_moduli(path)
    given = cell.strip('"')
    assert str(raised.value) == f"{path} row 2: young_gpa is {given!r}; {remedy}."


def test_a_ratio_in_percent(tmp_path):
    """The remedy is no number that would be refused next."""
    path = table(tmp_path, "phase,young_gpa,poisson\n0,70,30 %\n1,200,0.3\n")
    with pytest.raises(InputError, match=r"'30 %'; write the number alone, as a ratio \(0\.3, not"):
        read_moduli(path)


@pytest.mark.data("structures", "warned", "table of structures without a column specimen")
def test_specimens_in_a_column_of_another_name(tmp_path, caplog):
    """Structures of one sample would be in training and in test, without a word."""
    rows = read_structures(table(tmp_path, "structure,sample\na,s\nb,s\n"), tmp_path / "s.npy", 2)
    assert rows["specimen"].tolist() == ["a", "b"]
    assert "no column is called 'specimen'" in caplog.text
    assert "not read: 'sample'" in caplog.text
    caplog.clear()
    read_structures(table(tmp_path, "structure,morphology\na,m\nb,m\n"), tmp_path / "s.npy", 2)
    read_structures(table(tmp_path, "structure,specimen,c\na,s,1\nb,s,2\n"), tmp_path / "s.npy", 2)
    assert "specimen" not in caplog.text


@pytest.mark.data("structures", "refused", "one specimen or structure written in two ways")
@pytest.mark.parametrize(("first", "second"), [("S1", "s1"), ("01", "1"), ("s 1", "s_1")])
@pytest.mark.parametrize("column", ["structure", "specimen", "morphology"])
def test_one_name_in_two_spellings(tmp_path, column, first, second):
    """A specimen would be in training and in test."""
    cells = {"structure": ("a", "b"), "specimen": ("s", "s"), "morphology": ("m", "m")}
    cells[column] = (first, second)
    rows = "\n".join(",".join(row) for row in zip(*cells.values(), strict=True))
    path = table(tmp_path, f"structure,specimen,morphology\n{rows}\n")
    with pytest.raises(InputError) as raised:
        read_structures(path, tmp_path / "stack.npy", 2)
    assert re.match(
        rf"{re.escape(str(path))} rows 2 and 3: {column} .* are most likely one", str(raised.value)
    )


@pytest.mark.data("structures", "refused", "column specimen or morphology in another spelling")
@pytest.mark.parametrize("name", ["Specimen", "specimen\u200b", "MORPHOLOGY"])
def test_a_column_in_another_spelling(tmp_path, name):
    """It would not be used, and every structure be its own specimen."""
    path = table(tmp_path, f"structure,{name}\na,s\nb,s\n")
    with pytest.raises(InputError, match=r"is most likely '(specimen|morphology)'; write it so"):
        read_structures(path, tmp_path / "stack.npy", 2)


def test_no_name_is_no_specimen(tmp_path):
    """Two structures of unknown specimens are not of one."""
    path = table(tmp_path, "structure,specimen\na,n/a\nb,n/a\n")
    with pytest.raises(InputError, match="row 2: specimen 'n/a' is no name; leave the cell empty"):
        read_structures(path, tmp_path / "stack.npy", 2)


def test_numbered_names_are_accepted(tmp_path):
    """1 and 10, 1.1 and 1.10 are different."""
    path = table(tmp_path, "structure,specimen\n1.1,1\n1.10,10\ns-1,\n")
    assert list(read_structures(path, tmp_path / "stack.npy", 3)["specimen"]) == ["1", "10", "s-1"]
