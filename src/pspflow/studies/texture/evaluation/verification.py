"""Round trips that the ground truth checks: drawn coefficients, orientations, plasticity.

The models know coefficients alone, the ground truth needs orientations. Those of maximum entropy
stand for the coefficients; what it knows of the rest of a texture (labels depend on more than
l = 12) is lost, so that even a texture's own coefficients do not give its label: that is the floor.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.mechanics import PARAMETER_NAMES
from pspflow.mechanics.texture import (
    MaximumEntropyError,
    maximum_entropy_texture,
    nearest_texture,
    symmetrise,
)
from pspflow.studies.texture.loop.round_trips import errors_percent
from pspflow.studies.texture.plasticity.truth import GroundTruth
from pspflow.studies.texture.textures.store import Grains

Floats = NDArray[np.float64]
OWN_COEFFICIENTS: Final = "own coefficients"
"""In place of an arm: the test texture's coefficients, and not those of a flow."""
COUNTS: Final = (1_000, 4_000)
"""Orientations of maximum entropy: four times as many where the first are too few. Fewer take less
time; both give parameters about 1 % from the label."""
MAXIMUM_ENTROPY, FEW_CRYSTALS = "maximum entropy", "few crystals"
"""Where the orientations come from: the latter where the former does not converge."""


class Realised(NamedTuple):
    """A texture with given coefficients, or with the nearest that there are."""

    grains: Grains
    """Orthorhombic."""
    hull_distance: float
    """Between the coefficients that were given and those of the texture: 0 inside the hull."""
    method: str


def realise(coefficients: Floats) -> Realised:
    """Make orientations of coefficients `36`, which are moved into the hull where outside."""
    point = nearest_texture(coefficients)
    wanted = coefficients if point.inside else point.coefficients
    distance = 0.0 if point.inside else point.distance
    for count in COUNTS:
        try:
            smooth = maximum_entropy_texture(wanted, count)
        except MaximumEntropyError:
            continue
        grains = Grains(*symmetrise(smooth.orientations, smooth.weights))
        return Realised(grains, distance, MAXIMUM_ENTROPY)
    few = Grains(*symmetrise(point.orientations, point.weights))
    return Realised(few, distance, FEW_CRYSTALS)


def verify(
    truth: GroundTruth, drawn: pd.DataFrame, coefficients: Floats, wanted: Floats
) -> pd.DataFrame:
    """Compute the parameters of drawn textures with the ground truth.

    Parameters
    ----------
    truth
        The ground truth.
    drawn
        What each is drawn for: arm, texture (row of the test set), sample.
    coefficients
        Of each, `n x 36`.
    wanted
        Parameters that each was drawn for, `n x 54`.

    Returns
    -------
    The rows of `drawn` with hull_distance, method, failure, error_percent (NaN where the ground
    truth failed), and wanted_* and reached_*, 54 each.
    """
    made = [realise(each) for each in coefficients]
    names = [f"{row.arm}_{row.texture}_{row.sample}" for row in drawn.itertuples()]
    answers = truth.parameters([each.grains for each in made], names)
    failures = [answers.failures.get(place, "") for place in range(len(made))]
    found = np.where(np.array(failures)[:, None] == "", answers.parameters, np.nan)
    return pd.concat(
        [
            drawn.reset_index(drop=True),
            pd.DataFrame(
                {
                    "hull_distance": [each.hull_distance for each in made],
                    "method": [each.method for each in made],
                    "failure": failures,
                    "error_percent": errors_percent(found, wanted),
                }
            ),
            parameter_columns("wanted", wanted),
            parameter_columns("reached", found),
        ],
        axis=1,
    )


def parameter_columns(kind: str, parameters: Floats) -> pd.DataFrame:
    """Return parameters `n x 54` as columns KIND_NAME."""
    return pd.DataFrame(parameters, columns=columns(kind))


def columns(kind: str) -> Sequence[str]:
    """Name the columns of all parameters: KIND_NAME."""
    return [f"{kind}_{name}" for name in PARAMETER_NAMES]


def verified_errors(verified: pd.DataFrame) -> pd.DataFrame:
    """Summarise checked round trips by arm.

    Returns
    -------
    arm, textures, drawn, failures, few_crystals, outside (numbers of drawn textures), error_percent
    (of the mean over the samples of each texture, as of a round trip), of_one_percent (of single
    drawn textures); both are means over test textures.
    """
    rows = []
    for arm, part in verified.groupby("arm", sort=False):
        known = part[part["failure"] == ""]
        mean = known.groupby("texture")[[*columns("wanted"), *columns("reached")]].mean()
        wanted, found = (mean[columns(kind)].to_numpy() for kind in ("wanted", "reached"))
        errors = errors_percent(found, wanted)
        rows.append(
            {
                "arm": arm,
                "textures": len(mean),
                "drawn": len(part),
                "failures": len(part) - len(known),
                "few_crystals": int((part["method"] == FEW_CRYSTALS).sum()),
                "outside": int((part["hull_distance"] > 0).sum()),
                "error_percent": float(errors.mean()) if len(errors) else float("nan"),
                "of_one_percent": float(known["error_percent"].mean()),
            }
        )
    return pd.DataFrame(rows)
