"""The page of a run, from files as snakemake, its plugins and the stages write them."""

import os
import socket
import subprocess
import sys
import time

import pytest

from pspflow.errors import InputError
from pspflow.status.page import failures, page
from pspflow.status.plan import Job, Start, read_plans, write_end, write_plans

NOW = time.time()
RUN = "results/demo"
FIRST = 1
"""The process that all others come from: it runs, and is older than any log."""
ENDED = 4194305
"""No process has this number: it is beyond the largest that Linux gives."""


@pytest.fixture(autouse=True)
def root(tmp_path, monkeypatch):
    """Stand where snakemake runs; no scheduler answers. The clock starts with each test."""
    monkeypatch.setattr(sys.modules[__name__], "NOW", time.time())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def job(number, **changes):
    """Return a job of a training."""
    log = f"{RUN}/temper/logs/flows/seed{number}/train.log"
    return Job(str(number), "temper_flows_train", log, {"seed": str(number)}, **changes)


def plan(root, jobs, snakemake="", process=None, host=None, age=100.0):
    """Write the plan of a run that was started some seconds ago, and snakemake's log."""
    log = root / "snakemake.log"
    log.write_text(snakemake)
    start = Start(
        NOW - age,
        host or socket.gethostname(),
        process or ENDED,
        "slurm",
        ["--profile", "slurm", "temper", "--configfile", "my file.yaml"],
        str(log),
    )
    write_plans(root / RUN, start, jobs)
    return start


def stage(root, each, text="", process=None, host=None, begun=90.0, number="", written=0.0):
    """Write the log of a stage that was started some seconds ago."""
    path = root / each.log
    path.parent.mkdir(parents=True, exist_ok=True)
    at = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(NOW - begun))
    host = host or socket.gethostname()
    where = f"Started {at} on {host}, process {process or ENDED}{number}"
    path.write_text(f"12:00:00 {where}\n{text}")
    os.utime(path, (NOW - written, NOW - written))


def clock(before):
    return time.strftime("[%a %b %d %H:%M:%S %Y]", time.localtime(NOW - before))


def begun(number, before=60):
    """Write what snakemake says when it starts, or submits, a job."""
    return f"{clock(before)}\nrule temper_flows_train:\n    jobid: {number}\n    threads: 2\n"


def failed(number, message="None", before=10):
    error = f"Error in rule temper_flows_train:\n    message: {message}\n    jobid: {number}"
    return f"{clock(before)}\n{error}\n"


def row(text, name):
    """Return the counts of a chapter: done, running, waiting, failed."""
    line = next(line for line in text.splitlines() if line.startswith(f"{name} "))
    return tuple(int(part) if part != "-" else 0 for part in line.split()[-4:])


def test_states(root):
    """What is done, runs, waits and failed is told apart, and why it failed is its own sentence."""
    jobs = [job(1, needed=False), *map(job, range(2, 7))]
    done = f"{clock(20)}\nFinished jobid: 2 (Rule: temper_flows_train)\n"
    plan(root, jobs, begun(2) + begun(3) + begun(4) + begun(5) + done + failed(4), FIRST)
    stage(root, jobs[2], "12:00:01 epoch 3 of 9\n", FIRST)
    stage(root, jobs[3], "12:00:01 Error: sheet.csv row 3: no image; correct it.\n")
    # ended well, and snakemake has not seen it yet
    stage(root, jobs[4], "12:00:01 epoch 9 of 9\n12:00:02 Finished in 12 s\n")
    said = page("demo")
    assert said.startswith("Run demo: 6 jobs, 3 done, 1 running, 1 waiting, 1 failed.\n")
    assert row(said, "temper flows") == (3, 1, 1, 1)
    assert f"(process {FIRST}) and runs." in said
    assert "temper_flows_train (seed 3), 1 min on " in said
    assert ": epoch 3 of 9\n" in said
    failure = f"(seed 4), see {jobs[3].log}:\n    sheet.csv row 3: no image; correct it.\n"
    assert failure in said
    assert page(None) == page(RUN) == said


