"""The registry: commands are found without imports, and what it finds stays small."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from pspflow.studies import registry

ROOT = Path(__file__).parents[2]
CHAPTERS = [(study, name) for study in registry.studies() for name in registry.chapters(study)]
MOST_MODULES, MOST_LINES, MOST_ARGUMENTS = 16, 350, 14
KERNEL = "topology/kernel.py"


@pytest.mark.parametrize(("study", "chapter"), CHAPTERS)
def test_every_stage_has_a_summary(study, chapter):
    """It is the first line of its docstring, a sentence."""
    for command in registry.stages(study, chapter):
        assert command.summary.endswith("."), command
    assert registry.described(study, chapter)


def test_the_command_line_lists_what_there_is():
    """Help names studies, chapters and stages, without importing torch."""
    code = (
        "import sys; sys.argv = ['pspflow', *sys.argv[1:]]\n"
        "from pspflow.cli import main\n"
        "try: main()\n"
        "finally: assert 'torch' not in sys.modules, 'torch was imported'\n"
    )

    def said(*tokens):
        done = subprocess.run(
            [sys.executable, "-c", code, *tokens], capture_output=True, text=True, check=False
        )
        assert "torch was imported" not in done.stderr
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert set(registry.studies()) <= set(said("--help").split())
    for study in registry.studies():
        assert set(registry.chapters(study)) <= set(said(study, "--help").split())
    assert "compute" in said("temper", "persistence", "--help").split()


def modules():
    """Yield the modules of the package."""
    return (ROOT / "src/pspflow").rglob("*.py")


def test_rooms_are_small():
    """No folder holds more than 16 modules, no module more than 350 lines but the kernel."""
    folders = {}
    for path in modules():
        if path.name != "__init__.py":
            folders.setdefault(path.parent, []).append(path)
        long = len(path.read_text().splitlines()) > MOST_LINES
        assert not long or path.as_posix().endswith(KERNEL), path
    full = {folder for folder, files in folders.items() if len(files) > MOST_MODULES}
    assert not full


def test_stages_take_few_arguments():
    """What belongs together travels together: at most 14 arguments beside device and record."""
    commands = [c for study, chapter in CHAPTERS for c in registry.stages(study, chapter)]
    commands += [tool for study in registry.studies() for tool in registry.tools(study)]
    for command in commands:
        name = command.place.rpartition(":")[2]
        (function,) = (
            node
            for node in ast.parse(command.file.read_text()).body
            if isinstance(node, ast.FunctionDef) and node.name == name
        )
        taken = function.args
        names = [each.arg for each in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)]
        assert len(set(names) - {"device", "origin"}) <= MOST_ARGUMENTS, command
