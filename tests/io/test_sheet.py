"""The specimen sheet: exports of spreadsheets are read, faults get an error sentence."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from pspflow.errors import InputError
from pspflow.io.imagesets import existing_images
from pspflow.io.sheet import read_sheet, write_sheet

HEADER = "image,domain,specimen,uts_mpa\n"
ROWS = "a.tif,t5,s1,300\nb.tif,t6,s1,\n"


def csv(tmp_path, content, encoding="utf-8"):
    """Write a sheet."""
    path = tmp_path / "sheet.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def refusal(path):
    """Return the sentence that refuses a sheet: one line that opens with its name."""
    with pytest.raises(InputError) as caught:
        read_sheet(path)
    sentence = str(caught.value)
    assert re.fullmatch(rf"{re.escape(str(path))}(: | row )[^\n]+[;,] [^\n]+\.", sentence)
    return sentence.removeprefix(str(path))


@pytest.mark.parametrize(
    "content",
    [
        HEADER + ROWS,
        "\ufeff" + HEADER + ROWS,
        (HEADER + ROWS).replace("\n", "\r\n"),
        (HEADER + ROWS).replace("\n", "\r"),
        (HEADER + ROWS).replace(",", " , "),
        (HEADER + ROWS).replace("t5", '"t5"'),
        (HEADER + ROWS).replace("\n", ",,\n"),
        (HEADER + ROWS) + ",,,\n\n\n",
        (HEADER + ROWS).rstrip("\n"),
    ],
)
def test_spellings_of_one_sheet(tmp_path, content):
    """A byte order mark, line ends, blanks, quotes and empty columns or rows change nothing."""
    table = read_sheet(csv(tmp_path, content))
    expected = {
        "image": ["a.tif", "b.tif"],
        "domain": ["t5", "t6"],
        "specimen": ["s1", "s1"],
        "uts_mpa": ["300", ""],
    }
    assert table.to_dict("list") == expected
    assert list(table.index) == [2, 3]


def test_quoted_commas_and_line_breaks(tmp_path):
    """A quoted cell keeps its comma, quote and line break."""
    row = '"a, left.tif","t""5","s\n1",300\n'
    table = read_sheet(csv(tmp_path, HEADER + row + ROWS))
    assert list(table.loc[2]) == ["a, left.tif", 't"5', "s\n1", "300"]
    assert list(table.index) == [2, 3, 4]


def test_row_numbers_are_the_spreadsheet_s(tmp_path):
    """Blank lines are skipped but counted, before the header too."""
    first, second = ROWS.splitlines(keepends=True)
    table = read_sheet(csv(tmp_path, "\n" + HEADER + "\n,,,\n" + first + "\n" + second))
    assert list(table.index) == [5, 7]
    assert "row 6" in refusal(csv(tmp_path, HEADER + "\n\n\n" + "\nonly,two\n"))


def test_unicode(tmp_path):
    """Names beyond ASCII are kept."""
    table = read_sheet(csv(tmp_path, HEADER + "Probe µ/größe.tif,t5,试样,1\n"))
    assert list(table.loc[2][:3]) == ["Probe µ/größe.tif", "t5", "试样"]


def test_parquet(tmp_path):
    """A Parquet sheet is read as text, like a CSV one: numbers as digits, gaps as empty cells."""
    frame = pd.DataFrame(
        {
            "image": ["a.tif", " b.tif ", None],
            "domain": pd.Categorical(["t5", "t6", None]),
            "specimen": [1, 2, None],
            "uts_mpa": [300.5, None, None],
        },
    ).astype({"specimen": "Int64"})
    frame.to_parquet(tmp_path / "sheet.PARQUET")
    table = read_sheet(tmp_path / "sheet.PARQUET")
    assert table.to_dict("list") == {
        "image": ["a.tif", "b.tif"],
        "domain": ["t5", "t6"],
        "specimen": ["1", "2"],
        "uts_mpa": ["300.5", ""],
    }
    assert list(table.index) == [2, 3]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "the sheet is empty"),
        ("\ufeff", "the sheet is empty"),
        ("\n\n  \n", "the sheet is empty"),
        (HEADER, "has a header but no rows"),
        ((HEADER + ROWS).replace(",", ";"), "separated by ';'"),
        ((HEADER + ROWS).replace(",", "\t"), r"separated by '\t'"),
        (HEADER + "a.tif,t5,s1\n", "row 2: 3 cells under 4 columns"),
        (HEADER + ROWS + "c.tif,t5,s1,1,2\n", "row 4: 5 cells under 4 columns"),
        ("# my images\n" + HEADER + ROWS, "row 2 has 4 cells; remove the lines above the header"),
        ("image,domain,image,specimen\n" + ROWS, "column 'image' appears twice"),
        ("image,Domain\na,b\n", "column 'domain', 'specimen' is missing (found: 'image'"),
        ("image,,domain,specimen\na,b,c,d\n", "column 2 has no name"),
        (HEADER + 'a.tif,"t5,s1,1\n' + ROWS, "not a CSV table"),
        (HEADER + 'a.tif,"t5"x,s1,1\n', "not a CSV table"),
        ((HEADER + ROWS).encode("utf-16"), "is not UTF-8"),
        ((HEADER + ROWS).encode("utf-16-le"), "not UTF-8"),
        ((HEADER + ROWS.replace("s1", "größe")).encode("latin-1"), "is not UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00\xe2\xff", "is not UTF-8"),
    ],
)
def test_bad_csv(tmp_path, content, words):
    """Each fault of a spreadsheet's export gives one sentence with a remedy."""
    assert words in refusal(csv(tmp_path, content))


