"""The inverse model of an iteration: its training, its likelihoods and its round trips."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pspflow.errors import InputError
from pspflow.mechanics import all_outputs
from pspflow.models.texture.conditional_flow import ConditionalFlow
from pspflow.models.texture.flow_training import train_flow
from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.studies.texture.loop.options import FlowOptions
from pspflow.studies.texture.loop.round_trips import (
    drawn_textures,
    error_summary,
    errors_percent,
    reached_parameters,
)

Floats = NDArray[np.float64]
LOWER = "lower texture.loop.flow.learning_rate"


@dataclass(frozen=True)
class Pairs:
    """Textures with their parameters, by which models are measured."""

    textures: Floats
    """Coefficients, `n x 36`."""
    outputs: Floats
    """Independent outputs, `n x 35`."""


@dataclass(frozen=True)
class Checks:
    """By what the models of every iteration are measured."""

    validation: Pairs
    test: Pairs
    trips: NDArray[np.int64]
    """Places in `test` of the textures whose round trip is made."""
    samples: int
    """Textures drawn for each of them."""


@dataclass(frozen=True)
class Flow:
    """How a flow is made and trained."""

    seed: int
    options: FlowOptions
    device: torch.device


def spread_over(count: int, wanted: int) -> NDArray[np.int64]:
    """Choose places (n,) that are evenly spread over a set, all where there are fewer."""
    return np.linspace(0, count - 1, min(wanted, count)).round().astype(np.int64)


def trained_flow(
    how: Flow,
    pool: Floats,
    properties: Callable[[int], Floats],
    before: ConditionalFlow | None = None,
) -> tuple[ConditionalFlow, dict[str, Any]]:
    """Train a flow (steps 2 and 3 of the paper's loop).

    Parameters
    ----------
    how
        Seed, options and device.
    pool
        Coefficients of the textures, `n x 36`.
    properties
        Their outputs in an epoch, `n x 35`.
    before
        A trained flow to go on from, which is changed; without it, a new one is trained.

    Returns
    -------
    flow, sizes
        The flow, and the arguments that make one of its size.

    Raises
    ------
    InputError
        If the training diverges.
    """
    options, first = how.options, torch.from_numpy(properties(0)).to(how.device)
    sizes = {
        "coefficients": pool.shape[1],
        "properties": first.shape[1],
        "blocks": options.blocks,
        "width": options.width,
    }
    if before is None:
        flow = ConditionalFlow(**sizes, seed=how.seed).to(how.device)
        flow.standardise(torch.from_numpy(pool).to(how.device), first)
    else:
        flow = before
        flow.restandardise(first)
    try:
        train_flow(
            flow,
            pool,
            properties,
            epochs=options.epochs if before is None else options.warm_epochs,
            batch_size=options.batch_size,
            learning_rate=options.learning_rate,
            final_rate=options.final_rate,
            seed=how.seed,
        )
    except FloatingPointError as error:
        raise InputError(f"The training of the flow diverged ({error}); {LOWER}.") from error
    return flow, sizes


def checked(
    flow: ConditionalFlow, model: MultiOutputGP, checks: Checks, seed: int
) -> tuple[dict[str, float | int], NDArray[np.float32]]:
    """Measure the models of an iteration.

    Returns
    -------
    measures, samples
        By name; and the textures that were drawn, `n x count x 36`.

    Raises
    ------
    InputError
        If a likelihood is not finite.
    """
    measures: dict[str, float | int] = {}
    for name, pairs in (("validation", checks.validation), ("test", checks.test)):
        textures, outputs = (
            torch.from_numpy(each).to(flow.texture_mean) for each in (pairs.textures, pairs.outputs)
        )
        found = flow.likelihood(textures, outputs)
        if not math.isfinite(found.per_point):
            raise InputError(
                f"The log-likelihood of the {name} textures is {found.per_point}: the flow did not "
                f"train; {LOWER}."
            )
        measures[f"{name}_per_point"] = found.per_point
        measures[f"{name}_per_dimension"] = found.per_dimension
        measures[f"{name}_loss_per_dimension"] = found.loss_per_dimension
    wanted = checks.test.outputs[checks.trips]
    samples = drawn_textures(flow, wanted, checks.samples, seed)
    reached = reached_parameters(model, samples)
    errors = errors_percent(reached.parameters, all_outputs(wanted))
    measures["own_error_mean"], measures["own_error_95"] = error_summary(errors)
    measures["samples_left_out"] = int(reached.left_out.sum())
    measures["trips_without_error"] = int(np.isnan(errors).sum())
    return measures, samples
