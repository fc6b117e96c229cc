"""Benchmark scripts keep up with the package: what they set up can be set up."""

import importlib
from pathlib import Path

import composite
import flow
import microstructures
import pixelcnn
import pytest
import texture
import torch

FILES = sorted((Path(__file__).parents[2] / "benchmarks").glob("*.py"))
SCRIPTS = [path.stem for path in FILES if "__main__" in path.read_text()]
"""The others hold what a script needs."""


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_can_be_imported(script):
    """Every name that it takes from the package is there, and it measures when told to alone."""
    assert importlib.import_module(script).main


@pytest.mark.parametrize("model", composite.MODELS)
def test_the_networks_of_the_composite_benchmark_have_a_loss(model):
    """With the arguments that losses have now."""
    assert composite.loss_of(model).network.model == model


@pytest.mark.parametrize("kind", ["none", "exact", "pinet"])
def test_the_steps_of_the_flow_benchmark_are_timed(kind):
    """At the smallest size, on the device that is named."""
    size = {"size_px": 16, "architecture": "glow", "width": 2, "couplings": 1}
    made = flow.training(kind, torch.device("cpu"), size, (4, 4), (2, 2, 2, 2), 2)
    assert flow.seconds_a_step(made, steps=1, warm=1) > 0


def test_every_part_of_an_iteration_is_timed():
    """At the smallest sizes: parts that follow from others add up, and peers are compared."""
    tiny = texture.Sizes(
        pool=60, few=20, many=30, grains=24, blocks=2, width=4, batch=20, steps=2, iterations=1
    )
    record = texture.measure(tiny)
    parts = {name: case["CPU-s"] for name, case in record["cases"].items()}
    assert min(parts.values()) > 0
    assert parts["iteration with 70 epochs"] == pytest.approx(
        parts["iteration without a flow"] + parts["flow, 70 epochs (extrapolated)"]
    )
    assert sum("over ours" in name for name in record["ratios"]) == 3


def test_both_ways_of_sampling_are_timed():
    """At the smallest size they draw the same codes."""
    found = pixelcnn.measure(pixelcnn.Size(4, 2, 3, 2, 3), edge=3)
    assert found["codes that differ"] == 0
    assert min(value for name, value in found.items() if name.endswith("maps/s")) > 0


def test_every_way_to_simulate_is_timed(monkeypatch):
    """At the smallest sizes: each case has its time, and each temperature its two peers."""
    monkeypatch.setattr(microstructures, "seconds_to_compile", lambda: 1.0)
    tiny = microstructures.Sizes(edge=8, until=2.0, images=1, swept=1, fields=2)
    record = microstructures.measure(tiny)
    assert min(case[microstructures.SECONDS] for case in record["cases"].values()) > 0
    assert len(record["ratios"]) == 4
