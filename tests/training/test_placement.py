"""Where the data of a training lie: the same batches, wherever they are made."""

import numpy as np
import pandas as pd
import pytest
import torch

from pspflow.studies.composite.localization.windows import Windows, drawn
from pspflow.training import placement
from pspflow.training.data import ChipTargets, Pairs, in_order, shuffled
from pspflow.training.gather import ChipGather
from pspflow.training.placement import moved, of_images, placed

META = torch.device("meta")


def pairs():
    """Return structures with properties, in batches."""
    rng = torch.Generator().manual_seed(0)
    phases = torch.randint(2, (10, 3, 3, 3), generator=rng, dtype=torch.uint8)
    return shuffled(Pairs(phases, torch.rand(10, 6, generator=rng)), 4, 0)


def chips():
    """Return chips with targets, in batches."""
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (12, 17), dtype=np.uint8)
    table = pd.DataFrame({"row": range(6), "column": 2, "size_px": 5, "flip": [True, False] * 3})
    targets = rng.random((6, 2, 3, 3), dtype=np.float32)
    return in_order(ChipTargets(ChipGather([image], table, np.zeros(6, int)), targets), 4)


def windows():
    """Return windows of two cells, in batches."""
    fields = torch.rand(2, 7, 7, 7, generator=torch.Generator().manual_seed(0))
    return drawn(Windows(fields, fields + 1, window=5, gap=3), 20, 6, seed=1)


MAKERS = [pairs, chips, windows]


@pytest.fixture
def free(monkeypatch):
    """Return a function that gives the GPU so many bytes of free memory."""

    def give(count):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (count, 2 * count))

    return give


def bytes_of(make):
    """Count the bytes of a data set, from all of its items."""
    data = make().data
    if isinstance(data, ChipTargets):
        return 12 * 17 + 6 * (8 + 8 + 1) + 4 * 6 * 2 * 3 * 3
    return sum(each.numel() * each.element_size() for each in (data.inputs, data.targets))


@pytest.mark.parametrize("make", MAKERS)
def test_data_lie_on_the_gpu_where_they_fit(free, make):
    """One byte more than half of the free memory, and they stay; batches come as before."""
    size = bytes_of(make)
    free(2 * size - 1)
    batches = make()
    assert placed(batches, META) is batches
    assert placed(make(), torch.device("cpu")).data.nbytes == size
    free(2 * size)
    there = placed(batches, META)
    assert {each.device for each in there.data[torch.arange(3)]} == {META}
    assert [len(each) for each in there.order(0)] == [len(each) for each in batches.order(0)]
    assert placement.SHARE == 0.5


def test_pairs_stay_where_they_are_used_otherwise(free):
    """A stage that reads them after the training still finds them on the CPU."""
    free(10**9)
    batches = pairs()
    placed(batches, META)
    assert batches.data.inputs.device == torch.device("cpu")


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("fits", [True, False])
def test_batches_do_not_depend_on_where_they_are_made(monkeypatch, make, device, fits):
    """On the CPU or on a GPU: the same inputs and targets, bit by bit."""
    monkeypatch.setattr(placement, "SHARE", 0.5 if fits else 0.0)
    there = torch.device(device)
    expected, batches = make(), placed(make(), there)
    for one, other in zip(expected.order(1), batches.order(1), strict=True):
        for wanted, found in zip(expected.data[one], batches.data[other], strict=True):
            assert found.device.type == (device if fits else "cpu")
            assert torch.equal(moved(found, there).cpu(), wanted)
            assert moved(found, there).device.type == device


def test_networks_of_images_have_their_channels_last_on_a_cpu():
    """And compute what they did: only the order of their weights in memory changes."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), torch.nn.Conv2d(8, 2, 3))
    images = torch.rand(2, 3, 9, 9)
    before = net(images)
    assert of_images(net, torch.device("cpu")) is net
    assert net[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert not net[0].weight.is_contiguous()
    torch.testing.assert_close(net(images), before)


def test_networks_of_images_keep_their_order_elsewhere():
    """Where a GPU's kernels choose their own order."""
    net = of_images(torch.nn.Conv2d(3, 8, 3), META)
    assert net.weight.device == META
    assert net.weight.is_contiguous()
