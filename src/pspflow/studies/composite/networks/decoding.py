"""From latents to structures of two phases: noise, and cutting at the volume fraction."""

import numpy as np
import torch

from pspflow.models.vae_regression import binarise
from pspflow.seeds import generator
from pspflow.studies.composite.networks.network import Network
from pspflow.studies.composite.networks.recipes import RECIPES


def draws_of(network: Network, draws: int) -> int:
    """Return the number of noises a network chooses from: 1 where it takes none."""
    return draws if RECIPES[network.model].statistics else 1


def noise_source(network: Network, seed: int, *purpose: object) -> torch.Generator:
    """Make the generator of a decoder's noise, on the network's device."""
    start = int(generator(seed, *purpose).integers(2**63))
    return torch.Generator(network.device).manual_seed(start)


def cut(soft: np.ndarray) -> np.ndarray:
    """Cut soft structures ``(n, …)`` to phase ids, uint8, at the volume fraction of each."""
    return binarise(torch.from_numpy(soft)).to(torch.uint8).numpy()
