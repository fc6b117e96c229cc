"""Another workflow takes this one as a module, as the catalogue of workflows describes."""

import subprocess
import sys
from pathlib import Path

import pytest

from pspflow.studies import registry

ROOT = Path(__file__).parents[2]
MODULE = f"""
module pspflow:
    snakefile: {str(ROOT / "workflow/Snakefile")!r}
    config: {{"run": "inmodule"}}


use rule * from pspflow as psp_*
"""


@pytest.mark.workflow
def test_a_workflow_takes_this_one_as_a_module(tmp_path):
    """With a configuration of its own, whose missing options have their defaults."""
    (tmp_path / "Snakefile").write_text(MODULE)
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "psp_temper", "--cores", "1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    said = run.stdout + run.stderr
    assert "rule psp_temper_flows_train:" in said
    assert "results/inmodule/temper/report.html" in said
    assert "results/demo" not in said


@pytest.mark.workflow
@pytest.mark.parametrize("entry", ["Snakefile", "workflow/Snakefile"])
def test_each_entry_makes_everything_by_default(entry, tmp_path):
    """From another folder, with no target named: the reports of every study."""
    command = [sys.executable, "-m", "snakemake", "-s", str(ROOT / entry), "-n", "--cores", "1"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    said = run.stdout + run.stderr
    for study in registry.studies():
        assert f"results/demo/{study}/report.html" in said


def test_the_root_has_the_entry_of_the_catalogue():
    """What the catalogue looks for is where it looks."""
    for name in ("workflow/Snakefile", "config/README.md", ".snakemake-workflow-catalog.yml"):
        assert (ROOT / name).is_file()
    assert 'include: "workflow/Snakefile"' in (ROOT / "Snakefile").read_text()
