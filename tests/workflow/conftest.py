"""A checkout of its own for every test that runs snakemake, made of links to this one."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml
from snakemake.utils import update_config

from pspflow.config import load_config
from pspflow.studies import registry

from . import forks
from .planned import plan_of, planned  # noqa: F401 - fixtures

ROOT = Path(__file__).parents[2]
STEEL_TRAINED = "results/realdata/steel/prior/vq/all/process/weights.safetensors"
LINKED = ("Snakefile", "config.yaml", "workflow", "envs", "src", "tests", "slurm", "lsf", "cards")


@dataclass(frozen=True)
class Job:
    """A job as a dry run prints it."""

    rule: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    wildcards: dict[str, str]
    words: tuple[str, ...]
    """Words of its command before the first flag: study, chapter and stage."""
    resources: tuple[str, ...]
    """What it asks for, NAME=VALUE."""
    flags: dict[str, list[str]]
    """Flags of its command, and the values of each."""

    @classmethod
    def parse(cls, rule: str, body: str) -> "Job":
        """Read a job from its name and the lines below it."""
        lines = dict(re.findall(r"^ +(\w+): (.*)$", body, re.MULTILINE))
        command = re.search(r"^Shell command: (.*)$", body, re.MULTILINE)
        assert command is not None, f"{rule} prints no command; is it one line?"
        program, log, _, *words = shlex.split(command[1])
        assert (program, log) == ("pspflow", "--log"), command[1]
        first = next(i for i, word in enumerate(words) if word.startswith("--"))
        flags: dict[str, list[str]] = {}
        for word in words[first:]:
            if word.startswith("--"):
                assert word[2:] not in flags, f"{rule} gives {word} twice"
                flags[word[2:]] = values = []
            else:
                values.append(word)
        wildcards = dict(each.split("=", 1) for each in _listed(lines.get("wildcards", "")))
        inputs, outputs = (tuple(_listed(lines.get(name, ""))) for name in ("input", "output"))
        resources = tuple(_listed(lines.get("resources", "")))
        return cls(rule, inputs, outputs, wildcards, tuple(words[:first]), resources, flags)

    @cached_property
    def stage(self) -> registry.Command:
        """The stage, or the tool, that it runs."""
        study, *chapter, name = self.words
        commands = registry.stages(study, *chapter) if chapter else registry.tools(study)
        return next(each for each in commands if each.name == name)

    def named(self, flag: str) -> dict[str, str]:
        """Return the paths of a flag by their names, those of NAME=PATH, or by their place."""
        pairs = (
            value.split("=", 1) if "=" in value else (str(place), value)
            for place, value in enumerate(self.flags[flag])
        )
        return dict(pairs)


def _listed(line: str) -> list[str]:
    return line.split(", ") if line else []


@dataclass(frozen=True)
class DryRun:
    """What a dry run would run, and the configuration that it read."""

    config: Any
    jobs: tuple[Job, ...]
    text: str
    """What is printed."""

    @cached_property
    def makers(self) -> dict[str, Job]:
        """Every artefact that is made, and the job that makes it."""
        return {path: job for job in self.jobs for path in job.outputs}

    def of(self, rule: str) -> Iterator[Job]:
        """Yield the jobs of a rule."""
        return (job for job in self.jobs if job.rule == rule)


class Checkout:
    """A folder in which snakemake runs as it does in the repository's root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for name in LINKED:
            (folder / name).symlink_to(ROOT / name)

    def snakemake(self, *arguments: str, forked: bool = True) -> subprocess.CompletedProcess[str]:
        """Run snakemake with this interpreter's environment; both outputs come as one text.

        Its processes and those of its jobs are forks of a python that has imported the libraries
        (see `forks`), or such as users have, which start anew. Forks save no figure that `labelled`
        objects to.
        """
        binaries = Path(sys.executable).parent
        folders = [forks.start(), binaries] if forked else [binaries]
        paths = [*map(str, folders), os.environ["PATH"]]
        environment = {**os.environ, "PATH": os.pathsep.join(paths)}
        environment["XDG_CACHE_HOME"] = str(self.folder / "cache")
        environment["FORKS_FIRST"] = str(Path(__file__).with_name("labelled.py"))
        return subprocess.run(
            [str(folders[0] / "python"), "-m", "snakemake", *arguments],
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

    def dry_run(self, *overlays: str, target: str = "all") -> DryRun:
        """Plan everything, or a study, anew, and read what is printed."""
        run = self.snakemake("-n", "-p", "-F", target, "--configfile", *overlays)
        assert run.returncode == 0, run.stdout
        parts = re.split(r"^\[.*\]\n(?:local)?rule (\w+):\n", run.stdout, flags=re.MULTILINE)[1:]
        pairs = zip(parts[::2], parts[1::2], strict=True)
        jobs = [Job.parse(rule, body) for rule, body in pairs if rule != target]
        values: dict[str, object] = {}
        for name in ("config.yaml", *overlays):
            update_config(values, yaml.safe_load((self.folder / name).read_text()))
        return DryRun(load_config(values), tuple(jobs), run.stdout)

    def copy(self, *names: str) -> None:
        """Put copies in the place of links, so that they can be changed."""
        for name in names:
            (self.folder / name).unlink()
            # code that is compiled already serves the copy too, but not what is being written
            unfinished = shutil.ignore_patterns("*.tmp.*", "*.pyc.*")
            shutil.copytree(ROOT / name, self.folder / name, ignore=unfinished)

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


@pytest.fixture(scope="session")
def texture(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Make a checkout where the texture study has run with one start; tests leave it as it was."""
    few = {"loop": {"arms": ["full", "random", "active"], "starts": 1}, "plasticity": {"shards": 1}}
    return _finished(tmp_path_factory, "texture", {"texture": few})


@pytest.fixture(scope="session")
def steel(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Make a checkout where the steel study has run with one model; tests leave it as it was."""
    return _finished(tmp_path_factory, "steel", {"steel": {"codes": {"models": ["vq"]}}})


@pytest.fixture(scope="session")
def latent(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Make a checkout where the latent study has run; tests leave it as it was."""
    return _finished(tmp_path_factory, "latent")


@pytest.fixture(scope="session")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Make a checkout where the arena has run; tests leave it as it was."""
    return _finished(tmp_path_factory, "arena")


def _finished(
    factory: pytest.TempPathFactory, study: str, changes: dict[str, object] | None = None
) -> Checkout:
    made = Checkout(factory.mktemp(study) / "checkout")
    overlays = ["tests/config.yaml", made.overlay("changes.yaml", changes or {})]
    run = made.snakemake("--cores", "2", study, "--configfile", *overlays)
    assert run.returncode == 0, run.stdout
    (made.folder / "run.log").write_text(run.stdout)
    return made


@pytest.fixture(scope="session")
def realdata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run both studies of micrographs on real ones, as far as the tests look."""
    made = Checkout(tmp_path_factory.mktemp("realdata") / "checkout")
    run = made.snakemake(
        *("--cores", "all", "temper_persistence", STEEL_TRAINED),
        *("--configfile", "tests/realdata.yaml"),
    )
    assert run.returncode == 0, run.stdout
    return made.folder / "results/realdata"
