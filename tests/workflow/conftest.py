"""A checkout of its own for every test that runs snakemake, made of links to this one."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LINKED = ("Snakefile", "config.yaml", "workflow", "envs", "src", "tests", "slurm", "lsf")


class Checkout:
    """A folder in which snakemake runs as it does in the repository's root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in LINKED:
            (folder / name).symlink_to(ROOT / name)

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run snakemake with this interpreter's environment; both outputs come as one text."""
        binaries = Path(sys.executable).parent
        environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
        environment["XDG_CACHE_HOME"] = str(self.folder / "cache")
        return subprocess.run(
            [sys.executable, "-m", "snakemake", *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def planned(self, *arguments: str) -> set[str]:
        """Return the names of the rules that a dry run would run; targets make nothing."""
        run = self.snakemake("-n", *arguments)
        assert run.returncode == 0, run.stdout
        jobs = re.findall(r"^(?:local)?rule (\w+):\n((?: +.*\n)*)", run.stdout, re.MULTILINE)
        return {name for name, body in jobs if re.search("^ +output: ", body, re.MULTILINE)}

    def copy(self, *names: str) -> None:
        """Put copies in the place of links, so that they can be changed."""
        for name in names:
            (self.folder / name).unlink()
            hidden = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, self.folder / name, ignore=hidden)

    def overlay(self, name: str, values: dict[str, object]) -> str:
        """Write a configuration file and return its path."""
        (self.folder / name).write_text(yaml.safe_dump(values))
        return name


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Make a fresh checkout without results."""
    return Checkout(tmp_path / "checkout")


@pytest.fixture(scope="session")
def make_checkout(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Checkout]:
    """Return what makes a fresh checkout for several tests, in a folder of a given name."""
    return lambda name: Checkout(tmp_path_factory.mktemp(name) / "checkout")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Make a checkout where the temper study has run; tests leave it as it was."""
    return _finished(tmp_path_factory, "temper")


@pytest.fixture(scope="session")
def composite(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Make a checkout where the composite study has run; tests leave it as it was."""
    return _finished(tmp_path_factory, "composite")


def _finished(factory: pytest.TempPathFactory, study: str) -> Checkout:
    made = Checkout(factory.mktemp(study) / "checkout")
    run = made.snakemake("--cores", "2", study, "--configfile", "tests/config.yaml")
    assert run.returncode == 0, run.stdout
    (made.folder / "run.log").write_text(run.stdout)
    return made


@pytest.fixture(scope="session")
def realdata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run `temper_persistence` on the real micrographs and return its results."""
    made = Checkout(tmp_path_factory.mktemp("realdata") / "checkout")
    run = made.snakemake(
        *("--cores", "all", "temper_persistence", "--configfile", "tests/realdata.yaml")
    )
    assert run.returncode == 0, run.stdout
    return made.folder / "results/realdata/temper"