@pytest.mark.data("micrographs", "read", "CSV with Excel's line sep=, on top")
@pytest.mark.parametrize("hint", ["sep=,", "SEP=,", '"sep=,"', "sep=,,,", "sep=, "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_excels_hint_is_no_row(tmp_path, hint, end, mark):
    """Excel does not show the line, so that rows are counted without it."""
    table = read_sheet(csv(tmp_path, mark + (hint + "\n" + HEADER + ROWS).replace("\n", end)))
    assert list(table["image"]) == ["a.tif", "b.tif"]
    assert list(table.index) == [2, 3]


@pytest.mark.data("micrographs", "refused", "CSV with another delimiter, also named by sep=;")
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_excels_hint_of_another_delimiter(tmp_path, delimiter):
    """The sentence names the delimiter and the remedy."""
    content = f"sep={delimiter}\n" + (HEADER + ROWS).replace(",", delimiter)
    found = refusal(csv(tmp_path, content))
    assert f"separated by {delimiter!r}, as line 1 says; save the sheet with commas." in found


def test_a_column_in_another_spelling(tmp_path):
    """The sentence says which column is meant."""
    found = refusal(csv(tmp_path, "Image, DOMAIN ,specimen\u200b\na.tif,t5,s1\n"))
    assert "write 'image' for 'Image' and 'domain' for 'DOMAIN'" in found.replace(
        "write 'domain'", "'domain'"
    )
    assert r"'specimen' for 'specimen\u200b'" in found


def test_a_relative_path_says_relative_to_what(tmp_path, monkeypatch):
    """A sheet is looked for where the command runs."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="there is no such sheet") as raised:
        read_sheet(Path("data/sheet.csv"))
    assert str(raised.value).startswith(
        f"data/sheet.csv: there is no such sheet in {tmp_path}, where"
    )


@pytest.mark.data("micrographs", "read", "Parquet with typed columns and text as bytes")
def test_types_of_parquet(tmp_path):
    """Bytes, decimals, dates and whole numbers become what a CSV file would hold."""
    frame = pd.DataFrame(
        {
            "image": [b"a.tif", "größe.tif".encode()],
            "domain": ["t5", "t6"],
            "specimen": [Decimal("1.10"), Decimal("1.20")],
            "when": [date(2024, 5, 1), None],
            "uts_mpa": [float("nan"), 12.5],
        }
    )
    frame.to_parquet(tmp_path / "sheet.parquet")
    assert read_sheet(tmp_path / "sheet.parquet").to_dict("list") == {
        "image": ["a.tif", "größe.tif"],
        "domain": ["t5", "t6"],
        "specimen": ["1.10", "1.20"],
        "when": ["2024-05-01", ""],
        "uts_mpa": ["", "12.5"],
    }


def test_no_file(tmp_path):
    """A missing sheet, or a folder in its place, gives an error sentence."""
    assert "there is no such sheet" in refusal(tmp_path / "none.csv")
    assert "there is no such sheet" in refusal(tmp_path)


@pytest.mark.parametrize("content", [b"", b"image,domain\n", b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_bad_parquet(tmp_path, content):
    """A .parquet file in another format gives an error sentence."""
    path = tmp_path / "sheet.parquet"
    path.write_bytes(content)
    assert "not a Parquet file" in refusal(path)


def test_parquet_without_columns_or_rows(tmp_path):
    """A Parquet sheet is checked like a CSV one."""
    path = tmp_path / "sheet.parquet"
    frame = pd.DataFrame({"image": ["a"], "domain": ["t5"]})
    frame.to_parquet(path)
    assert "column 'specimen' is missing" in refusal(path)
    frame.assign(specimen="s1").iloc[:0].to_parquet(path)
    assert "no rows" in refusal(path)


def test_existing_images(tmp_path):
    """The images that exist are listed once each, whatever else the column holds."""
    (tmp_path / "a.tif").write_bytes(b"")
    rows = f"a.tif,t5,s1,\na.tif,t6,s1,\nnone.tif,t5,s2,\n,t5,s3,\n{'long' * 99},t5,s4,\n"
    sheet = csv(tmp_path, HEADER + rows)
    assert existing_images(sheet) == [str(tmp_path / "a.tif")]


@pytest.mark.parametrize("kept", [0.5, 0.99, 1])
def test_a_sealed_sheet_that_is_damaged(tmp_path, kept):
    """Sheets that one stage writes for another have a digest beside them; others do not."""
    path = tmp_path / "sheet.csv"
    rows = pd.DataFrame({"image": [f"{i}.tif" for i in range(30)], "domain": "t5", "specimen": "s"})
    write_sheet(path, rows, sealed=True)
    assert len(read_sheet(path)) == 30
    text = path.read_text()
    path.write_text(text.replace("7.tif", "8.tif")[: int(kept * len(text))])
    with pytest.raises(InputError, match=r"sheet\.csv: it is not as it was written; delete it and"):
        read_sheet(path)
    write_sheet(path, rows[:9])  # an older digest does not count
    assert len(read_sheet(path)) == 9
    assert [each.name for each in tmp_path.iterdir()] == ["sheet.csv"]
