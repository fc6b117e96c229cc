"""Designs for one target: textures drawn by the flow, and those that retrieval finds."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
import torch

from pspflow.errors import InputError
from pspflow.logs import log
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.mechanics.texture import symmetrise, texture_index
from pspflow.models.texture.posterior import Posterior
from pspflow.seeds import generator
from pspflow.studies.texture.design.completion import completed
from pspflow.studies.texture.design.models import Models, nearest_distances
from pspflow.studies.texture.design.quantities import (
    Floats,
    errors_percent,
    values_of,
)
from pspflow.studies.texture.design.reach import Reach, check_reach, label, reachable
from pspflow.studies.texture.design.realisation import in_hull, realised
from pspflow.studies.texture.design.targets import NO_TEXTURE, Target
from pspflow.studies.texture.loop.round_trips import parameters_of
from pspflow.studies.texture.textures.store import Grains

Origin = Literal["design", "retrieved", "observed"]
"""A texture of the flow; of the pool, by the forward model's prediction; of the observed ones."""
ORIGINS: Final[tuple[Origin, ...]] = get_args(Origin)
FAR_PERCENT: Final = 10.0
"""Error of the nearest texture of the pool above which a target is called far from it."""
SUMMARY: Final = ["target", "origin", "rank", "predicted_error_percent", "checked_error_percent"]
"""Columns of `table_of` that a log shows."""


class Texture(NamedTuple):
    """A texture that may answer a target."""

    target: str
    origin: Origin
    coefficients: Floats
    """36, of `grains`."""
    grains: Grains
    """Orientations, the symmetry of the specimen applied."""
    predicted: Floats
    """What the forward model predicts, 54."""
    predicted_error_percent: float
    """Of that, on what is wanted."""
    texture: int = NO_TEXTURE
    """Row of the pool, -1 for a design."""
    hull_distance: float = 0.0
    """How far what the flow drew lies from every texture."""
    moved_distance: float = 0.0
    """How far the design is from what the flow drew, at a place that orientations exist for."""


class Proposed(NamedTuple):
    """Textures for one target, before they are checked."""

    textures: list[Texture]
    """Designs, retrieved ones, and the nearest observed one, each kind the best first."""
    outputs: Floats
    """Whole sets of outputs that the flow was given, `candidates x 35`."""
    reach: Reach
    """What the pool reaches."""
    outside: int
    """Candidates that no texture has, and that were moved to the nearest one."""


def propose(
    target: Target, models: Models, pool: Posterior, candidates: int, designs: int, seed: int
) -> Proposed:
    """Draw textures for a target, rank them by the forward model, and retrieve others.

    Parameters
    ----------
    target
        What is wanted.
    models
        Forward and inverse model.
    pool
        Predictions of the forward model for the textures of the pool.
    candidates
        Textures that the flow draws.
    designs
        The best of them, which become orientations; as many are retrieved.
    seed
        Seed of the run.

    Raises
    ------
    UnreachableError
        If no texture comes near what is wanted.
    """
    rng = generator(seed, "texture design", target.name)
    reach = reachable(target, pool, rng)
    if target.kind != "test":
        check_reach(target, reach)
        _say(target, reach)
    outputs = completed(target, pool, candidates, rng)
    drawn = _draw(models, outputs, int(rng.integers(2**32)), target)
    hull = [in_hull(each) for each in drawn]
    outside = sum(each.distance > 0 for each in hull)
    inside = np.array([each.coefficients for each in hull])
    order = np.argsort(_errors(target, _predict(models, inside)), kind="stable")[:designs]
    made = []
    for place in order:
        texture = realised(inside[place])
        moved = float(np.hypot(hull[place].distance, texture.moved))
        grains = Grains(*symmetrise(texture.orientations, texture.weights))
        made.append((texture.coefficients, grains, hull[place].distance, moved))
    again = _predict(models, np.array([each[0] for each in made]))
    textures = [
        Texture(target.name, "design", at, grains, row, float(error), NO_TEXTURE, away, moved)
        for (at, grains, away, moved), row, error in zip(
            made, again, _errors(target, again), strict=True
        )
    ]
    textures += _retrieved(target, models, pool, designs)
    log.info(
        "%s: %d of %d candidates lie outside the hull of single crystals, by %.3g at most, and are "
        "moved to the nearest texture; predicted error of the best design %.1f %%, of the nearest "
        "texture of the pool %.1f %%",
        target.name,
        outside,
        len(hull),
        max(each.distance for each in hull),
        min(each.predicted_error_percent for each in textures if each.origin == "design"),
        reach.texture_error_percent,
    )
    return Proposed(textures, outputs, reach, outside)


