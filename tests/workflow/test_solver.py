"""Where the workflow solves structures."""

import re

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("workflow")]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_jobs_ask_for_a_gpu_where_they_use_one(checkout, device):
    """The configuration says where, to the scheduler and to the stage alike."""
    values = {"run": "own", "composite": {"structures": {"solver": {"device": device}}}}
    overlay = checkout.overlay("solver.yaml", values)
    run = checkout.snakemake(
        "-n", "-p", "-F", "composite", "--until", "composite_structures_solve",
        "--configfile", overlay,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    jobs = re.findall(r"^rule composite_structures_solve:\n(.*?)\n\n", run.stdout, re.M | re.S)
    assert len(jobs) == 4
    for job in jobs:
        assert f"--device {device}" in job
        for resource in ("gpu=1", "lsf_extra=-gpu num=1"):
            assert (resource in job) == (device == "cuda")
