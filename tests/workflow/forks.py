"""Python started once: every job, and every snakemake, of the tests is a fork of it.

A process that imports torch, scipy and pandas anew spends two to three seconds, and the workflows
of the tests have some hundred jobs. So `python -m pspflow` and `python -m snakemake` are asked of
a server that has imported the libraries. It has imported nothing of pspflow: a fork finds it by
PYTHONPATH, as a process of its own would, and has its arguments, folder, environment, streams and
process group. Where FORKS_FIRST names a file of python, a fork runs that first.

What a fork cannot show: that a stage imports what it uses of the libraries (all imports here are
by full names), and that nothing depends on the hashes of text, which all forks share. One test of
the temper study runs processes that start anew and compares the bytes.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from functools import cache
from pathlib import Path

PREPARED = {"pspflow", "snakemake"}
"""What is asked of the server; any other call is one of python itself."""
LIBRARIES = (
    *("torch", "numba", "pandas", "pyarrow.parquet", "zarr", "cyclopts", "pydantic", "jinja2"),
    *("scipy.stats", "scipy.ndimage", "sklearn.decomposition", "skimage.transform", "tifffile"),
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "safetensors.torch", "gpytorch"),
    *("FrEIA.framework", "snakemake.cli"),
)
"""What jobs import by full names, so that none can lean on what another has imported."""
START = """#!/bin/sh
exec {python} -IS {client} "$@"
"""


@cache
def start() -> Path:
    """Start the server of this process; return the folder that holds its `python`."""
    folder = Path(tempfile.mkdtemp(prefix="forks"))
    program = folder / "bin/python"
    program.parent.mkdir()
    program.write_text(START.format(python=sys.executable, client=folder / "client.py"))
    program.chmod(0o755)
    client = Path(__file__).with_name("forked.py").read_text()
    names = {"PYTHON": sys.executable, "ADDRESS": str(folder / "socket"), "PREPARED": PREPARED}
    given = "\n".join(f"{name} = {value!r}" for name, value in names.items())
    (folder / "client.py").write_text(client.replace("# names", given))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(names["ADDRESS"])
        listener.listen(16)  # who asks early waits
        # pyarrow has a thread that nobody waits for
        quiet = "ignore:This process:DeprecationWarning"
        server = subprocess.Popen(
            [sys.executable, "-W", quiet, __file__, str(listener.fileno()), str(folder)],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
            # one thread: a process that has several cannot be forked without care
            env={**os.environ, "OMP_NUM_THREADS": "1", "XDG_CACHE_HOME": str(folder / "cache")},
        )

    def stop() -> None:
        assert server.stdin is not None
        server.stdin.close()
        server.wait()

    atexit.register(stop)
    return program.parent


def serve(listener: socket.socket) -> None:
    """Fork for every request until the standard input is closed; then forks that run are ended.

    The input is closed too where the tests' process is killed: neither server nor forks are left.
    """
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [path for path in sys.path[1:] if path not in inherited]
    for name in LIBRARIES:
        importlib.import_module(name)
    assert not any(name.partition(".")[0] == "pspflow" for name in sys.modules)
    gc.collect()
    gc.freeze()
    running: set[int] = set()
    while listener in select.select([listener, 0], [], [])[0]:
        connection, _ = listener.accept()
        if (fork := os.fork()) == 0:
            listener.close()
            become(connection)
        connection.close()
        running.add(fork)
        while running and (ended := os.waitpid(-1, os.WNOHANG)[0]):
            running.remove(ended)
    # all before any is waited for: snakemake waits for its jobs
    for fork in running:
        os.kill(fork, signal.SIGTERM)
    for fork in running:
        os.waitpid(fork, 0)


def become(connection: socket.socket) -> None:
    """Run what is asked for in this process, and answer with its status."""
    length, streams, *_ = socket.recv_fds(connection, 8, 3)
    text = b""
    while len(text) < int.from_bytes(length, "big"):
        text += connection.recv(1 << 16)
    module, arguments, folder, environment, group = json.loads(text)
    for at, stream in enumerate(streams):
        os.dup2(stream, at)
        os.close(stream)
    for name, at, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        setattr(sys, name, os.fdopen(at, mode, buffering=1 if at == 2 else -1, closefd=False))
    with suppress(OSError):  # a session of its own cannot be joined
        os.setpgid(0, group)  # what is sent to the group of whoever asked comes here too
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if first := environment.get("FORKS_FIRST"):
        runpy.run_path(first)
    # snakemake of a cluster's job starts another by this name; a fork is not SLURM's own process
    sys.executable = environment.get("FORKS_PYTHON", sys.executable)
    own = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.path[:0] = [folder, *own]
    sys.argv = [module, *arguments]
    status = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as stopped:
        status = stopped.code if isinstance(stopped.code, int) else int(stopped.code is not None)
        if isinstance(stopped.code, str):
            print(stopped.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    with suppress(OSError):  # whoever asked may have been killed
        connection.sendall(bytes([status]))
    os._exit(status)


if __name__ == "__main__":
    server = os.getpid()
    try:
        serve(socket.socket(fileno=int(sys.argv[1])))
    finally:
        if os.getpid() == server:
            shutil.rmtree(sys.argv[2], ignore_errors=True)
