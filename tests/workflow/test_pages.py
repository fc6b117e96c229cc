"""Commands of the how-to pages on running parts of the workflow: each plans what the page says."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pspflow.config import load_config

pytestmark = [pytest.mark.docs, pytest.mark.xdist_group("pages")]

PAGES = Path(__file__).parents[2] / "docs/how-to"
PLANNED = ("one_study", "targets", "rerun", "gpu")
"""Pages whose commands run in a checkout as it is."""


def blocks(page, language=""):
    """Return the blocks of code of a page, those without a language by default."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    fenced = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    return [block for kind, block in fenced if kind == language]


def commands(page, program):
    """Return the words after a program's name, once for each line of a page that calls it."""
    lines = [line.strip() for block in blocks(page) for line in block.splitlines()]
    called = [line.removeprefix(f"{program} ") for line in lines if line.startswith(f"{program} ")]
    return [shlex.split(line, comments=True) for line in dict.fromkeys(called)]


@pytest.mark.parametrize("page", PLANNED)
def test_every_command_is_planned(checkout, page):
    """Snakemake takes its words: targets, rules, files and flags are as the page writes them."""
    planned = commands(page, "snakemake")
    assert planned
    for words in planned:
        dry = [] if "--list-target-rules" in words else ["-n"]
        run = checkout.snakemake(*dry, *words)
        assert run.returncode == 0, (words, run.stdout)


def test_deleted_artefacts_are_made_again(checkout):
    """What the page deletes is an artefact that a rule makes."""
    deleted = [path for words in commands("rerun", "rm") for path in words]
    assert deleted
    assert "persistence_grid" in checkout.planned(*deleted)


@pytest.mark.parametrize("page", [*PLANNED, "property_column"])
def test_every_command_of_the_package_is_there(page):
    """Its words name a command, which tells its flags."""
    for words in commands(page, "pspflow"):
        named = [word for word in words if not word.startswith("--")]
        flags = {word for word in words if word.startswith("--")} - {"--help"}
        call = [sys.executable, "-m", "pspflow", *named[: 1 if named[0] == "check" else 3]]
        run = subprocess.run([*call, "--help"], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        assert all(flag in run.stdout for flag in flags), words


def test_a_property_column_is_a_label(checkout):
    """The page's sheet and configuration plan the study, with the classification of its label."""
    (sheet, *_), (values,) = blocks("property_column"), blocks("property_column", "yaml")
    (checkout.folder / "sheet.csv").write_text(sheet)
    (checkout.folder / "images").mkdir()
    header, *rows = [line.split(",") for line in sheet.splitlines()]
    for image, *_ in rows:
        (checkout.folder / image).touch()
    labels = load_config(yaml.safe_load(values)).temper.images.labels
    assert set(filter(None, labels.values())) == set(header[-2:])
    assert {name for _, name, *_ in rows} == set(labels)
    (checkout.folder / "mine.yaml").write_text(values)
    (words,) = commands("property_column", "snakemake")
    assert "temper_labels_classify" in checkout.planned(*words)
