"""Windows that are cut out of periodic cells, and their batches."""

import numpy as np
import torch

from pspflow.studies.composite.localization.windows import (
    Windows,
    covering,
    cut,
    drawn,
    held_out,
    in_turn,
)
from pspflow.training.data import Pairs


def test_windows_are_periodic_and_centred():
    """A window holds its centre in its middle, and goes on across the border of the cell."""
    fields = torch.arange(2 * 5**3, dtype=torch.float32).view(2, 5, 5, 5)
    data = Windows(fields, fields, window=5, gap=3)
    windows, centres = data[torch.tensor([125 + 4 * 25 + 3])]
    torch.testing.assert_close(windows[:, 1:-1, 1:-1, 1:-1], centres)
    assert centres[0, 0, 0, 0] == fields[1, 4, 0, 3]
    assert centres[0, 1, 0, 2] == fields[1, 0, 0, 0]


def test_covering_windows_leave_no_voxel_out():
    """The centres that networks are validated on hold every voxel of every cell."""
    fields = torch.arange(2 * 5**3, dtype=torch.float32).view(2, 5, 5, 5)
    data = Windows(fields, fields, window=5, gap=3)
    batches = held_out(data, covering(data), 99, 6)
    _, centres = data[torch.cat(list(batches.order(0)))]
    assert [len(positions) for positions in batches.order(1)] == [6, 6, 4]
    assert len(centres) == 2 * 2**3
    assert set(centres.ravel().tolist()) == set(range(250))


def test_draws_depend_on_seed_and_epoch_alone():
    """A resumed training sees the windows that an unbroken one sees."""
    fields = torch.zeros(2, 5, 5, 5)
    batches = drawn(Windows(fields, fields, window=5, gap=3), 2, 16, seed=1)
    orders = [[each.tolist() for each in batches.order(epoch)] for epoch in (0, 1, 0)]
    assert orders[0] == orders[2] != orders[1]
    assert [len(batch) for batch in orders[0]] == [16, 16]
    assert max(map(max, orders[0])) < 250


def test_few_held_out_items_are_always_the_same():
    """Where a validation may not take all, the same ones are chosen for every epoch."""
    fields = torch.zeros(9, 2, 2, 2)
    orders = [held_out(Pairs(fields, fields), np.arange(9), 4, 3).order(e) for e in (0, 1)]
    chosen = [torch.cat(list(order)).tolist() for order in orders]
    assert chosen[0] == chosen[1] == sorted(set(chosen[0]))
    assert [len(each) for each in orders[0]] == [3, 1]


def test_cells_come_in_turn():
    """All come before any comes again, across epochs; an epoch depends on seed and number alone."""
    cells = Pairs(torch.zeros(7, 1), torch.zeros(7, 1))
    batches = in_turn(cells, 5, 2, seed=3)
    epochs = [torch.cat(list(batches.order(epoch))).tolist() for epoch in range(7)]
    taken = np.concatenate(epochs)
    assert {len(each) for each in epochs} == {10}
    for start in range(0, len(taken), 7):
        assert sorted(taken[start : start + 7]) == list(range(7))
    assert torch.cat(list(in_turn(cells, 5, 2, seed=3).order(4))).tolist() == epochs[4]
    assert {len(each) for each in in_turn(cells, 2, 16, seed=3).order(0)} == {7}


def test_cut_takes_any_start():
    """Starts below 0 and beyond the edge are wrapped."""
    field = torch.arange(27.0).view(1, 3, 3, 3)
    cells, starts = torch.tensor([0, 0]), torch.tensor([[-1, 0, 4], [2, 3, 1]])
    cubes = cut(field, cells, starts, 2)
    torch.testing.assert_close(cubes[0], cubes[1])
