"""Code in the how-to pages runs as it stands."""

import re
import shlex
from pathlib import Path

import numpy as np
import yaml
from cyclopts import App

from pspflow.config import load_config
from pspflow.studies.latent.curation import rows
from pspflow.studies.latent.curation.options import Columns
from pspflow.studies.latent.tools.simulate import simulate

PAGES = Path(__file__).parents[1] / "docs/how-to"
ANG = """# Phase 1
# MaterialName Aluminium
# Symmetry 43
# GRID: SqrGrid
# XSTEP: 1.0
# YSTEP: 1.0
# NCOLS_ODD: 6
# NCOLS_EVEN: 6
# NROWS: 5
"""


def test_the_page_on_textures(tmp_path, monkeypatch):
    """From a map to its analysis, a sample and figures; and the parts of all that."""
    rng = np.random.default_rng(0)
    angles = rng.uniform(0, 1, (30, 3)) * (2 * np.pi, np.pi, 2 * np.pi)
    lines = [
        f"{a:.5f} {b:.5f} {c:.5f} {k % 6:.3f} {k // 6:.3f} 100.0 0.900 1 1 1.0"
        for k, (a, b, c) in enumerate(angles)
    ]
    (tmp_path / "map.ang").write_text(ANG + "\n".join(lines) + "\n")
    monkeypatch.chdir(tmp_path)
    page = (PAGES / "textures.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)
    np.testing.assert_allclose(names["angles"], angles, atol=1e-4)
    assert names["found"].coefficients.shape == (36,)
    assert names["found"].as_given.tension.r_value.shape == (19,)
    assert all((tmp_path / name).exists() for name in ("sample.txt", "poles.png", "odf.png"))
    assert names["coefficients"](*names["symmetric"]).shape == (36,)
    assert names["anisotropy_parameters"](*names["symmetric"]).shape == (54,)
    assert len(names["PARAMETER_NAMES"]) == 54


def test_the_page_on_curation():
    """Its configuration is one, and its tables name every reason and column with its default."""
    page = (PAGES / "latent_curation.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    assert load_config(yaml.safe_load(block)).latent.curation.catalogue.columns.group == "specimen"
    cells = re.findall(r"^\| (.*?) \|", page, flags=re.MULTILINE)
    named = {name: value for name, value in vars(rows).items() if name.isupper()}
    reasons = {value for value in named.values() if isinstance(value, str)} - {rows.KEPT}
    told = {cell for cell in cells if "`" not in cell and " " in cell}
    assert told == reasons | {"microconstituent is …"}
    for name, column in Columns().model_dump().items():
        (line,) = (line for line in page.splitlines() if line.startswith("| `") and name in line)
        assert f"`{column}`" in line


def test_the_page_on_simulated_microstructures(tmp_path, monkeypatch):
    """Its commands make folders of images, and its code arrays of the sizes that it says."""
    monkeypatch.chdir(tmp_path)
    page = (PAGES / "latent_datasets.md").read_text(encoding="utf-8")
    commands = re.findall(r"^pspflow (.*--out.*)$", page, flags=re.MULTILINE)
    for command in commands:
        tokens = shlex.split(command)
        assert tokens[:2] == ["latent", "simulate"]
        command_line = App(result_action="return_value")
        command_line.default(simulate)
        command_line(tokens[2:], exit_on_error=False)
        assert len(list((tmp_path / tokens[tokens.index("--out") + 1]).glob("images/*.tif"))) == 4
    assert len(commands) == 2
    assert np.load("grains/labels.npy").dtype == np.int32
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL):
        exec(block, names)
    assert names["fields"].shape == names["grey"].shape == (4, 64, 64)
    assert abs(names["binary"].mean() - 0.4) <= 0.5 / 64**2
    assert abs(names["expected"][0, 0] - 1) < 1e-9
    assert names["areas"].sum() == 32**2
    assert names["images"].shape == (4, 64, 64)


def test_targets_stand_before_configfile():
    """Snakemake takes every word after --configfile as a file: no page shows a target there."""
    commands = [
        line
        for page in (PAGES.parents[1] / "README.md", *sorted(PAGES.parent.rglob("*.md")))
        for line in page.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bsnakemake\b.*--configfile ", line) and line.startswith("snakemake")
    ]
    assert len(commands) > 5
    for command in commands:
        words = shlex.split(command.partition("--configfile")[2], comments=True)
        flags = [number for number, word in enumerate(words) if word.startswith("-")]
        files = words[: flags[0] if flags else None]
        assert all(word.endswith((".yaml", ".json")) for word in files), command
