"""Why a scheduler stopped a job: what SLURM 22.05 and LSF write of it."""

import pytest

from pspflow.status.reasons import of_scheduler, of_status

SAID = {
    "slurm time": (
        "slurmstepd: error: *** JOB 5 ON n1 CANCELLED AT 2026-11-27T06:00:00 DUE TO TIME LIMIT ***",
        "time limit; ask for more minutes: --set-resources a_rule:runtime=",
    ),
    "slurm memory": (
        "slurmstepd: error: Job 5 exceeded memory limit (200 > 100), being killed\n"
        "slurmstepd: error: *** JOB 5 ON n1 CANCELLED AT 2026-11-27T06:00:00 ***",
        "more memory than it asked for; ask for more: --set-resources a_rule:mem_mb=",
    ),
    "slurm cgroup": (
        "slurmstepd: error: Detected 1 oom-kill event(s) in StepId=5.0.",
        "more memory",
    ),
    "slurm preempted": ("*** JOB 5 ON n1 CANCELLED AT 06:00:00 DUE TO PREEMPTION ***", "make room"),
    "slurm node": ("*** JOB 5 ON n1 CANCELLED AT 06:00:00 DUE TO NODE FAILURE ***", "node failed"),
    "slurm scancel": ("*** STEP 5.0 ON n1 CANCELLED AT 2026-11-27T06:00:00 ***", "Cancelled"),
    "lsf time": ("TERM_RUNLIMIT: job killed after reaching LSF run time limit.", "time limit"),
    "lsf memory": ("TERM_MEMLIMIT: job killed after reaching LSF memory limit.", "more memory"),
    "lsf owner": ("TERM_OWNER: job killed by owner.", "Cancelled"),
    "lsf killed": ("Exited with exit code 137.", "exit status 137"),
}


@pytest.mark.parametrize(("text", "sentence"), SAID.values(), ids=SAID)
def test_log_of_the_scheduler(tmp_path, text, sentence):
    """The scheduler's log names the reason; the sentence says what to change."""
    path = tmp_path / "5.log"
    path.write_text(f"Building DAG of jobs...\n{text}\nWill exit.\n")
    reason = of_scheduler("a_rule", "", str(path))
    assert sentence in reason
    assert "\n" not in reason


def test_message_of_the_plugin(tmp_path):
    """Where the scheduler wrote no log, the plugin's message names the reason."""
    missing = str(tmp_path / "none.log")
    failed = "SLURM-job '7' failed, SLURM status is: '{}'. For further error details see the log."
    assert "time limit" in of_scheduler("r", failed.format("TIMEOUT"), missing)
    assert "more memory" in of_scheduler("r", failed.format("OUT_OF_MEMORY"), "")
    assert "node failed" in of_scheduler("r", failed.format("NODE_FAIL"), "")
    assert "Cancelled" in of_scheduler("r", failed.format("CANCELLED"), "")
    assert of_scheduler("r", failed.format("FAILED"), "") is None
    refused = "SLURM sbatch failed. The error message was 'sbatch: error: No such node'."
    assert "Rejected by the scheduler (No such node); change" in of_scheduler("r", refused, "")


def test_exit_status():
    """A status beyond 128 is a signal; 137 is what the kernel does when memory is short."""
    assert "ran out of memory" in of_status("r", 137)
    assert "SIGTERM" in of_status("r", 143)
    assert of_status("r", 1) is None
    assert of_status("r", 0) is None
