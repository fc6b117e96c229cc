"""Structures that are decoded from their own latents."""

from typing import Final

import numpy as np
import pandas as pd
import torch

from pspflow.studies.composite.networks.decoding import cut, noise_source
from pspflow.studies.composite.networks.network import Network
from pspflow.studies.composite.structures.rows import evenly_spread

MOST: Final = 6
"""Structures that are decoded."""


def several(tests: pd.DataFrame) -> pd.DataFrame:
    """Choose structures of many morphologies or, of few morphologies, several of each.

    Parameters
    ----------
    tests
        As from `structures_of`.
    """
    turn = tests.groupby("morphology").cumcount()
    order = tests.assign(turn=turn).sort_values(["turn", "morphology"], kind="stable")
    kinds = order["morphology"].nunique()
    # of many morphologies, evenly spread over their order
    return order.iloc[evenly_spread(max(kinds, min(MOST, len(order))), MOST)]


def reconstruction(network: Network, phases: np.ndarray, seed: int) -> np.ndarray:
    """Decode the posterior means of structures ``(n, edge, edge, edge)``, cut to phase ids."""
    means, _ = network.encode(phases)
    noise = noise_source(network, seed, "noise of a reconstruction")
    return cut(network.decode(torch.from_numpy(means).to(network.device), noise))
