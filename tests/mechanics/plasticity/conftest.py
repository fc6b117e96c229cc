"""Textures that several tests pull, and what they are compared with."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation


@pytest.fixture(scope="session")
def oracles():
    """Return the module of independent computations."""
    spec = importlib.util.spec_from_file_location(
        "plasticity_oracles", Path(__file__).with_name("oracles.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def even(oracles):
    """Return 500 orientations that stand for a random texture."""
    return oracles.super_fibonacci(500)


@pytest.fixture
def few(oracles):
    """Return twelve orientations at random: an anisotropic texture."""
    return oracles.euler(Rotation.random(12, rng=np.random.default_rng(5)))
