"""The how-to page on measuring: its commands and its code run as they stand."""

import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cyclopts import App

from pspflow.io.micrographs.tiff import write_tiff
from pspflow.microstructure import Morphology, ferrite_fraction
from pspflow.studies.steel.tools.measure import measure

PAGE = (Path(__file__).parents[4] / "docs/how-to/steel_measure.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chips():
    """Return images of two phases, (3, 64, 64) uint8."""
    rows, columns = np.indices((64, 64))
    return np.stack([40 + 160 * ((rows // n + columns // 5) % 2) for n in (3, 4, 8)]).astype("u1")


def test_commands(chips, tmp_path, monkeypatch):
    """Each runs on a folder of images; each flag of the table is one of the command."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    for number, pixels in enumerate(chips):
        write_tiff(tmp_path / f"images/{number}.tif", pixels, 0.34, "")
    (line,) = re.findall(r"```bash\npspflow steel measure (.*)\n```", PAGE)
    flags = re.findall(r"^\| `(--\S+ \S+)` \|", PAGE, flags=re.MULTILINE)
    assert len(flags) == 4
    for words in (line, *(f"{line} {flag}" for flag in flags)):
        tokens = [
            name
            for token in shlex.split(words)
            for name in (sorted(map(str, Path().glob(token))) if "*" in token else [token])
        ]
        App(default_command=measure, result_action="return_value")(tokens, print_error=False)
    assert len(pd.read_csv("measures.csv")) == len(chips)


def test_code(chips):
    """Blocks of Python, with an image and chips given."""
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    names = {"image": chips[0], "chips": chips}
    exec(block, names)
    assert names["fraction"] == ferrite_fraction(chips[0])
    assert isinstance(names["many"], Morphology)