def test_killed(root):
    """Of a killed snakemake the way back is said; an orphan runs, a killed stage does not."""
    jobs = [job(1), job(2)]
    plan(root, jobs, begun(1) + begun(2))
    stage(root, jobs[0], "12:00:01 epoch 3\n", FIRST)
    stage(root, jobs[1], "12:00:01 epoch 3\n")
    said = page("demo")
    assert row(said, "temper flows") == (0, 1, 0, 1)
    words = "--profile slurm temper --configfile 'my file.yaml'"
    unlock, again = (f"snakemake --{how} {words}" for how in ("unlock", "rerun-incomplete"))
    assert f"was killed; go on with\n  {unlock} && {again}\n" in said
    assert f"(seed 2), see {jobs[1].log}:\n    Ended without a word" in said


def test_results_on_another_disk(root):
    """Where results is a link, logs are still found from where snakemake runs."""
    jobs = [job(1)]
    plan(root, jobs, begun(1))
    stage(root, jobs[0], "12:00:01 epoch 3\n", FIRST)
    before = page("demo")
    (root / "disk").mkdir()
    (root / "results").rename(root / "disk/mine")
    (root / "results").symlink_to("disk/mine")
    assert page("demo") == before
    assert row(before, "temper flows") == (0, 1, 0, 0)


def test_number_of_another_process(root):
    """A later process that has the number of one that ended is not taken for it."""
    plan(root, [job(1)], begun(1), os.getpid(), age=1e7)
    assert "was killed" in page("demo")


def test_other_machine(root):
    """Of a process elsewhere nobody here knows; a log that is silent for long is said to be."""
    plan(root, [job(1)], begun(1, 4000), host="login7", age=5000)
    stage(root, job(1), "12:00:01 epoch 3\n", host="node3", begun=4000, written=3600)
    said = page("demo")
    assert "on login7" in said
    assert "can be seen there alone" in said
    assert "(seed 1), 1 h 06 min on node3 (silent for 1 h 00 min): epoch 3\n" in said


def test_scheduler_answers(root):
    """A job that the scheduler no longer knows has ended; one in its queue has not."""
    (root / "bin/squeue").write_text("#!/bin/sh\necho '7 RUNNING'\necho '8 COMPLETED'\n")
    (root / "bin/squeue").chmod(0o755)
    jobs = [job(number) for number in (7, 8, 9)]
    plan(root, jobs, "".join(begun(each.number) for each in jobs))
    for each in jobs:
        number = f", SLURM_JOB_ID={each.number}"
        stage(root, each, "12:00:01 epoch 3\n", host="node3", number=number)
    assert row(page("demo"), "temper flows") == (0, 1, 0, 2)


def test_stopped_by_the_scheduler(root):
    """The scheduler's log, which snakemake names, says what the stage could not."""
    log = root / ".snakemake/slurm_logs/rule_temper_flows_train/1/118.log"
    log.parent.mkdir(parents=True)
    log.write_text("slurmstepd: error: *** JOB 118 ON n1 CANCELLED AT 06:00 DUE TO TIME LIMIT ***")
    sent = f"Job 1 has been submitted with SLURM jobid 118 (log: {log}).\n"
    start = plan(root, [job(1)], begun(1) + sent + failed(1, "SLURM-job '118' failed"))
    stage(root, job(1), "12:00:01 epoch 3\n")
    reason = (
        "Stopped at its time limit; ask for more minutes: "
        "--set-resources temper_flows_train:runtime=MINUTES."
    )
    assert failures(root / RUN, start.time) == {reason: str(log)}
    assert failures(root / RUN, start.time - 1) == {}
    # its retry waits
    plan(root, [job(1)], begun(1) + sent + failed(1) + "Trying to restart job 1.\n")
    said = page("demo")
    assert row(said, "temper flows") == (0, 0, 1, 0)
    assert "Will be tried again:\n  temper_flows_train (seed 1)" in said
    # and then runs
    plan(root, [job(1)], begun(1) + failed(1) + "Trying to restart job 1.\n" + begun(1, 5))
    stage(root, job(1), "", FIRST, begun=4)
    assert row(page("demo"), "temper flows") == (0, 1, 0, 0)


