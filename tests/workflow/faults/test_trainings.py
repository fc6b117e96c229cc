"""Trainings of every kind, each killed between two epochs as a job of the workflow."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .broken import CONFIG, RESULTS, Run, contents

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
TRAININGS = {
    "composite networks": "composite/networks/pair/c11/mixture_statistics/run0",
    "localization, Fourier": "composite/localization/fno",
    "localization, convolution": "composite/localization/cpnet7",
    "steel codes": "steel/codes/vq/all",
    "steel prior": "steel/prior/vq/all/process",
    "autoencoder": "latent/networks/gaussian_smooth/kaiming",
    "adversarial networks": "latent/networks/uhcs_64x64/dcgan",
}
WEIGHTS = {kind: f"{folder}/weights.safetensors" for kind, folder in TRAININGS.items()}
# little data, and epochs enough that one is over and another is lost
CHANGES = {
    "composite": {
        "structures": {"simulated": {"structures": 12, "pair_structures": 12}},
        "networks": {"max_epochs": {"pair": 2}},
        "localization": {"structures": 12, "cpnet": {"epochs": 2}, "fno": {"epochs": 2}},
    },
    "steel": {"codes": {"models": ["vq"]}, "prior": {"max_epochs": 2}},
}
ARGUMENTS = (
    *("--cores", "2", *(f"{RESULTS}/{path}" for path in WEIGHTS.values())),
    *("--retries", "1", *CONFIG, "changes.yaml"),
)
# a checkpoint is there, and the next one is whole but has not its name yet
SECOND = {"TIMES": "2"}
CHECKPOINT = r"os\.rename .*/{}/resume/.*/last\.ckpt"


def remove(run: Run, kinds: list[str]) -> None:
    """Remove what trainings have made, as if they were to run."""
    run.remove(*(f"{TRAININGS[kind]}/*" for kind in kinds))


def log(run: Run, kind: str) -> str:
    """Read what a training has logged, over all its tries."""
    study, chapter, *names = TRAININGS[kind].split("/")
    file = run.results / study / "logs" / chapter / "/".join(names) / "train.log"
    return file.read_text()


@pytest.fixture(scope="module")
def trained(make_checkout) -> Path:
    """Train one of every kind, unbroken."""
    made = make_checkout("trainings")
    made.overlay("changes.yaml", CHANGES)
    run = made.snakemake(*ARGUMENTS)
    assert run.returncode == 0, run.stdout
    return made.folder


@pytest.fixture(scope="module")
def copy(trained: Path, make_checkout) -> Iterator[Run]:
    """Copy the trained networks into a checkout of its own."""
    made = make_checkout("killed")
    for name in ("results", ".snakemake", "changes.yaml"):
        subprocess.run(["cp", "-a", str(trained / name), str(made.folder / name)], check=True)
    run = Run(made.folder, trained)
    yield run
    run.clear()


@pytest.fixture(scope="module")
def killed(copy: Run) -> Run:
    """Kill every training after its first epoch, in one run that tries each job once more."""
    remove(copy, list(TRAININGS))
    run = copy.start(*ARGUMENTS, KILL_AT=CHECKPOINT.format(".*"), **SECOND)
    assert run.end() == 0, run.text()
    return copy


@pytest.mark.fault(
    "SIGKILL of a training of every kind (networks and localizers of composites, codes and prior "
    "of steel, autoencoders and adversarial networks), after its first epoch",
    "the retry goes on from the last checkpoint and ends with the same bytes",
    "the epoch that was running",
)
@pytest.mark.parametrize("kind", TRAININGS)
def test_a_training_that_is_killed(killed: Run, kind: str):
    folder = TRAININGS[kind].replace("/", "+")
    assert list(killed.folder.glob(f"*.stopped.*{folder}+resume+*")), "it was not killed"
    assert "Going on from epoch 2 of" in log(killed, kind)
    made, unbroken = (contents(each / RESULTS / TRAININGS[kind]) for each in places(killed))
    assert "weights.safetensors" in made
    assert made == unbroken


def test_nothing_else_is_left(killed: Run):
    """The whole folder is that of the unbroken run: no checkpoint, no part of an artefact."""
    killed.whole()


@pytest.mark.fault(
    "SIGTERM of a training, as a scheduler sends it at a time limit or to make room",
    "snakemake removes the job's outputs but not its checkpoints; the retry goes on from there and "
    "ends with the same bytes",
    "the epoch that was running",
)
def test_a_training_that_is_told_to_end(killed: Run):
    kind = "autoencoder"
    remove(killed, [kind])
    run = killed.start(*ARGUMENTS, STOP_AT=CHECKPOINT.format(TRAININGS[kind]), **SECOND)
    job = run.job()
    os.kill(job, signal.SIGTERM)
    os.kill(job, signal.SIGCONT)
    assert run.end() == 0, run.text()
    assert "Error in rule latent_networks_train" in run.text()
    assert "Going on from epoch 2 of" in log(killed, kind)
    killed.whole()


def places(run: Run) -> tuple[Path, Path]:
    """Return the folders of a run and of the unbroken one."""
    return run.folder, run.unbroken
