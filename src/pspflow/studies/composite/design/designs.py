"""Designs for one wanted stiffness: structures drawn from p(z | c), solved and ranked."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from pspflow.errors import InputError
from pspflow.logs import log
from pspflow.models.mixture import Mixture
from pspflow.seeds import generator
from pspflow.studies.composite.inverse.candidates import propose
from pspflow.studies.composite.inverse.errors import relative_errors
from pspflow.studies.composite.inverse.targets import outside
from pspflow.studies.composite.networks.network import Network
from pspflow.studies.composite.networks.options import Prior
from pspflow.studies.composite.networks.recipes import RECIPES
from pspflow.studies.composite.structures.options import SolutionOptions
from pspflow.studies.composite.structures.properties import NORMAL
from pspflow.studies.composite.structures.solution import solve_candidates

WRONG_PERCENT = 20.0
"""Median error of a network on its own candidates above which a warning is given. It is below 10
for structures of the kind that the network was trained on."""


class Draft(NamedTuple):
    """What a structure was decoded from."""

    latent: Tensor
    """Shape ``(latent,)``."""
    noise: Tensor | None
    """Shape ``(1, edge, edge, edge)``; None where the decoder takes none."""


class Design(NamedTuple):
    """Candidates for a wanted stiffness, the best first."""

    phases: np.ndarray
    """Phase ids 0 and 1, uint8, shape ``(count, edge, edge, edge)``."""
    table: pd.DataFrame
    """One row per candidate; see `design`."""
    drafts: tuple[Draft, ...]
    """What each was decoded from."""


def design(
    network: Network,
    material: Mapping[str, Any],
    wanted_gpa: Mapping[str, float],
    count: int = 8,
    *,
    draws: int = 16,
    prior: Prior = "refitted",
    seed: int = 0,
    options: SolutionOptions = SolutionOptions(),
    threads: int = 1,
) -> Design:
    """Make structures of a wanted stiffness, and solve each.

    Parameters
    ----------
    network, material
        As `pspflow.studies.composite.networks.network.load_network` returns them.
    wanted_gpa
        The wanted value of every property of the network, `{"c11_gpa": 30.0}` for example.
    count
        Number of candidates: draws of p(z | c), decoded and cut.
    draws
        Draws of noise per candidate, among which the network's regressor chooses if its decoder
        takes noise.
    prior
        `refitted` on the latents of the training, or the `joint` one trained with the network.
    seed
        Seed of latents and noise.
    options
        Element and tolerance of the solver.
    threads
        Threads of the solver.

    Returns
    -------
    Structures and their table, columns rank (from 1), error_percent (mean of `relative_errors` over
    the wanted properties), all six of `NORMAL` as solved, predicted_NAME and predicted_NAME_sd (the
    network's mean and standard deviation for the structure), wanted_NAME, volume_fraction,
    component (of the prior, from 0) and weight (the component's, in the prior).

    Raises
    ------
    InputError
        If the network cannot design, values are missing or impossible, or counts are below 1.
    """
    check_designer(network)
    wanted = wanted_values(network, material, wanted_gpa)
    for name, number in (("count", count), ("draws", draws)):
        if number < 1:
            raise InputError(f"{name} is {number}; give at least 1.")
    drawn = draw(
        *(network, material, wanted, count),
        draws=draws,
        prior=prior,
        seed=seed,
        options=options,
        threads=threads,
    )
    columns = list(network.properties)
    _warn_of_errors(
        drawn.table[[f"predicted_{name}" for name in columns]].to_numpy(),
        drawn.table[columns].to_numpy(),
    )
    return drawn


def draw(
    network: Network,
    material: Mapping[str, Any],
    wanted: np.ndarray,
    count: int,
    *,
    draws: int,
    prior: Prior = "refitted",
    seed: int = 0,
    options: SolutionOptions = SolutionOptions(),
    threads: int = 1,
) -> Design:
    """Do what `design` does, for values ``(properties,)`` that have been looked at already."""
    found = network.prior(wanted[None], prior)
    latents, components = draw_latents(found, count, generator(seed, "composite design"))
    at = torch.from_numpy(latents).to(network.device)
    phases, _, noises = propose(network, at, np.tile(wanted, (count, 1)), draws, seed)
    solved = solve_candidates(phases, material, options, threads)
    predicted, spreads = network.predict(phases)
    reached = solved[:, [NORMAL.index(name) for name in network.properties]]
    errors = 100 * relative_errors(reached, wanted).mean(axis=1)
    order = np.argsort(errors, kind="stable")
    table: dict[str, Any] = {"error_percent": errors}
    table |= dict(zip(NORMAL, solved.T, strict=True))
    for place, name in enumerate(network.properties):
        table[f"predicted_{name}"] = predicted[:, place]
        table[f"predicted_{name}_sd"] = spreads[:, place]
        table[f"wanted_{name}"] = np.full(count, wanted[place])
    table["volume_fraction"] = phases.mean(axis=(1, 2, 3))
    table |= {"component": components, "weight": _weights(found)[components]}
    rows = pd.DataFrame(table).iloc[order].reset_index(drop=True)
    rows.insert(0, "rank", np.arange(1, count + 1))
    drafts = tuple(Draft(at[place], noises[place]) for place in order)
    return Design(phases[order], rows, drafts)


def check_designer(network: Network) -> None:
    """Refuse a network without a prior that depends on properties.

    Raises
    ------
    InputError
        For regression alone, and for the plain autoencoder.
    """
    recipe = RECIPES[network.model]
    if recipe.autoencoder and recipe.regression:
        return
    lacks = "prior that depends on properties" if recipe.autoencoder else "latent space"
    able = [name for name, each in RECIPES.items() if each.autoencoder and each.regression]
    raise InputError(
        f"Network {network.model} has no {lacks}, so it cannot design; name one of "
        f"{', '.join(able)}."
    )


def wanted_values(
    network: Network, material: Mapping[str, Any], wanted_gpa: Mapping[str, float]
) -> np.ndarray:
    """Order the wanted values as the network has its properties, float64 ``(properties,)``.

    A warning is given for a value outside the range of the training structures: the network
    extrapolates there, and the material may have no such structure.

    Raises
    ------
    InputError
        If a value is missing, is not a property of the network, is not finite, or is not above 0
        while those of all training structures are.
    """
    names, ranges = network.properties, material["ranges"]
    missing = [name for name in names if name not in wanted_gpa]
    unknown = [name for name in wanted_gpa if name not in names]
    if missing or unknown:
        fault = f"no {missing[0]} is wanted" if missing else f"{unknown[0]} is wanted"
        raise InputError(
            f"{fault}, but the network predicts {', '.join(names)}; give "
            f"{'each of them' if len(names) > 1 else 'that'} and nothing else, or name another "
            "network."
        )
    for name in names:
        value, (low, _) = wanted_gpa[name], ranges[name]
        if not np.isfinite(value) or value <= 0 < low:
            raise InputError(f"{name} is {value:g}; give a stiffness above 0 in GPa.")
        if warning := outside(name, value, ranges):
            log.warning("%s", warning)
    return np.array([wanted_gpa[name] for name in names], np.float64)


def draw_latents(
    prior: Mixture, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw latents from the mixture of one item.

    Each component gets its share of the draws, to within one draw, so that a few candidates show
    every kind of structure.

    Returns
    -------
    Latents, float32 of shape ``(count, latent)``, and the component of each, ``(count,)``.
    """
    uniforms = (np.arange(count) + rng.random(count)) / count
    components = np.searchsorted(_weights(prior).cumsum()[:-1], uniforms)
    means = prior.means[0].cpu().numpy()[components]
    spreads = (prior.log_variances[0] / 2).exp().cpu().numpy()[components]
    normals = rng.standard_normal(means.shape)
    return (means + spreads * normals).astype(np.float32), components


def _warn_of_errors(predicted: np.ndarray, solved: np.ndarray) -> None:
    """Warn if the network's predictions for its candidates are wrong."""
    percent = 100 * float(np.median(relative_errors(predicted, solved)))
    if percent > WRONG_PERCENT:
        log.warning(
            "The network's predictions are off by %.0f %% (median) for these candidates: its "
            "training set has few such structures. Trust the solved values, or ask for a "
            "stiffness that more training structures have",
            percent,
        )


def _weights(prior: Mixture) -> np.ndarray:
    """Return the weights of the components of one item, ``(k,)``."""
    return prior.log_weights[0].double().exp().cpu().numpy()


def as_text(table: pd.DataFrame, properties: Sequence[str]) -> str:
    """Write the table of a design for a terminal.

    With what the network predicts, for one property; after refinement, with what that reached.
    """
    columns = ["rank", "error_percent", *properties]
    if len(properties) == 1:
        columns += [f"predicted_{properties[0]}", f"predicted_{properties[0]}_sd"]
    if "refined_error_percent" in table:
        columns += ["refined_error_percent", *(f"refined_{name}" for name in properties)]
    columns += ["volume_fraction", "component", "weight"]
    return str(table[columns].to_string(index=False, float_format="{:.3g}".format))
