"""Windows that are cut out of periodic cells, and their batches."""

import torch

from pspflow.studies.composite.localization.windows import Windows, covering, cut, drawn


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
    batches = covering(data, 6)
    _, centres = data[torch.cat(list(batches.order(0)))]
    assert [len(positions) for positions in batches.order(1)] == [6, 6, 4]
    assert len(centres) == 2 * 2**3
    assert set(centres.ravel().tolist()) == set(range(250))


def test_draws_depend_on_seed_and_epoch_alone():
    """A resumed training sees the windows that an unbroken one sees."""
    fields = torch.zeros(2, 5, 5, 5)
    batches = drawn(Windows(fields, fields, window=5, gap=3), 40, 16, seed=1)
    orders = [[each.tolist() for each in batches.order(epoch)] for epoch in (0, 1, 0)]
    assert orders[0] == orders[2] != orders[1]
    assert [len(batch) for batch in orders[0]] == [16, 16]
    assert max(map(max, orders[0])) < 250


def test_cut_takes_any_start():
    """Starts below 0 and beyond the edge are wrapped."""
    field = torch.arange(27.0).view(1, 3, 3, 3)
    cells, starts = torch.tensor([0, 0]), torch.tensor([[-1, 0, 4], [2, 3, 1]])
    cubes = cut(field, cells, starts, 2)
    torch.testing.assert_close(cubes[0], cubes[1])
