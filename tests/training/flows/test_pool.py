"""The pool of earlier images."""

import torch

from pspflow.training.flows.pool import ImagePool


def numbered(start, count):
    """Images that are told apart by one number."""
    return torch.arange(start, start + count, dtype=torch.float32).reshape(-1, 1)


def test_a_pool_that_is_not_full_gives_back_what_it_gets():
    """Nothing older is there to give."""
    pool = ImagePool(8)
    draws = torch.Generator().manual_seed(0)
    torch.testing.assert_close(pool.exchange(numbered(0, 5), draws), numbered(0, 5))
    assert len(pool.images) == 5


def test_half_of_a_full_pool_is_exchanged():
    """About half comes from before, nothing is lost or doubled, and the size stays."""
    pool = ImagePool(50)
    draws = torch.Generator().manual_seed(0)
    given, taken = [], []
    for start in range(0, 4000, 16):
        batch = numbered(start, 16)
        out = pool.exchange(batch, draws)
        given += batch.flatten().tolist()
        taken += out.flatten().tolist()
    stale = [a for a, b in zip(given, taken, strict=True) if a != b]
    assert 0.45 < len(stale) / len(given) < 0.55
    assert len(pool.images) == 50
    # the first 50 are given back and kept as well; from then on everything is in one place
    held = sorted([*taken, *pool.images.flatten().tolist()])
    assert held == sorted([*given, *range(50)])


def test_no_pool():
    """Size 0 gives back the batch, cut off from its graph."""
    batch = numbered(0, 4).requires_grad_()
    out = ImagePool(0).exchange(batch, torch.Generator())
    torch.testing.assert_close(out, batch.detach())
    assert not out.requires_grad


def test_a_batch_larger_than_the_pool():
    """It is given back whole."""
    draws = torch.Generator().manual_seed(0)
    pool = ImagePool(3)
    assert pool.exchange(numbered(0, 8), draws).shape == (8, 1)
    assert len(pool.images) == 3
