"""Observations of a smooth function, as the texture models see them."""

import numpy as np
import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture
def observe():
    """Return a function that makes textures and properties, correlated and noisy."""

    def made(count, seed, inputs=4, outputs=5, noise=1e-2):
        shape = np.random.default_rng(0)
        mixing = shape.standard_normal((3, outputs))
        slopes = shape.standard_normal((inputs, 3)) / np.sqrt(inputs)
        random = np.random.default_rng(seed)
        textures = random.standard_normal((count, inputs))
        properties = np.tanh(textures @ slopes) @ mixing + 3
        return textures, properties + noise * random.standard_normal((count, outputs))

    return made
