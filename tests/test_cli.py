"""The command line: bad input ends in sentences on the terminal and in the log, never a trace."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tifffile

DOMAINS = {"domains": [{"name": "t5", "label": "uts_mpa"}]}
GOOD = "image,domain,specimen,uts_mpa\na.tif,t5,s1,300\n"

FAULTS = {
    "two rows": (
        "image,domain,specimen,uts_mpa\na.tif,t5,s1,300\nb.tif,t7,s2,high\n",
        DOMAINS,
        [
            "sheet.csv row 3, column 'uts_mpa': 'high' is not a number; give one or leave",
            "sheet.csv row 3: domain 't7' is not one of t5; correct it or add it",
        ],
    ),
    "images": (
        GOOD + "text.tif,t5,s2,310\nnone.tif,t5,s3,320\n",
        DOMAINS,
        [
            "text.tif: not a TIFF, PNG, JPEG or BMP image; convert it to one of these.",
            "none.tif: there is no such file; correct the path in column 'image'.",
        ],
    ),
    "unknown key": (GOOD, {**DOMAINS, "domain": "t5"}, ['"domain"']),
    "wrong type": (
        GOOD,
        {**DOMAINS, "scale": {"annotation_bar_px": "many"}},
        ["scale.annotation_bar_px' is 'many': input should be a valid integer"],
    ),
    "out of range": (
        GOOD,
        {**DOMAINS, "scale": {"pixel_size_um": 0}},
        ["scale.pixel_size_um' is '0': input should be greater than 0"],
    ),
    "not JSON": (GOOD, "domains", ["key 'options' is 'domains'"]),
}


def catalogue(folder, sheet, options):
    """Run the stage `catalogue` on a sheet, beside one good image and a text file."""
    levels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    for i, name in enumerate("ab"):
        tifffile.imwrite(folder / f"{name}.tif", levels + i)
    (folder / "text.tif").write_text("no image")
    (folder / "sheet.csv").write_text(sheet)
    return subprocess.run(
        [
            *(sys.executable, "-m", "pspflow", "temper", "images", "catalogue"),
            *("--sheet", str(folder / "sheet.csv")),
            *("--catalogue", str(folder / "made" / "catalogue.parquet")),
            *("--options", options if isinstance(options, str) else json.dumps(options)),
            *("--log", str(folder / "logs" / "catalogue.log")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_input(tmp_path, fault):
    """A fault stops the stage with one line each, in the log too, and leaves no output."""
    sheet, options, expected = FAULTS[fault]
    done = catalogue(tmp_path, sheet, options)
    assert done.returncode != 0
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == len(expected)
    for line, words in zip(lines, expected, strict=True):
        assert words in line
    assert (tmp_path / "logs" / "catalogue.log").read_text() == done.stderr
    assert not list(tmp_path.glob("made/*"))


def test_good_input(tmp_path):
    """The same command on a faultless sheet ends well and writes the catalogue."""
    done = catalogue(tmp_path, GOOD, DOMAINS)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["catalogue.parquet"]
