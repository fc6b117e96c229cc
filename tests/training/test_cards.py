"""Two trainings never share a card, unless that is asked for; and nothing is left to clean up."""

import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from pspflow.training import cards
from pspflow.training.cards import claimed, lock_file

TRAINING = """
import logging, subprocess, sys
from pspflow.training import cards
cards.SECONDS_BETWEEN_TRIES = 0.01
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
with cards.claimed(sys.argv[1:]) as place:
    # a program that it has started, and that lives on for a while
    sleep = [sys.executable, "-c", "import time; time.sleep(3)"]
    subprocess.Popen(sleep, close_fds=False, stdin=-3, stdout=-3)
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


def test_the_claim_of_a_killed_process_has_ended(start, monkeypatch):
    """The system ends it, whatever it had started lives on, and no file is to be removed."""
    process = start("a")
    assert said(process) == "a"
    process.send_signal(signal.SIGKILL)
    process.wait()
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it waits"))
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


@pytest.mark.parametrize("target", ["itself", "secret", "there"])
def test_what_cannot_be_locked_is_no_obstacle(temporary, caplog, target):
    """Another card is claimed; where there is none, the first is used and a warning says so."""
    (temporary / "there").touch()
    path = lock_file("a")
    path.symlink_to(path if target == "itself" else temporary / target)
    lock_file("c").symlink_to(path)
    with claimed(["a", "b"]) as place:
        assert place == 1
    with claimed(["a", "c"]) as place:
        assert place == 0
    assert "used without asking" in caplog.text
    assert str(path) in caplog.text
    assert not (temporary / "secret").exists()


def test_a_pipe_is_not_waited_for():
    """Nobody writes to it."""
    os.mkfifo(lock_file("a"))
    with claimed(["a"]) as place:
        assert place == 0


def test_a_card_that_cannot_be_locked_is_not_used_while_another_is_taken(monkeypatch):
    """It may be in use by whoever made it so; waiting ends. It costs no descriptors meanwhile."""
    lock_file("a").symlink_to(lock_file("a"))
    holder, tries = ExitStack(), []

    def sleep(seconds):
        tries.append((seconds, len([*Path("/proc/self/fd").iterdir()])))
        if len(tries) == 20:
            holder.close()

    monkeypatch.setattr("time.sleep", sleep)
    holder.enter_context(claimed(["b"]))
    with claimed(["a", "b"]) as place:
        assert place == 1
    assert tries == [(cards.SECONDS_BETWEEN_TRIES, tries[0][1])] * 20


def test_two_processes_may_make_the_file_at_once(monkeypatch):
    """The one that comes second locks what the first has made."""
    opened = os.open

    def late(path, flags, *mode):
        try:
            return opened(path, flags, *mode)
        except FileNotFoundError:
            lock_file("a").touch()
            raise

    monkeypatch.setattr(os, "open", late)
    with claimed(["a", "b"]) as one, claimed(["a", "b"]) as other:
        assert (one, other) == (0, 1)
