"""The table of the solver's resolution in the guide is the benchmark's, and still true."""

import importlib.util
import json
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
COARSE = ("1", "2", "4", "8")


def load(name):
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_guide_has_the_table_of_the_benchmark():
    """docs/how-to/structures.md says what benchmarks/results/resolution.json says."""
    render = load("render")
    page = render.PAGE.read_text(encoding="utf-8")
    assert page == render.with_resolution(page), "run `python benchmarks/render.py`"


@pytest.mark.parametrize("contrast", [4, 100])
def test_the_solver_errs_as_the_table_says(contrast):
    """The errors of coarse checkerboards, solved again, are those that the guide tells."""
    resolution = load("resolution")
    cases = json.loads((BENCHMARKS / "results" / "resolution.json").read_text())["cases"]
    for edge in COARSE:
        error = 100 * (resolution.solved_over_exact(int(edge), contrast) - 1)
        assert error == pytest.approx(cases[f"{contrast}: error, %"][edge], abs=1e-3)


def test_the_issue_of_edges_that_touch():
    """At contrast 100 and 64 voxels a side the error is 55 %, at contrast 4 .13 %."""
    cases = json.loads((BENCHMARKS / "results" / "resolution.json").read_text())["cases"]
    assert cases["100: error, %"]["64"] == pytest.approx(55, abs=1)
    assert cases["4: error, %"]["64"] == pytest.approx(0.13, abs=0.01)
