"""What a run will take is read from a dry run, and from what earlier jobs took."""

import re

import pytest

from pspflow.project import cost
from pspflow.status.plan import Job, Start, write_plans
from pspflow.status.work import CORES

DRY = """
[Sat Nov 28 06:03:43 2026]
rule temper_flows_train:
    input: chips.parquet
    output: results/mine/temper/flows/none/seed0/weights.safetensors, results/mine/temper/h.parquet
    log: results/mine/temper/logs/flows/none/seed0/train.log
    jobid: 3
    benchmark: results/mine/temper/benchmarks/flows/none/seed0/train.tsv
    reason: Missing output files: results/mine/temper/flows/none/seed0/weights.safetensors
    threads: 2
    resources: tmpdir=/tmp

[Sat Nov 28 06:03:43 2026]
rule temper_flows_section:
    input: results/mine/temper/h.parquet
    output: results/mine/temper/flows/section.json
    log: results/mine/temper/logs/flows/section.log
    jobid: 2
    benchmark: results/mine/temper/benchmarks/flows/section.tsv

[Sat Nov 28 06:03:43 2026]
rule temper:
    input: results/mine/temper/flows/section.json
    jobid: 0
"""
TRAIN, SECTION = "temper_flows_train", "temper_flows_section"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return the folder of a run, from where snakemake runs, on a machine of two cores."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cost, "cpu_count", lambda: 2)
    return (tmp_path / "results/mine").relative_to(tmp_path)


def ran(path, seconds):
    """Write what snakemake does of a job that took so long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"s\th:m:s\n{seconds}\t0:00:00\n")


def test_jobs_of_a_dry_run():
    """Their rules, needs and threads; a target is no job."""
    train, section = cost.tasks_of(DRY)
    assert (train.number, train.rule, train.asks, train.needs) == ("3", TRAIN, {CORES: 2}, set())
    assert (section.number, section.rule, section.needs) == ("2", SECTION, {"3"})
    assert train.benchmark.endswith("benchmarks/flows/none/seed0/train.tsv")


def test_time_is_that_of_earlier_jobs(folder):
    """Of the same job, else of others of its rule, which need not run again; else it is unknown."""
    said = list(cost.jobs_and_time(DRY, folder))
    assert said[:3] == ["Jobs: 2 would run.", f"     1 {TRAIN}", f"     1 {SECTION}"]
    assert said[3] == "Time: unknown; no job of these rules has ended in results/mine yet."
    # another seed, trained before
    other = Job("9", TRAIN, "results/mine/temper/logs/flows/none/seed1/train.log", needed=False)
    write_plans(folder, Start(0.0, "host", 1, "local", [], ""), [other])
    ran(folder / "temper/benchmarks/flows/none/seed1/train.tsv", 600)
    said = list(cost.jobs_and_time(DRY, folder))[-1]
    by = "on the 2 cores here, by earlier jobs in results/mine"
    assert said == f"Time: at least 10 min {by}, besides 1 job of unknown length."
    ran(folder / "temper/benchmarks/flows/section.tsv", 60)
    ran(folder / "temper/benchmarks/flows/none/seed0/train.tsv", 120)
    assert list(cost.jobs_and_time(DRY, folder))[-1] == f"Time: about 3 min {by}."


def test_nothing_to_do(folder):
    """It is said, without a time."""
    assert list(cost.jobs_and_time("Nothing to be done.\n", folder)) == [
        "Jobs: none; everything is there."
    ]


def test_disk(folder):
    """What is known is said, and what is free; what is not counted is named."""
    free = r"; \d+(\.\d)? [GM]B are free\."
    assert re.fullmatch(
        rf"Disk: what the run takes is unknown before it has run once{free}", cost.disk(folder, 0)
    )
    said = cost.disk(folder, 2.5e9)
    assert "micrographs at the common scale take up to 2.5 GB, not counting what is made" in said
    (folder / "temper").mkdir(parents=True)
    (folder / "temper/weights").write_bytes(bytes(3_000_000))
    assert re.fullmatch(rf"Disk: results/mine takes 3 MB{free}", cost.disk(folder, 0))
