"""CPU time of reading the rules for one job of the paper-scale run, and for all of them.

Prints JSON. Every job on a cluster starts snakemake again, which reads all rules for its one job.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
REPEATS = 3
ONE = "results/paper/temper/images/simulated/sheet.csv"
OWN, JOB, ALL = "snakemake alone", "one job", "all jobs"


def cpu_seconds(*arguments: str) -> float:
    """Run snakemake and return its CPU time, user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "snakemake", *arguments]
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Measure the three in turn, so that all suffer alike from other work of the machine."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.smk"
        empty.write_text("rule all:\n", encoding="utf-8")
        plan = ("-n", "--quiet", "all", "--directory", folder, "--snakefile")
        paper = ("--configfile", str(ROOT / "workflow/config/paper.yaml"))
        programs = {
            OWN: (*plan, str(empty)),
            JOB: (ONE, *plan, str(ROOT / "Snakefile"), *paper),
            ALL: (*plan, str(ROOT / "Snakefile"), *paper),
        }
        taken = {name: float("inf") for name in programs}
        for _ in range(REPEATS):
            for name, arguments in programs.items():
                taken[name] = min(taken[name], cpu_seconds(*arguments))
    record = {
        "title": "Planning at paper scale",
        "cases": {name: {"CPU-s": seconds} for name, seconds in taken.items()},
        "ratios": {f"{name}, over {OWN}": taken[name] / taken[OWN] for name in (JOB, ALL)},
    }
    print(json.dumps(record, indent=2))


if __name__ == "__main__":
    main()
