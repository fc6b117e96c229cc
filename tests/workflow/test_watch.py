"""What a person sees while snakemake runs: a line a minute, and what went wrong at the end."""

import re

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from pspflow.project.cost import benchmark_of
from pspflow.status import watch
from pspflow.status.plan import read_plans

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("workflow")]
CONFIG = ("--configfile", "tests/config.yaml")
CHIPS = "results/tests/temper/images/chips.parquet"
LINE = re.compile(
    r"^\d\d:\d\d (\d+) of (\d+) jobs done, (?:(\d+) failed, )?\d+ (?:s|min) so far, (.*?)\.(.*)$",
    re.MULTILINE,
)


@pytest.fixture
def often(monkeypatch):
    """Ask for a line every half second."""
    monkeypatch.setenv(watch.SECONDS, "0.5")


def test_lines_agree_with_the_plan(checkout, often):
    """They count the jobs of the plan, name what runs, and know times once they were measured."""
    run = checkout.snakemake("--cores", "1", CHIPS, *CONFIG)
    assert run.returncode == 0, run.stdout
    ((_, plan),) = read_plans(checkout.folder / "results/tests")
    needed = [job for job in plan.jobs if job.needed]
    lines = LINE.findall(run.stdout)
    assert {total for _, total, *_ in lines} == {str(len(needed))}
    done = [int(count) for count, *_ in lines]
    assert (done[0], done) == (0, sorted(done))
    assert lines[0][3] == "time left unknown yet"
    named = set(re.findall(r"Runs: (.+?) \(\d+ s", run.stdout))
    assert named
    assert named <= {job.words for job in needed}
    assert "temper images simulate" in {job.words for job in needed}
    # what snakemake says of each job stands in its log alone
    assert "    output: " not in run.stdout
    (log,) = (checkout.folder / ".snakemake/log").glob("*.log")
    assert log.read_text().count("    output: ") == len(needed)

    # again: by the times of this run. Asked for, the blocks are on the screen
    run = checkout.snakemake("--cores", "1", "-p", "-F", CHIPS, *CONFIG)
    assert run.returncode == 0, run.stdout
    said = LINE.findall(run.stdout)[0][3]
    assert re.fullmatch(r"about \d+ (s|min) left by an earlier run", said)
    assert run.stdout.count("    output: ") == len(needed)

    for quiet in ("all", "progress"):
        run = checkout.snakemake("--cores", "1", "--quiet", quiet, "-F", CHIPS, *CONFIG)
        assert run.returncode == 0, run.stdout
        assert not LINE.findall(run.stdout)


def test_nothing_to_watch_in_a_dry_run(checkout, often):
    """A dry run prints what it always prints."""
    run = checkout.snakemake("-n", "--cores", "1", CHIPS, *CONFIG)
    assert "    output: " in run.stdout
    assert not LINE.findall(run.stdout)


def test_a_failure_is_counted_and_its_reason_comes_last(checkout, often):
    """Of the jobs that go on, those that need the failed one are not waited for."""
    (checkout.folder / "sheet.csv").write_text("image,domain,specimen\nnowhere.tif,t5,s1\n")
    own = {"source": "micrographs", "micrographs": {"sheet": "sheet.csv"}}
    overlay = checkout.overlay("own.yaml", {"temper": {"images": own}})
    sound = "results/tests/texture/textures/section.json"
    run = checkout.snakemake("--cores", "1", "-k", CHIPS, sound, *CONFIG, overlay)
    assert run.returncode != 0
    assert "1" in {failed for _, _, failed, *_ in LINE.findall(run.stdout)}
    assert (checkout.folder / sound).exists()
    _, _, end = run.stdout.rpartition("Failed, see ")
    reason, *others = end.splitlines()[1:]
    assert "nowhere.tif: there is no such file" in reason
    assert [line.split(":")[0] for line in others if line] == [
        *("Complete log(s)", "Elapsed time", "WorkflowError"),
        "At least one job did not complete successfully.",
    ]


def test_benchmarks_lie_as_logs_do(plan_of):
    """So the time of a job that need not run again is found from its log."""
    lines = r"^    log: (\S+)\n    jobid: \d+\n    benchmark: (\S+)$"
    pairs = re.findall(lines, plan_of("tests/config.yaml").text, re.MULTILINE)
    assert len(pairs) > 100
    assert all(benchmark_of(log) == benchmark for log, benchmark in pairs)


def test_events_are_those_of_snakemake():
    """The words that mark its records are read as it writes them."""
    assert watch.BEGUN == LogEvent.JOB_INFO
    assert watch.ENDED == LogEvent.JOB_FINISHED
    assert watch.FAILED == LogEvent.JOB_ERROR
    assert set(map(str, LogEvent)) >= watch.OF_JOBS
