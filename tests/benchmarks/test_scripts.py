"""Benchmark scripts keep up with the package: what they set up can be set up."""

import importlib
from pathlib import Path

import composite
import flow
import pytest
import torch

SCRIPTS = sorted(path.stem for path in (Path(__file__).parents[2] / "benchmarks").glob("*.py"))


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
