"""Trainings of every kind, each killed between two epochs as a job of the workflow."""

import os
import signal

import pytest

from .. import compared  # noqa: TID252 - what all tests of the workflow use
from .broken import TRAININGS, WEIGHTS, Run

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
ARGUMENTS = ("--cores", "2", *WEIGHTS, "--retries", "1")
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
def killed(shared: Run) -> Run:
    """Kill every training after its first epoch, in one run that tries each job once more."""
    remove(shared, list(TRAININGS))
    run = shared.start(*ARGUMENTS, KILL_AT=CHECKPOINT.format(".*"), **SECOND)
    assert run.end() == 0, run.text()
    return shared


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
    made, unbroken = (each / TRAININGS[kind] for each in (killed.results, killed.unbroken_results))
    assert (made / "weights.safetensors").exists()
    assert compared.differences(made, unbroken, exactly=True) == []


def test_nothing_else_is_left(killed: Run):
    """The whole folder is that of the unbroken run: no checkpoint, no part of an artefact."""
    killed.whole()


@pytest.mark.fault(
    "SIGTERM of a training, as a scheduler sends it at a time limit or to make room",
    "the retry goes on from the last checkpoint and ends with the same bytes",
    "the epoch that was running",
)
def test_a_training_that_is_told_to_end(killed: Run):
    kind = "autoencoder"
    remove(killed, [kind])
    run = killed.start(*ARGUMENTS, STOP_AT=CHECKPOINT.format(TRAININGS[kind]), **SECOND)
    terminate(run.job())
    assert run.end() == 0, run.text()
    assert "Error in rule latent_networks_train" in run.text()
    assert "Going on from epoch 2 of" in log(killed, kind)
    killed.whole()


@pytest.mark.fault(
    "SIGTERM of a training that is over, while it writes what it has made",
    "snakemake removes what is written of its outputs but not its checkpoints; the retry trains no "
    "epoch again and ends with the same bytes",
    "nothing",
)
def test_a_training_that_is_told_to_end_late(killed: Run):
    kind = "steel prior"
    remove(killed, [kind])
    naming = rf"os\.rename .*/{TRAININGS[kind]}/weights\.safetensors"
    run = killed.start(*ARGUMENTS, STOP_AT=naming)
    terminate(run.job())
    assert run.end() == 0, run.text()
    removed = run.text().partition("Removing output files of failed job")[2].splitlines()
    assert f"{TRAININGS[kind]}/history.parquet" in "".join(removed[:2])
    assert "none is trained again" in log(killed, kind)
    killed.whole()


def terminate(job: int) -> None:
    """Send SIGTERM to a job that has stopped."""
    os.kill(job, signal.SIGTERM)
    os.kill(job, signal.SIGCONT)
