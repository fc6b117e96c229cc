"""What the paper-scale run asks of a cluster: the tables of docs/how-to/scale.md."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture
def scale(monkeypatch):
    """Import the script that makes the tables."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    yield __import__("scale")
    for name in ("scale", "scale_rates"):
        sys.modules.pop(name, None)


@pytest.fixture
def rows():
    """Read the record."""
    return json.loads((ROOT / "docs/results/scale.json").read_text(encoding="utf-8"))["rules"]


@pytest.mark.workflow
def test_the_jobs_are_those_of_a_dry_run(scale, rows):
    """A new rule, other shards or other limits are in the tables: `make scale` writes them."""
    jobs = scale.planned()
    planned = Counter((job["study"], job["rule"]) for job in jobs)
    assert {(row["study"], row["rule"]): row["jobs"] for row in rows} == planned
    for asked in ("limit_min", "threads", "memory_gb"):
        wanted = {(job["study"], job["rule"]): job[asked] for job in jobs}
        assert {(row["study"], row["rule"]): row[asked] for row in rows} == wanted


def test_no_rule_is_given_less_time_than_it_takes(rows):
    """An estimate that comes near the limit of its rule, or above it, is a job that is killed.

    Flows are: the six attempts of one must suffice for a card that is half as fast, though each
    loses an epoch of thirty.
    """
    measured = [row for row in rows if row["measured"] and not row["local"]]
    assert len(measured) > 40
    long = [row for row in measured if row["longest_min"] > 0.8 * row["limit_min"]]
    assert [row["rule"] for row in long] == ["temper_flows_train"]
    epoch = 2 * long[0]["longest_min"] / 30
    assert 6 * (long[0]["limit_min"] - epoch) > 30 * epoch
    rules = (ROOT / "workflow/rules/temper/flows.smk").read_text(encoding="utf-8")
    assert "FLOWS_RETRIES = 5 if" in rules


def test_every_rule_fits_a_partition_of_the_profile(rows):
    """The plugin sends what fits none to the cluster's default, which may have no GPU."""
    profile = ROOT / "workflow/profiles/slurm/partitions.yaml"
    partitions = yaml.safe_load(profile.read_text(encoding="utf-8"))["partitions"]
    for row in rows:
        limits = partitions["gpu" if row["gpu"] else "cpu"]
        assert row["limit_min"] <= limits["max_runtime"], row["rule"]
        assert row["threads"] <= limits["max_threads"], row["rule"]
        # at the third attempt too
        assert 3 * row["memory_gb"] * 1000 <= limits["max_mem_mb"], row["rule"]


def test_every_line_says_what_it_rests_on(scale, rows):
    """A rule without a measurement is not given one, and counts with its limit."""
    for row in rows:
        assert (row["basis"] == scale.LIMIT) == (not row["measured"]), row["rule"]
        if not row["measured"]:
            assert row["hours"] == row["asked_hours"], row["rule"]
        else:
            assert re.search(r"H200|core|reference run", row["basis"]), row["rule"]


def test_the_page_is_that_of_the_record(scale):
    """`make scale` writes the page."""
    assert scale.PAGE.read_text(encoding="utf-8") == scale.filled()


def test_rules_import_nothing_that_takes_long():
    """Every job of a cluster reads the rules again: 869 times what an import takes."""
    lines = (ROOT / "workflow/rules").rglob("*.smk")
    imports = {
        line
        for path in lines
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("from pspflow", "import pspflow"))
    }
    assert "from pspflow.config import given_options, load_config" in imports
    # not pandas, which the plugin of SLURM imports in any case
    heavy = {"torch", "zarr", "scipy.interpolate", "scipy.ndimage", "cyclopts", "numba"}
    code = "\n".join(["import sys", *sorted(imports), f"print(*{heavy!r} & {{*sys.modules}})"])
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []
