"""The state of torch in which a stage trains, for as long as a part needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from pspflow.training.session import prepare

SEED = 0
"""Seed of first weights, of the order of the data, and of the parts' own draws."""


@contextmanager
def prepared(*, deterministic: bool = True) -> Iterator[None]:
    """Prepare this process as the stages do; afterwards every operation is allowed again."""
    prepare(torch.get_num_threads(), SEED, deterministic=deterministic)
    try:
        yield
    finally:
        torch.set_deterministic_debug_mode("default")