def table_of(
    textures: Sequence[Texture],
    targets: Mapping[str, Target],
    checked: Floats,
    failures: Mapping[int, str],
    models: Models,
) -> pd.DataFrame:
    """Make the table of designs, ranked by the checked error, or where there is none the predicted.

    Parameters
    ----------
    textures
        Textures of all targets, `n`.
    targets
        Targets by name.
    checked
        What the ground truth says, `n x 54`, NaN where there is none.
    failures
        Why there is none, by the place of a texture.
    models
        Models that the textures are from.

    Returns
    -------
    One row per texture, `place` its place in `textures`: target, origin, rank (from 1, within the
    two), texture, predicted_error_percent, checked_error_percent, hull_distance, moved_distance,
    texture_index, observed_distance (to the nearest observed texture), failure, the 54 parameters
    as checked, and as predicted_NAME.
    """
    coefficients = np.array([each.coefficients for each in textures])
    errors = [
        _errors(targets[each.target], row[None])[0] if np.isfinite(row).all() else np.nan
        for each, row in zip(textures, checked, strict=True)
    ]
    table = pd.DataFrame(
        {
            "place": np.arange(len(textures)),
            "target": [each.target for each in textures],
            "origin": [each.origin for each in textures],
            "rank": 0,
            "texture": [each.texture for each in textures],
            "predicted_error_percent": [each.predicted_error_percent for each in textures],
            "checked_error_percent": np.array(errors, np.float64),
            "hull_distance": [each.hull_distance for each in textures],
            "moved_distance": [each.moved_distance for each in textures],
            "texture_index": texture_index(coefficients),
            "observed_distance": nearest_distances(coefficients, models.observed_coefficients),
            "failure": [failures.get(place, "") for place in range(len(textures))],
            **dict(zip(PARAMETER_NAMES, checked.T, strict=True)),
            **dict(
                zip(
                    (f"predicted_{name}" for name in PARAMETER_NAMES),
                    np.array([each.predicted for each in textures]).T,
                    strict=True,
                )
            ),
        }
    )
    order = {name: place for place, name in enumerate(targets)}
    table = table.assign(
        of=table["target"].map(order), by=table["origin"].map(ORIGINS.index)
    ).sort_values(
        ["of", "by", "checked_error_percent", "predicted_error_percent"],
        kind="stable",
        ignore_index=True,
    )
    table = table.drop(columns=["of", "by"])
    table["rank"] = table.groupby(["target", "origin"], sort=False).cumcount() + 1
    return table


def _say(target: Target, reach: Reach) -> None:
    """Say what is completed, and what is far from the pool."""
    if not target.whole:
        wanted = ", ".join(f"{label(name)} {value:g}" for name, value in target.wanted.items())
        log.info(
            "%s: wanted is %s; everything else is completed from the distribution of the pool",
            target.name,
            wanted,
        )
    if reach.texture_error_percent > FAR_PERCENT:
        log.warning(
            "%s: the nearest texture of the pool has a predicted error of %.0f %%; designs leave "
            "what the models know",
            target.name,
            reach.texture_error_percent,
        )


def _draw(models: Models, outputs: Floats, seed: int, target: Target) -> Floats:
    """Draw a texture for each set of outputs: coefficients, `n x 36`."""
    with torch.no_grad():
        given = torch.from_numpy(outputs).to(models.flow.texture_mean)
        drawn = models.flow.sample(given, 1, seed=seed)[:, 0].double().cpu().numpy()
    usable = np.isfinite(drawn).all(axis=1)
    if not usable.all():
        log.warning(
            "%s: %d of %d candidates of the flow are no finite numbers and are left out",
            target.name,
            (~usable).sum(),
            len(drawn),
        )
    if not usable.any():
        raise InputError(
            f"Target {target.name}: it lies so far from what the flow was trained on that no "
            "candidate is finite; wish for less."
        )
    return np.asarray(drawn[usable], np.float64)


def _predict(models: Models, coefficients: Floats) -> Floats:
    return parameters_of(models.process.predict(coefficients).mean())


def _errors(target: Target, parameters: Floats) -> Floats:
    return errors_percent(values_of(target.names, parameters), target.numbers)


def _retrieved(target: Target, models: Models, pool: Posterior, designs: int) -> list[Texture]:
    """Find the nearest textures of the pool as predicted, and the nearest observed one."""
    predicted = parameters_of(pool.mean())
    errors = _errors(target, predicted)
    found: list[tuple[Origin, int]] = [
        ("retrieved", int(texture)) for texture in np.argsort(errors, kind="stable")[:designs]
    ]
    nearest = _errors(target, models.parameters).argmin()
    found.append(("observed", int(models.observed[nearest])))
    return [
        Texture(
            target.name,
            origin,
            models.pool.coefficients[texture],
            models.pool.symmetric_grains(texture),
            predicted[texture],
            float(errors[texture]),
            texture,
        )
        for origin, texture in found
    ]
