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
    coefficient_distance,
    first_smooth_texture,
    nearest_texture,
    symmetrise,
)
from pspflow.studies.texture.loop.round_trips import errors_percent
from pspflow.studies.texture.plasticity.truth import GroundTruth
from pspflow.studies.texture.textures.store import Grains

Floats = NDArray[np.float64]
OWN_COEFFICIENTS: Final = "own coefficients"
"""In place of an arm: the test texture's coefficients, and not those of a flow."""
MAXIMUM_ENTROPY, FEW_CRYSTALS = "maximum entropy", "few crystals"
"""Where the orientations come from: the latter where the former does not converge."""
KEPT: Final = (0.98, 0.95, 0.9)
"""What is left of coefficients on the hull, where only sharp crystals are: as if so much of a
random texture were mixed in. The first for which maximum entropy converges."""


class Realised(NamedTuple):
    """A texture with given coefficients, or with the nearest that there are."""

    grains: Grains
    """Orthorhombic."""
    hull_distance: float
    """Of the coefficients that were given from the hull; 0 inside."""
    moved: float
    """Between the coefficients that were given and those of the texture, as in `HullPoint`."""
    method: str


def realise(coefficients: Floats) -> Realised:
    """Make orientations of coefficients `36`, which are moved into the hull where outside."""
    point = nearest_texture(coefficients)
    tries = [coefficients] if point.inside else []
    tries += [share * point.coefficients for share in KEPT]
    try:
        smooth, wanted = first_smooth_texture(tries)
    except MaximumEntropyError:
        few = Grains(*symmetrise(point.orientations, point.weights))
        return Realised(few, point.outside, point.distance, FEW_CRYSTALS)
    grains = Grains(*symmetrise(smooth.orientations, smooth.weights))
    moved = float(coefficient_distance(coefficients, wanted))
    return Realised(grains, point.outside, moved, MAXIMUM_ENTROPY)


class Drawn(NamedTuple):
    """Textures that are checked."""

    rows: pd.DataFrame
    """What each is drawn for: arm, texture (row of the test set), sample."""
    coefficients: Floats
    """`n x 36`."""
    wanted: Floats
    """Parameters that each was drawn for, `n x 54`."""
    predicted: Floats
    """What the arm's forward model says of each, `n x 54`; NaN where nothing."""


def verify(truth: GroundTruth, drawn: Drawn) -> pd.DataFrame:
    """Compute the parameters of drawn textures with the ground truth.

    Returns
    -------
    The rows of `drawn` with hull_distance, moved, method, failure, error_percent (NaN where the
    ground truth failed), and wanted_*, predicted_* and reached_*, 54 each.
    """
    made = [realise(each) for each in drawn.coefficients]
    names = [f"{row.arm}_{row.texture}_{row.sample}" for row in drawn.rows.itertuples()]
    answers = truth.parameters([each.grains for each in made], names)
    failures = [answers.failures.get(place, "") for place in range(len(made))]
    found = np.where(np.array(failures)[:, None] == "", answers.parameters, np.nan)
    return pd.concat(
        [
            drawn.rows.reset_index(drop=True),
            pd.DataFrame(
                {
                    "hull_distance": [each.hull_distance for each in made],
                    "moved": [each.moved for each in made],
                    "method": [each.method for each in made],
                    "failure": failures,
                    "error_percent": errors_percent(found, drawn.wanted),
                }
            ),
            parameter_columns("wanted", drawn.wanted),
            parameter_columns("predicted", drawn.predicted),
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
    arm, textures, drawn, failures, few_crystals, outside (numbers of drawn textures), moved (mean,
    in multiples of random), error_percent (of the mean over the samples of each texture, as of a
    round trip), predicted_percent (the same by the arm's forward model, of the same drawn textures
    before they are moved), single_percent (of single drawn textures); means over test textures.
    """
    rows = []
    for arm, part in verified.groupby("arm", sort=False):
        known = part[part["failure"] == ""]
        means = known.groupby("texture")[
            [name for kind in ("wanted", "predicted", "reached") for name in columns(kind)]
        ].mean()
        wanted, predicted, found = (
            means[columns(kind)].to_numpy() for kind in ("wanted", "predicted", "reached")
        )
        rows.append(
            {
                "arm": arm,
                "textures": len(means),
                "drawn": len(part),
                "failures": len(part) - len(known),
                "few_crystals": int((part["method"] == FEW_CRYSTALS).sum()),
                "outside": int((part["hull_distance"] > 0).sum()),
                "moved": float(part["moved"].mean()),
                "error_percent": _mean(errors_percent(found, wanted)),
                "predicted_percent": _mean(errors_percent(predicted, wanted)),
                "single_percent": _mean(known["error_percent"].to_numpy()),
            }
        )
    return pd.DataFrame(rows)


def _mean(errors: Floats) -> float:
    return float(errors.mean()) if len(errors) else float("nan")
