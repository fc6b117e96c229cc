"""A real SLURM of one node, for the tests: munged, slurmctld and slurmd, started by hand.

Everything it writes lies in a temporary folder, but for a link from /etc/slurm/slurm.conf: the
jobs' own srun is called without SLURM_CONF and looks there. No accounting, no systemd, no control
groups. A character device stands in for the GPUs, so that they are counted and handed out.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CONF = Path("/etc/slurm/slurm.conf")
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue")
PATIENCE_S = 30.0
# the node has more of everything than the machine: jobs of the tests use little of what they ask;
# a job that is queued again waits until its credentials expire
SLURM_CONF = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=10
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SlurmdParameters=config_overrides
EnforcePartLimits=ALL
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=1
KillWait=2
MinJobAge=300
ReturnToService=2
InactiveLimit=0
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=64 RealMemory=1000000 Gres=gpu:8 State=UNKNOWN
PartitionName=cpu Nodes={host} Default=YES MaxTime=7-0 State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=gpu Nodes={host} MaxTime=7-0 State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=urgent Nodes={host} MaxTime=7-0 State=UP PriorityTier=2 PreemptMode=OFF
"""
GRES_CONF = "Name=gpu File={folder}/gpu[0-7] Flags=nvidia_gpu_env\n"

# answers the plugin once a job has ended, or after half a minute. A cluster answers at once, and
# the plugin asks ten seconds later each time that nothing has ended: short jobs would only wait
SQUEUE = """#!/bin/sh
case "$*" in *--name*) ;; *) exec {squeue} "$@";; esac
for name; do :; done
told="{folder}/told-$name"
for turn in $(seq 150); do
  found=$({squeue} "$@") || exit
  ended=$(printf '%s' "$found" | grep -c -v -E 'PENDING|RUNNING|CONFIG|COMPLETING|REQUEUED')
  [ "$ended" -gt "$(cat "$told" 2>/dev/null || echo 0)" ] && break
  sleep 0.2
done
echo "$ended" > "$told"
printf '%s\\n' "$found"
"""


class NoClusterError(RuntimeError):
    """A sentence that says why SLURM cannot be started here."""


@dataclass(frozen=True)
class Slurm:
    """A SLURM that runs."""

    folder: Path
    """Its configuration, state and logs."""
    environment: dict[str, str]
    """What its clients need in theirs."""

    def call(self, *command: str) -> str:
        """Run a client of SLURM and return what it prints."""
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout

    def jobs(self, state: str = "all", form: str = "%i") -> list[str]:
        """List jobs in a state, a line each."""
        listed = self.call("squeue", "--noheader", f"--states={state}", f"--format={form}")
        return listed.splitlines()


def install() -> None:
    """Install SLURM and munge where they are missing."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if not missing:
        return
    wanted = (
        f"{', '.join(missing)} missing: apt-get install --no-install-recommends slurm-wlm munge"
    )
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise NoClusterError(wanted)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ("update",),
        ("install", "-y", "--no-install-recommends", "slurm-wlm", "munge"),
    ):
        run = subprocess.run(
            ["apt-get", "-qq", *command], env=environment, capture_output=True, check=False
        )
        if run.returncode:
            raise NoClusterError(f"{wanted} failed: {run.stderr.decode()[-300:]}")


@contextmanager
def running(folder: Path) -> Iterator[Slurm]:
    """Start SLURM in a folder, and stop it, and every job of it, at the end.

    Raises
    ------
    NoClusterError
        Where it cannot be installed or started: one sentence.
    """
    install()
    if os.geteuid() != 0:
        raise NoClusterError("SLURM of the tests starts slurmd as root: run the tests as root")
    if CONF.is_symlink() and not CONF.exists():
        CONF.unlink()  # of an earlier run whose folder is gone
    if CONF.exists():
        raise NoClusterError(
            f"{CONF} exists: this machine has a SLURM, or an earlier run of the tests left its "
            f"daemons ({_left()}); stop them and remove the file"
        )
    folder.chmod(0o755)
    daemons: list[subprocess.Popen[bytes]] = []
    slurm = _configured(folder)
    made = not CONF.parent.exists()
    CONF.parent.mkdir(exist_ok=True)
    CONF.symlink_to(folder / "slurm.conf")
    try:
        for command in _commands(folder):
            with (folder / f"{command[0]}.out").open("wb") as out:
                environment = {**os.environ, **slurm.environment}
                # they end with the tests, even if these are killed
                bound = ["setpriv", "--pdeathsig", "TERM", *command]
                daemons.append(
                    subprocess.Popen(
                        bound, env=environment, stdout=out, stderr=out, start_new_session=True
                    )
                )
            if command[0] == "munged":
                _wait((folder / "munge.socket").exists, "munged makes no socket", folder)
        _wait(lambda: _answers(slurm), "SLURM does not answer", folder)
        yield slurm
    finally:
        with suppress(OSError, subprocess.SubprocessError):
            slurm.call("scancel", "--full", "--signal=KILL", "--user=root")
            slurm.call("scancel", "--user=root")
            _wait(lambda: not slurm.jobs("running,completing"), "jobs do not end", folder)
        for daemon in reversed(daemons):
            daemon.send_signal(signal.SIGTERM)
        for daemon in reversed(daemons):
            _stopped(daemon)
        CONF.unlink()
        if made:
            CONF.parent.rmdir()


def _configured(folder: Path) -> Slurm:
    for name in ("state", "spool"):
        (folder / name).mkdir()
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    for number in range(8):
        # of null: it must be a device, and nobody opens it
        os.mknod(folder / f"gpu{number}", 0o20666, os.makedev(1, 3))
    ports = [_free_port(), _free_port()]
    host = socket.gethostname().partition(".")[0]
    text = SLURM_CONF.format(host=host, ports=ports, folder=folder)
    (folder / "slurm.conf").write_text(text)
    (folder / "gres.conf").write_text(GRES_CONF.format(folder=folder))
    (folder / "bin").mkdir()
    patient = folder / "bin/squeue"
    patient.write_text(SQUEUE.format(squeue=shutil.which("squeue"), folder=folder))
    patient.chmod(0o755)
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
    return Slurm(folder, {"SLURM_CONF": str(folder / "slurm.conf"), "PATH": path})


def _commands(folder: Path) -> list[list[str]]:
    munge = [f"--{name}={folder}/munge.{end}" for name, end in _MUNGE]
    host = socket.gethostname().partition(".")[0]
    return [
        ["munged", "--foreground", "--force", *munge],
        ["slurmctld", "-D", "-i"],
        ["slurmd", "-D", "-N", host],
    ]


_MUNGE = (
    ("socket", "socket"),
    ("key-file", "key"),
    ("pid-file", "pid"),
    ("log-file", "log"),
    ("seed-file", "seed"),
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(slurm: Slurm) -> bool:
    try:
        return slurm.call("sinfo", "--noheader", "--format=%t").split()[:1] == ["idle"]
    except subprocess.CalledProcessError:
        return False


def _wait(condition, sentence: str, folder: Path) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise NoClusterError(f"{sentence} within {PATIENCE_S:.0f} s: see the logs in {folder}")
        time.sleep(0.1)


def _stopped(daemon: subprocess.Popen[bytes]) -> None:
    try:
        daemon.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


def _left() -> str:
    names = ("munged", "slurmctld", "slurmd")
    found = [
        f"{path.parent.name} {path.read_text().strip()}"
        for path in Path("/proc").glob("[0-9]*/comm")
        if path.exists() and path.read_text().strip() in names
    ]
    return ", ".join(found) or "none runs now"
