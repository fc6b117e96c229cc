"""Chips gathered by index are those cut from their micrographs."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.microstructure.loader import cut_chips
from pspflow.training.gather import ChipGather, epoch_order


@pytest.fixture
def table():
    """Give micrographs of different sizes, and chips in no order, some flipped."""
    rng = np.random.default_rng(0)
    store = {
        name: rng.integers(0, 256, shape, dtype=np.uint8)
        for name, shape in (("a", (20, 31)), ("b", (17, 12)), ("c", (40, 9)))
    }
    rows = []
    for _ in range(60):
        name = rng.choice(list(store))
        row, column = (rng.integers(0, edge - 8 + 1) for edge in store[name].shape)
        rows.append((name, row, column, 8, bool(rng.integers(2))))
    return store, pd.DataFrame(rows, columns=["micrograph", "row", "column", "size_px", "flip"])


def test_gathered_chips_are_the_cut_ones(table):
    """Edges, flips and micrographs of any shape: the same pixels as the loader cuts."""
    store, chips = table
    gather = ChipGather.of(store, chips)
    positions = torch.tensor([59, 3, 3, 17, 0])
    made = gather(positions)
    assert made.dtype == torch.uint8
    np.testing.assert_array_equal(made.numpy(), cut_chips(store, chips)[positions.numpy()])
    assert len(gather) == 60


def test_an_epoch_sees_all_chips_before_any_again():
    """In as many steps as are asked for, whether there are more chips than places or fewer."""
    order = epoch_order(5, 4, 3, np.random.default_rng(0))
    assert order.shape == (4, 3)
    for first in (0, 5):
        assert sorted(order.flatten()[first : first + 5].tolist()) == list(range(5))
    few = epoch_order(50, 2, 3, np.random.default_rng(0)).flatten().tolist()
    assert len(set(few)) == 6
