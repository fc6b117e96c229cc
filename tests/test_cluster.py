"""Requests that can never run: compared with what sinfo says, one sentence a rule."""

import pytest

from pspflow import cluster
from pspflow.cluster import Request, ask_sinfo, impossible, parse_nodes

SINFO = """cpu*|2|4000|(null)|1-00:00:00
gpu|8|64000|gpu:a100:1(S:0)|2:00:00
gpu|96|8000|(null)|30:00
raw|4|1|gpu:2,mps:100|infinite
"""


def said(**asked):
    """Return what is said of one request."""
    sentences = impossible([Request("train", **asked)], parse_nodes(SINFO))
    assert len(sentences) < 2
    return "".join(sentences)


@pytest.mark.parametrize(
    "asked",
    [
        {"cpus": 2, "mem_mb": 4000, "runtime": 1440},
        {"cpus": 8, "mem_mb": 64000, "runtime": 120, "gpus": 1, "partition": "gpu"},
        {"cpus": 96, "runtime": 30, "partition": "gpu"},
        {"cpus": 8, "partition": "cpu,gpu"},
        # nobody has stated the memory of its nodes, and it has no time limit
        {"mem_mb": 10**6, "runtime": 10**6, "gpus": 2, "partition": "raw"},
        # not listed: hidden, or of another cluster
        {"cpus": 1000, "partition": "secret"},
    ],
)
def test_what_a_node_can_serve(asked):
    """A request that fits one kind of node of a named partition stops nothing."""
    assert said(**asked) == ""


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            {"cpus": 8, "gpus": 1},
            "train asks for 8 CPUs and 1 GPU; partition 'cpu' offers at most 2 CPUs and 0 GPUs: "
            "change it with --set-resources train:slurm_partition=NAME or --set-threads train=2.",
        ),
        ({"mem_mb": 4001}, "--set-resources train:mem_mb=4000."),
        ({"runtime": 1441}, "offers at most 1440 minutes: "),
        ({"runtime": 121, "partition": "gpu"}, "--set-resources train:runtime=120."),
        # both are there, on different nodes
        ({"cpus": 96, "gpus": 1, "partition": "gpu"}, "96 CPUs and 1 GPU, not on one node: "),
        ({"mem_mb": 8000, "attempt": 3}, "asks for 8000 MB at attempt 3; "),
    ],
)
def test_what_can_never_run(asked, sentence):
    """It is said once: what it asks, what there is, and which option to change."""
    assert sentence in said(**asked)
    assert impossible([Request("train", **asked)] * 2, parse_nodes(SINFO)) == [said(**asked)]


@pytest.mark.parametrize("text", ["", "slurm_load_partitions: error\n", "cpu|2|x|y\n"])
def test_nothing_usable(text):
    """Where sinfo says nothing usable, nothing is refused."""
    assert impossible([Request("train", cpus=10**6)], parse_nodes(text)) == []


def test_sinfo_is_missing_slow_or_fails(tmp_path, monkeypatch):
    """It says nothing then, and the run goes on."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ask_sinfo() == ""
    program = tmp_path / "sinfo"
    for text in ("exit 1", "echo 'cpu*|2|4000|(null)|1:00'; exec /bin/sleep 60"):
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        monkeypatch.setattr(cluster, "SECONDS", 0.2)
        assert ask_sinfo() == ""
    program.write_text("#!/bin/sh\necho 'cpu*|2|4000|(null)|1:00'\n")
    monkeypatch.setattr(cluster, "SECONDS", 10.0)
    assert parse_nodes(ask_sinfo())[0].default
