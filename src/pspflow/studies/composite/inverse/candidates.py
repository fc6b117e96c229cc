"""Candidates: structures that a network decodes from latents for wanted properties."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from torch import Tensor

from pspflow.studies.composite.inverse.errors import relative_errors
from pspflow.studies.composite.inverse.options import KEYS
from pspflow.studies.composite.networks.decoding import cut, draws_of, noise_source
from pspflow.studies.composite.networks.network import Network


class Proposals(NamedTuple):
    """Candidate structures and what their own network predicts of them."""

    phases: np.ndarray
    """Phase ids, uint8, shape ``(n, edge, edge, edge)``."""
    predicted_gpa: np.ndarray
    """Properties that the network predicts of the cut structures, float64, ``(n, properties)``."""
    noises: tuple[Tensor | None, ...]
    """The noise that each structure was decoded with, ``(1, edge, edge, edge)``; None where the
    decoder takes none."""


def propose(
    network: Network, latents: Tensor, wanted_gpa: np.ndarray, draws: int, seed: int
) -> Proposals:
    """Decode latents to structures of two phases.

    A `*_statistics` network filters noise, and each draw of noise gives another structure of the
    same statistics. Among a few, its regressor chooses the one whose predicted properties are
    nearest to the wanted ones, in the mean of their `relative_errors`.

    Parameters
    ----------
    network
        A network that decodes and predicts, in evaluation mode.
    latents
        Shape ``(n, latent)``.
    wanted_gpa
        Wanted properties, those of the network in its order, shape ``(n, properties)``.
    draws
        Draws of noise to choose from; the published decoders take no noise and decode one
        structure.
    seed
        Seed of the noise, which depends on the seed and on the latent's position alone.

    Returns
    -------
    Proposals
        One structure per latent; each holds voxels of both phases.
    """
    chosen, predicted, noises = [], [], []
    for place, (latent, wanted) in enumerate(zip(latents, wanted_gpa, strict=True)):
        copies = latent.to(network.device).expand(draws_of(network, draws), -1)
        source = noise_source(network, seed, "noise of a candidate", place)
        noise = network.autoencoder.noise(copies, source)
        phases = cut(network.decode_noise(copies, noise))
        means, _ = network.predict(phases)
        best = int(relative_errors(means, wanted).mean(axis=1).argmin())
        chosen.append(phases[best])
        predicted.append(means[best])
        noises.append(None if noise is None else noise[best : best + 1])
    return Proposals(np.stack(chosen), np.stack(predicted), tuple(noises))


def renumbered(rows: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Renumber the components of each model and prior by their mean volume fraction, from 0.

    Parameters
    ----------
    rows
        Candidates: columns model, prior, component, instance and volume_fraction.

    Returns
    -------
    The rows in the order of model, prior, component and instance; and the former position of each,
    (n,).
    """
    means = rows.groupby([*KEYS, "component"])["volume_fraction"].mean()
    ranks = means.groupby(level=KEYS).rank(method="first").astype(int) - 1
    component = ranks.loc[pd.MultiIndex.from_frame(rows[[*KEYS, "component"]])].to_numpy()
    place = rows.groupby(KEYS, sort=False).ngroup()
    order = np.lexsort((rows["instance"], component, place))
    return rows.assign(component=component).iloc[order].reset_index(drop=True), order
