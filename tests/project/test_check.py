"""A project is checked before anything runs: what is wrong is said, and nothing is made."""

import numpy as np
import pytest
import yaml
from PIL import Image

from pspflow.errors import InputError
from pspflow.project.check import _merged, check

CONFIG = """
run: mine
temper:
  images:
    source: micrographs
    micrographs: {sheet: sheet.csv}
    domains: [{name: t5}, {name: t6}]
    split: {by: micrograph}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a folder with eight images of two domains, and work in it."""
    rows = [f"{domain}_{i}.png,{domain},s{i}" for domain in ("t5", "t6") for i in range(4)]
    for place, row in enumerate(rows):
        noise = np.random.default_rng(place).integers(256, size=(64, 64), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / row.partition(",")[0])
    (tmp_path / "sheet.csv").write_text("\n".join(["image,domain,specimen", *rows]) + "\n")
    (tmp_path / "config.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.workflow
def test_what_would_run_is_said(project):
    """Configuration, images, machine, and jobs by rule; the folder stays as it was."""
    before = {path.name for path in project.iterdir()}
    lines = list(check(["temper"], []))
    assert lines[0] == "Configuration: run mine, 5 options differ from the defaults."
    assert lines[1] == "temper: 8 images of 2 domains and 4 specimens in sheet.csv, all read."
    kinds = [line.partition(":")[0] for line in lines[2:7]]
    assert kinds == ["Software", "GPU", "Scheduler", "Disk", "Jobs"]
    # 64 x 64 pixels of 8 images, a byte each
    assert "take up to 0 MB, not counting what is made of them; " in lines[5]
    counts = {name: int(count) for count, name in map(str.split, lines[7:-1])}
    assert lines[6] == f"Jobs: {sum(counts.values())} would run."
    assert counts["images_catalogue"] == counts["report"] == 1
    assert counts["temper_flows_train"] == 2
    assert lines[-1] == "Time: unknown; no job of these rules has ended in results/mine yet."
    assert {path.name for path in project.iterdir()} - before <= {".snakemake"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "t5_0.png").write_text("no image"), r"row 2: t5_0\.png"),
        (lambda folder: (folder / "config.yaml").write_text("tempre: {}\n"), "tempre"),
        (lambda folder: (folder / "config.yaml").write_text("seed: 012\n"), "012"),
        (lambda folder: (folder / "config.yaml").write_text("seed: [\n"), "not a YAML file"),
        (lambda folder: (folder / "sheet.csv").unlink(), "there is no such sheet"),
    ],
    ids=["image", "key", "octal", "yaml", "sheet"],
)
def test_faults_are_said(project, change, words):
    """Each in the sentence with which the run would end hours later, or at its start."""
    change(project)
    with pytest.raises(InputError, match=words):
        list(check(["temper"], []))


def test_unknown_studies_and_files_are_refused(project):
    """By their names."""
    with pytest.raises(InputError, match="'tempre' is no study; give arena, composite, "):
        list(check(["tempre"], []))
    with pytest.raises(InputError, match=r"mine\.yaml: there is no such file"):
        list(check(["temper"], [project / "mine.yaml"]))


def test_files_are_joined_as_snakemake_joins_them(project):
    """Key by key, the later file wins, and a list is replaced as a whole."""
    from snakemake.utils import update_config

    (project / "more.yaml").write_text("seed: 3\ntemper: {images: {domains: [{name: t5}]}}\n")
    expected = yaml.safe_load(CONFIG)
    update_config(expected, yaml.safe_load((project / "more.yaml").read_text()))
    assert _merged([project / "more.yaml"]) == expected
