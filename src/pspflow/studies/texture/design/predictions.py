"""Anisotropy of a user's textures: predicted with its uncertainty, and checked if asked for."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.errors import InputError, raise_problems
from pspflow.io.sheet import read_sheet
from pspflow.logs import log
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.mechanics.texture import (
    coefficients,
    nearest_texture,
    specimen_asymmetry,
    symmetrise,
    texture_index,
)
from pspflow.mechanics.texture.gsh import names
from pspflow.models.texture.multi_output_gp import MultiOutputGP
from pspflow.seeds import generator
from pspflow.studies.texture.design.models import Models, nearest_distances, usual_distance
from pspflow.studies.texture.design.quantities import (
    R_NAMES,
    Floats,
    errors_percent,
    r_values,
)
from pspflow.studies.texture.design.realisation import realised
from pspflow.studies.texture.loop.round_trips import parameters_of
from pspflow.studies.texture.plasticity.truth import GroundTruth
from pspflow.studies.texture.textures.store import Grains

TEXTURE: Final = "texture"
COUNT: Final = len(PARAMETER_NAMES) // 3
"""Number of directions."""
MOST_GRAINS: Final = 5000
"""Orientations that are drawn from a larger texture to check it."""
ASYMMETRIC_DEG: Final = 2.0
"""Asymmetry beyond what sampling alone shows, above which a warning is given."""
MOST_OUTSIDE: Final = 5
"""Textures outside the hull that are named."""


class UsersTexture(NamedTuple):
    """A texture of the user's."""

    name: str
    coefficients: Floats
    """36."""
    grains: Grains | None = None
    """Orientations as they are; None where coefficients were given."""


class Predicted(NamedTuple):
    """What the forward model says of `n` textures."""

    parameters: Floats
    """`n x 54`; NaN where a predicted stress is not positive."""
    deviations: Floats
    """Their standard deviations, of an observation, `n x 54`; 0 for what is 1 by definition."""


def texture_of(name: str, grains: Grains) -> UsersTexture:
    """Describe a user's orientations by their coefficients."""
    return UsersTexture(name, coefficients(*grains), grains)


def read_coefficients(path: Path) -> list[UsersTexture]:
    """Read a table of coefficients: columns C4_11 and so on, and if need be texture, a name.

    Raises
    ------
    InputError
        With file, row and column, if a column is missing or unknown or a cell is no number; or if
        no texture has the coefficients of a row, with its distance from those of textures.
    """
    sheet = read_sheet(path, names(), TEXTURE)
    unknown = [name for name in sheet.columns if name not in {TEXTURE, *names()}]
    if unknown:
        raise InputError(f"{path}: column {unknown[0]!r} is no coefficient; remove it.")
    values = np.full((len(sheet), len(names())), np.nan)
    for place, (row, cells) in enumerate(sheet[names()].iterrows()):
        for column, (name, text) in enumerate(cells.items()):
            with suppress(ValueError):
                values[place, column] = float(text)
            if not np.isfinite(values[place, column]):
                raise InputError(
                    f"{path} row {row}: column {name!r} holds {text!r}; give a finite number."
                )
    labels = sheet[TEXTURE] if TEXTURE in sheet else sheet.index.map("row {}".format)
    points = [nearest_texture(each) for each in values]
    raise_problems(
        [
            f"{path} row {row}: no texture has these coefficients, which lie outside the hull of "
            f"single crystals by {point.distance:.3g} (root mean square of ODFs, multiples of "
            "random); correct them, or use those of the nearest texture."
            for row, point in zip(sheet.index, points, strict=True)
            if not point.inside
        ][:MOST_OUTSIDE]
    )
    return [UsersTexture(str(name), each) for name, each in zip(labels, values, strict=True)]


def predict_parameters(process: MultiOutputGP, textures: Floats) -> Predicted:
    """Predict the anisotropy parameters of textures, with their uncertainty.

    Parameters
    ----------
    process
        The forward model.
    textures
        Coefficients of orthorhombic textures, `n x 36`, inside the hull of single crystals.
    """
    posterior = process.predict(textures)
    means, covariances = posterior.mean(), posterior.covariance()
    parameters = parameters_of(means)
    stresses = COUNT - 1
    varied = np.zeros((len(means), COUNT))
    variances = np.einsum("nhh->nh", covariances)
    varied[:, 1:] = variances[:, :stresses]
    first = variances[:, stresses:]
    # the second increment is -1 / stress less the first: its change follows from both of theirs
    slopes = np.zeros((len(means), COUNT))
    slopes[:, 1:] = 1 / means[:, :stresses] ** 2
    shared = np.zeros((len(means), COUNT))
    shared[:, 1:] = covariances[:, np.arange(stresses), np.arange(stresses + 1, 2 * stresses + 1)]
    second = np.maximum(slopes**2 * varied + first - 2 * slopes * shared, 0)
    lateral = np.stack([first, second], axis=-1).reshape(len(means), -1)
    return Predicted(parameters, np.sqrt(np.concatenate([varied, lateral], axis=1)))


