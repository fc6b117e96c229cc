"""Run first in every fork: a job stops, or is killed, at a moment of a test's choice.

STOP_AT and KILL_AT are patterns of `EVENT PATH`, an audit event of python and the file that it
names, such as `os.rename .*weights.*`. The first process that comes to STOP_AT writes its id into
the file STOPPED and stops, as by SIGSTOP; those that come later go on. A process that comes to
KILL_AT is killed, as by SIGKILL: one of each folder, which a file of STOPPED's folder then names.
TIMES says how often a process comes there before it counts.
"""

import os
import re
import signal
import sys
from pathlib import Path


def leave(mark: str) -> bool:
    """Write this process's id into a file, if it is the first to do so."""
    try:
        file = os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        return False
    os.write(file, str(os.getpid()).encode())
    os.close(file)
    return True


def hold(pattern: str, times: int, mark: str, end: signal.Signals) -> None:
    """Send this process a signal where an event fits the pattern, if it is the first one there."""
    wanted = re.compile(pattern)
    came = []

    def watch(event: str, arguments: tuple) -> None:
        if len(came) == times or event not in ("open", "os.rename", "os.mkdir"):
            return
        names = [
            os.fsdecode(each) for each in arguments[:2] if isinstance(each, (str, bytes, Path))
        ]
        if not wanted.fullmatch(f"{event} {names[-1] if names else ''}"):
            return
        came.append(event)
        folder = Path(names[-1]).parent.as_posix().replace("/", "+")
        named = f"{mark}.{folder}" if end == signal.SIGKILL else mark
        if len(came) == times and leave(named):
            os.kill(os.getpid(), end)

    sys.addaudithook(watch)


# where the tests run in the background, Ctrl-C is ignored by all their processes
signal.signal(signal.SIGINT, signal.default_int_handler)
for name, end in (("STOP_AT", signal.SIGSTOP), ("KILL_AT", signal.SIGKILL)):
    if name in os.environ:
        hold(os.environ[name], int(os.environ.get("TIMES", "1")), os.environ["STOPPED"], end)
