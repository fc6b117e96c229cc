"""Random streams: one per purpose, so that no two draws of a run share their numbers."""

import zlib

import numpy as np


def generator(seed: int, *purpose: object) -> np.random.Generator:
    """Make the random generator for one purpose.

    Parameters
    ----------
    seed
        The run's seed.
    purpose
        What is drawn, and for what: for example `"chips", micrograph`. Another purpose gives
        another stream, and so does another order of the same words.
    """
    key = zlib.crc32("\0".join(str(part) for part in purpose).encode())
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key,)))
