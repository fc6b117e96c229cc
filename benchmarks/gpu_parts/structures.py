"""Structures of the composite paper with their stiffness, as the solver's part makes them."""

import numpy as np
import torch
from torch import Tensor

from gpu_parts.frame import Run
from pspflow.mechanics import effective_stiffness
from pspflow.simulate import simulate_composite
from pspflow.studies.composite.structures.properties import POSITIONS

SMALL_EDGE, SMALL_COUNT = 11, 24
MODULI = ((2.4, 120.0), (0.3, 0.3))


def labelled_structures(run: Run, count: int) -> tuple[Tensor, Tensor]:
    """Return phase ids `n x edge x edge x edge` uint8 on the device, and stiffness `n x 6` in GPa.

    A stand-in of the rehearsal, at its small size.
    """
    rng = np.random.default_rng(0)
    fractions = rng.uniform(0.25, 0.75, min(count, SMALL_COUNT))
    phases = [simulate_composite(SMALL_EDGE, (3, 1, 1), share, rng) for share in fractions]
    normal = tuple(zip(*POSITIONS, strict=True))
    blocks = [effective_stiffness(each, *MODULI, load_cases=(0, 1, 2)) for each in phases]
    values = np.stack([block[normal] for block in blocks]).astype(np.float32)
    return torch.from_numpy(np.stack(phases)).to(run.device), torch.from_numpy(values)
