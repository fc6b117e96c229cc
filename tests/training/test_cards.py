"""Two trainings never share a card, unless that is asked for; and nothing is left to clean up."""

import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from pspflow.training import cards
from pspflow.training.cards import claimed, lock_file

TRAINING = """
import logging, sys, time
from pspflow.training.cards import claimed
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
with claimed(sys.argv[1:]) as place:
    print(sys.argv[1:][place], flush=True)
    sys.stdin.read(1)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Keep the locks of this test to itself, and try often."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(cards, "SECONDS_BETWEEN_TRIES", 0.01)
    return tmp_path


@pytest.fixture
def start():
    """Return a function that starts a process that claims one of some cards."""
    started = []

    def one(*names):
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", TRAINING, *names],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield one
    for process in started:
        process.kill()
        process.communicate()


def said(process):
    """Return the next line of a process."""
    return process.stdout.readline().strip()


def test_two_processes_get_two_cards_and_a_third_waits(start):
    """Whichever cards each of them sees, and in which order."""
    first, second = start("a", "b"), start("b", "a")
    assert {said(first), said(second)} == {"a", "b"}
    third = start("a", "b")
    assert said(third).startswith("Every GPU of this machine is taken")
    time.sleep(0.3)
    assert third.poll() is None
    second.communicate("x")
    assert said(third) in {"a", "b"}  # and it has said only once that it waits


def test_the_claim_of_a_killed_process_has_ended(start):
    """The system ends it, and no file is to be removed."""
    process = start("a")
    assert said(process) == "a"
    process.send_signal(signal.SIGKILL)
    process.wait()
    with claimed(["a"]) as place:
        assert place == 0


def test_a_claim_ends_with_its_block():
    """Also with one that fails: the next stage of the same process claims again."""
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), claimed(["a"]):
            raise ZeroDivisionError
    with claimed(["a", "b"]) as one, claimed(["a", "b"]) as other:
        assert (one, other) == (0, 1)


def test_every_user_can_open_the_file(temporary):
    """Whatever the umask of the one who was first; nobody else needs to write it."""
    before = os.umask(0o077)
    try:
        with claimed(["GPU-1/2"]):
            (made,) = temporary.iterdir()
    finally:
        os.umask(before)
    assert made == lock_file("GPU-1/2")
    assert stat.S_IMODE(made.stat().st_mode) == 0o644


def test_the_file_of_another_user_is_not_written(temporary):
    """It can be read alone, as in a folder of temporary files, and its lock counts."""
    lock_file("a").write_text("another user's")
    lock_file("a").chmod(0o444)
    with claimed(["a", "b"]) as one, claimed(["a", "b"]) as other:
        assert (one, other) == (0, 1)
    assert lock_file("a").read_text() == "another user's"


@pytest.mark.parametrize("target", ["itself", "secret"])
def test_what_cannot_be_locked_is_no_obstacle(temporary, caplog, target):
    """Another card is claimed; where there is none, the first is used and a warning says so."""
    path = lock_file("a")
    path.symlink_to(path if target == "itself" else temporary / target)
    with claimed(["a", "b"]) as place:
        assert place == 1
    with claimed(["a"]) as place:
        assert place == 0
    assert "used without asking" in caplog.text
    assert str(path) in caplog.text
    assert not (temporary / "secret").exists()


def test_a_pipe_is_not_waited_for():
    """Nobody writes to it."""
    os.mkfifo(lock_file("a"))
    with claimed(["a"]) as place:
        assert place == 0
