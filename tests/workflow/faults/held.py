"""Run first in every fork: a job stops at a moment of a test's choice.

STOP_AT is a pattern of `EVENT PATH`, an audit event of python and the file that it names, such as
`os.rename .*weights.*`. The first process that comes there writes its id into the file STOPPED and
stops, as by SIGSTOP; those that come later go on.
"""

import os
import re
import signal
import sys
from pathlib import Path


def stop_at(pattern: str, mark: str) -> None:
    """Stop this process where an event fits the pattern, if it is the first one."""
    wanted = re.compile(pattern)
    came = []

    def watch(event: str, arguments: tuple) -> None:
        if came or event not in ("open", "os.rename", "os.mkdir"):
            return
        names = [
            os.fsdecode(each) for each in arguments[:2] if isinstance(each, (str, bytes, Path))
        ]
        if not wanted.fullmatch(f"{event} {names[-1] if names else ''}"):
            return
        came.append(event)
        try:
            file = os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            return
        os.write(file, str(os.getpid()).encode())
        os.close(file)
        os.kill(os.getpid(), signal.SIGSTOP)

    sys.addaudithook(watch)


if (pattern := os.environ.get("STOP_AT")) and not Path(os.environ["STOPPED"]).exists():
    stop_at(pattern, os.environ["STOPPED"])