def test_group(root):
    """Jobs of a group that was stopped share its log."""
    log = root / ".snakemake/slurm_logs/group_g/118.log"
    log.parent.mkdir(parents=True)
    log.write_text("slurmstepd: error: Detected 1 oom-kill event(s) in StepId=118.0.")
    groups = f"{clock(60)} Group job g (jobs in lexicogr. order):\n"
    for number in (1, 2):
        groups += "".join(f"    {line}\n" for line in begun(number).splitlines())
    groups += f"{clock(9)}\n    log: {log} (check log file(s) for error details)\n    jobs:\n"
    for number in (1, 2):
        groups += f"        rule temper_flows_train:\n            jobid: {number}\n"
    for number in (1, 2):
        groups += "".join(f"    {line}\n" for line in failed(number, before=9).splitlines())
    start = plan(root, [job(1), job(2)], groups)
    (reason, path), *others = failures(root / RUN, start.time).items()
    assert "more memory" in reason
    assert (path, others) == (str(log), [])


def test_killed_here(root):
    """The exit status of a local job says that it was killed."""
    command = f"Command 'set -e; pspflow --log {job(1).log} temper flows train'"
    said = f"RuleException:\n{command} returned non-zero exit status 137.\n"
    start = plan(root, [job(1)], begun(1) + said + failed(1), FIRST)
    stage(root, job(1), "12:00:01 epoch 3\n")
    assert "exit status 137" in next(iter(failures(root / RUN, start.time)))


def test_earlier_run(root):
    """The log of an earlier run says nothing of this one."""
    plan(root, [job(1), job(2)], process=FIRST)
    stage(root, job(1), "12:00:01 Error: old\n", written=200)
    stage(root, job(2), "12:00:01 Finished in 3 s\n", written=200)
    assert row(page("demo"), "temper flows") == (0, 0, 2, 0)


def test_end(root):
    """How snakemake ended is said; a plan that is cut short is still read up to there."""
    start = plan(root, [job(1)])
    write_end(root / RUN, start.time - 5, success=True)
    assert "was killed" in page("demo")
    write_end(root / RUN, start.time, success=False)
    assert "ended with failures" in page("demo")
    write_end(root / RUN, start.time, success=True)
    assert "ended well" in page("demo")
    (_, read), *others = read_plans(root / RUN)
    assert (read.start, read.jobs, others) == (start, [job(1)], [])


def test_disk_without_room_for_a_plan(root):
    """The jobs' own sentences are told at the end of a run that could write no plan."""
    (root / RUN / "temper").mkdir(parents=True)
    (root / RUN / "temper/logs").write_text("a file where the folder should be")
    start = plan(root, [job(1)])
    assert list(read_plans(root / RUN)) == []
    (root / RUN / "temper/logs").unlink()
    stage(root, job(1), "12:00:01 Error: no room\n")
    stage(root, job(2), "12:00:01 Error: old\n", written=200)
    assert failures(root / RUN, start.time) == {"no room": str(root / job(1).log)}


def test_no_run(root):
    """A run that is not there, or no plan, is one sentence."""
    with pytest.raises(InputError, match="no run that snakemake has started; call this where"):
        page(None)
    with pytest.raises(InputError, match="results/none: no run"):
        page("none")
    path = root / RUN / "temper/logs/plan.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("[]\n")
    with pytest.raises(InputError, match=r"plan\.jsonl: not the plan of a run; delete it"):
        page("demo")


def test_start_up():
    """Nothing heavy is imported: a person asks again and again."""
    code = (
        "import sys, pspflow.status.page, pspflow.cli;"
        "print({'torch', 'pandas', 'numpy', 'snakemake', 'zarr'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
