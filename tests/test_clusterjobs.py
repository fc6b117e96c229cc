"""What a job asks of SLURM, and the partition that the plugin would send it to."""

from pathlib import Path

import pytest

from pspflow.cluster import Request
from pspflow.clusterjobs import read_partitions, request_of

PARTITIONS = Path(__file__).parents[1] / "workflow/profiles/slurm/partitions.yaml"
ASKED = {"_cores": 2, "mem_mb": 4000, "runtime": 60}


@pytest.mark.parametrize(
    ("more", "partition"),
    [
        ({}, "cpu"),
        ({"gpu": 1}, "gpu"),
        ({"slurm_partition": "own"}, "own"),
        ({"_cores": 10**4}, ""),
    ],
)
def test_partition_of_the_profile(more, partition):
    """The plugin's own choice from the profile's file; where none fits, the cluster's default."""
    asked = {**ASKED, **more}
    request = request_of("train", asked, 1, read_partitions(PARTITIONS))
    assert request == Request(
        "train", asked["_cores"], 4000, 60, asked.get("gpu", 0), partition=partition
    )


def test_what_cannot_be_judged(tmp_path, monkeypatch):
    """Another cluster, a partition for sbatch itself and values that are no numbers are left."""
    monkeypatch.delenv("SNAKEMAKE_SLURM_PARTITIONS", raising=False)
    assert read_partitions(None) == []
    assert request_of("train", ASKED, 3, []) == Request("train", 2, 4000, 60, attempt=3)
    for more in ({"clusters": "far"}, {"slurm_extra": "'-p own'"}, {"mem_mb": "<TBD>"}):
        assert request_of("train", {**ASKED, **more}, 1, []) is None
    assert request_of("train", {**ASKED, "slurm_extra": "--qos=pi"}, 1, []) is not None
    monkeypatch.setenv("SNAKEMAKE_SLURM_PARTITIONS", str(PARTITIONS))
    assert [each.name for each in read_partitions(None)] == ["cpu", "gpu"]
    assert read_partitions(tmp_path / "none.yaml") is None
