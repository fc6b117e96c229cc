"""Where the workflow solves structures."""

import re

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("workflow")]


@pytest.mark.parametrize(
    ("solver", "device", "told"),
    [
        ("cpu", "auto", "cpu"),
        ("cpu", "cuda:1", "cpu"),
        ("cuda", "auto", "cuda"),
        ("cuda", "cpu", "cuda"),
        ("cuda", "cuda:1", "cuda:1"),  # every stage of a run uses the card that it names
        ("auto", "cuda:1", "cuda:1"),
        ("auto", "cuda", "auto"),  # without a GPU of its own a job cannot insist on one
        ("auto", "auto", "auto"),
        ("auto", "cpu", "cpu"),
    ],
)
def test_jobs_ask_for_a_gpu_where_they_use_one(checkout, solver, device, told):
    """The configuration says where, to the scheduler and to the stage alike."""
    structures = {"structures": {"solver": {"device": solver}}}
    values = {"run": "own", "device": device, "composite": structures}
    overlay = checkout.overlay("solver.yaml", values)
    run = checkout.snakemake(
        "-n", "-p", "-F", "composite", "--until", "composite_structures_solve",
        "--configfile", overlay,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout
    jobs = re.findall(r"^rule composite_structures_solve:\n(.*?)\n\n", run.stdout, re.M | re.S)
    assert len(jobs) == 4
    for job in jobs:
        assert re.search(r"--device (\S+)", job)[1] == told
        for resource in ("gpu=1", "lsf_extra=-gpu num=1"):
            assert (resource in job) == (solver == "cuda")
