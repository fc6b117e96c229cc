"""What enters the arena: one function each, from a number, a condition and a seed to images."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from pspflow.io.weights import load_weights
from pspflow.models.multiflow import to_levels
from pspflow.studies.arena.chips.shared import Condition, SharedChips
from pspflow.studies.arena.names import CODES, LATENT
from pspflow.studies.latent.evaluation.samplers import fit_density, independent_latents
from pspflow.studies.latent.networks.trained import TrainedAutoencoder, load_network
from pspflow.studies.steel.codes.trained import load_codes
from pspflow.studies.steel.prior.trained import load_prior
from pspflow.studies.temper.flows.trained import load_flow, transfer

Images = Callable[[int, Condition, int], np.ndarray]
"""From count, condition and seed to images (count, y, x) uint8."""
BATCH: Final = 64
"""Chips that a flow draws at once, which limits the memory."""
NOTHING, DOMAIN, SHEET, REAL = (
    "nothing",
    "the domain",
    "the sheet's conditions",
    "the domain, and real validation chips of others",
)
"""What an entrant is given, beside the seed."""


@dataclass(frozen=True)
class Entrant:
    """A way of making images."""

    images: Images
    given: str
    """What it is given, for tables."""
    parameters: int | None
    """Parameters of what makes the images; None where they are not known."""


def entrant_of(
    name: str, weights: Mapping[str, Path], shared: SharedChips, device: torch.device
) -> Entrant:
    """Load the networks of an entrant, and make its function.

    Parameters
    ----------
    name
        Of an entrant that is trained here; see `names.ENTRANTS`.
    weights
        Files of weights: `codes` and `prior` of models of codes, else `network`.
    shared
        The shared chips: an autoencoder's density is fitted to latents of the training rows, and
        transfers start from validation rows, which no network has learned from.
    device
        Where networks compute.

    Raises
    ------
    InputError
        If weights are another network's.
    """
    if name in CODES:
        return _codes(weights, shared, device)
    if name.startswith("flow"):
        return _flow(weights["network"], shared, device, transferred=name.endswith("transfer"))
    network = name.partition("_density")[0]
    assert network in LATENT, name
    return _latent(weights["network"], shared, device, density=name.endswith("_density"))


def _codes(weights: Mapping[str, Path], shared: SharedChips, device: torch.device) -> Entrant:
    coder, drawer = load_codes(weights["codes"], device), load_prior(weights["prior"], device)
    columns = [each.name for each in drawer.conditions]

    def images(count: int, condition: Condition, seed: int) -> np.ndarray:
        wanted = np.tile(np.array([condition[name] for name in columns], np.float64), (count, 1))
        return coder.decode(drawer.sample(wanted, None, np.random.default_rng(seed)))

    return Entrant(images, SHEET, sum(_size(weights[each]) for each in ("codes", "prior")))


def _latent(path: Path, shared: SharedChips, device: torch.device, *, density: bool) -> Entrant:
    network = load_network(path, device)
    if isinstance(network, TrainedAutoencoder):
        latents = network.encode(shared.images[shared.rows("train")])
        fitted = fit_density(latents) if density else None

        def images(count: int, condition: Condition, seed: int) -> np.ndarray:
            rng = np.random.default_rng(seed)
            drawn = (
                fitted.sample(count, rng) if fitted else independent_latents(latents, count, rng)
            )
            return network.decode(drawn)

    else:

        def images(count: int, condition: Condition, seed: int) -> np.ndarray:
            rng = np.random.default_rng(seed)
            return network.decode(rng.standard_normal((count, network.latent_size), np.float32))

    return Entrant(images, NOTHING, _size(path))


def _flow(path: Path, shared: SharedChips, device: torch.device, *, transferred: bool) -> Entrant:
    flow = load_flow(path, device)
    unseen = shared.rows("validation")
    domains = shared.table["domain"].to_numpy()[unseen]

    def drawn(count: int, condition: Condition, seed: int) -> np.ndarray:
        rng = torch.Generator().manual_seed(seed)
        parts = [
            to_levels(flow.sample(str(condition["domain"]), min(BATCH, count - start), rng)).cpu()
            for start in range(0, count, BATCH)
        ]
        return torch.cat(parts).numpy()

    def moved(count: int, condition: Condition, seed: int) -> np.ndarray:
        target, rng = str(condition["domain"]), np.random.default_rng(seed)
        sources = [name for name in flow.domains if name != target]
        made = []
        for number, source in enumerate(sources):
            here = unseen[domains == source]
            # the sources take turns
            share = len(range(number, count, len(sources)))
            at = rng.choice(here, share, replace=share > len(here))
            made.append(transfer(flow, shared.images[at], source, target))
        return np.concatenate(made)

    return Entrant(moved if transferred else drawn, REAL if transferred else DOMAIN, _size(path))


def _size(path: Path) -> int:
    """Count the numbers in a file of weights."""
    tensors, _ = load_weights(path)
    return sum(each.numel() for each in tensors.values())