def prediction_table(
    textures: Sequence[UsersTexture],
    models: Models,
    truth: GroundTruth | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Predict a user's textures; say what is asymmetric, and what is far from the pool.

    Parameters
    ----------
    textures
        The textures, `n`.
    models
        Models of a run.
    truth
        What checks them; None: they are not checked.
    seed
        Seed of the samples by which asymmetry is measured and large textures are checked.

    Returns
    -------
    One row per texture: texture, orientations (0 for coefficients), texture_index, asymmetry_deg
    and its ruler asymmetry_of_samples_deg (NaN for coefficients), pool_distance and
    observed_distance (to the nearest texture), extrapolated, the 54 parameters and as NAME_sd their
    standard deviations, r_value_0 to r_value_90; and if they are checked, NAME_checked and
    error_percent.
    """
    values = np.array([each.coefficients for each in textures])
    found = predict_parameters(models.process, values)
    asymmetry = np.array([_asymmetry(each, seed) for each in textures])
    usual = usual_distance(models.pool.coefficients, generator(seed, "texture predict"))
    apart = nearest_distances(values, models.pool.coefficients)
    columns = {
        TEXTURE: [each.name for each in textures],
        "orientations": [0 if each.grains is None else len(each.grains[1]) for each in textures],
        "texture_index": texture_index(values),
        "asymmetry_deg": asymmetry[:, 0],
        "asymmetry_of_samples_deg": asymmetry[:, 1],
        "pool_distance": apart,
        "observed_distance": nearest_distances(values, models.observed_coefficients),
        "extrapolated": apart > usual,
        **dict(zip(PARAMETER_NAMES, found.parameters.T, strict=True)),
        **_suffixed("sd", found.deviations),
        **dict(zip(R_NAMES, r_values(found.parameters).T, strict=True)),
    }
    for name, (given, samples) in zip(columns[TEXTURE], asymmetry, strict=True):
        if given > samples + ASYMMETRIC_DEG:
            log.warning(
                "%s: the texture is not orthorhombic: symmetrising turns its grains by %.1f° on "
                "average, %.1f° more than sampling explains; what is predicted is for the "
                "symmetrised one",
                *(name, given, given - samples),
            )
    for name, distance in zip(columns[TEXTURE], apart, strict=True):
        if distance > usual:
            log.warning(
                "%s: extrapolated: the nearest texture of the pool is %.2g away, and those of the "
                "pool are up to %.2g from each other; compare with --check",
                *(name, distance, usual),
            )
    table = pd.DataFrame(columns)
    return table if truth is None else table.join(_checked(textures, found, truth, seed))


def _checked(
    textures: Sequence[UsersTexture], found: Predicted, truth: GroundTruth, seed: int
) -> pd.DataFrame:
    """Ask the ground truth, and compare."""
    grains = [_symmetric(each, seed) for each in textures]
    answers = truth.parameters(grains, [each.name for each in textures])
    for place, failure in answers.failures.items():
        log.warning("%s: it cannot be checked: %s", textures[place].name, failure)
    errors = [
        float(errors_percent(row[None], true)[0]) if np.isfinite(true).all() else np.nan
        for row, true in zip(found.parameters, answers.parameters, strict=True)
    ]
    return pd.DataFrame({**_suffixed("checked", answers.parameters), "error_percent": errors})


def _symmetric(texture: UsersTexture, seed: int) -> Grains:
    """Return orientations of a texture with the symmetry of the specimen, few enough to check."""
    if texture.grains is None:
        made = realised(texture.coefficients)
        return Grains(*symmetrise(made.orientations, made.weights))
    angles, shares = texture.grains
    if len(shares) > MOST_GRAINS:
        rng = generator(seed, "texture predict", texture.name)
        drawn = rng.choice(len(shares), MOST_GRAINS, p=shares)
        angles, shares = angles[drawn], np.full(MOST_GRAINS, 1 / MOST_GRAINS)
        log.info("%s: %d orientations drawn from it are checked", texture.name, MOST_GRAINS)
    return Grains(*symmetrise(angles, shares))


def _asymmetry(texture: UsersTexture, seed: int) -> tuple[float, float]:
    if texture.grains is None:
        return np.nan, np.nan
    rng = generator(seed, "texture asymmetry", texture.name)
    found = specimen_asymmetry(texture.grains.orientations, rng, texture.grains.weights)
    return float(np.degrees(found.transport_rad)), float(np.degrees(found.ruler_rad))


def _suffixed(suffix: str, values: Floats) -> dict[str, Floats]:
    return {f"{name}_{suffix}": v for name, v in zip(PARAMETER_NAMES, values.T, strict=True)}
