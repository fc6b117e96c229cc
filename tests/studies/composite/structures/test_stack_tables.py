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
        ("70 GPa", "write 70, and the unit (GPa) into the column's name"),
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
