"""What can be wanted of a texture: the 54 anisotropy parameters, and r-values of the sheet.

The r-value is the strain in width over that in thickness. In the plane XY at 0 to 75 degrees, axis
1 of the parameters is the width and axis 2 the thickness; at 90 degrees the direction is that of
plane YZ at 0, whose axis 1 is the thickness Z, and axis 2 the width X.

An r-value runs to infinity where the thickness stays, so that distances are measured in the share
of the width in both lateral strains, r / (1 + r), which runs from 0 to 1.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pspflow.mechanics import PARAMETER_NAMES
from pspflow.studies.texture.design.options import ANGLES_DEG

Floats = NDArray[np.float64]
R_VALUE: Final = "r_value_"
R_NAMES: Final = tuple(f"{R_VALUE}{angle}" for angle in ANGLES_DEG)
"""Names of the r-values by the angle to the rolling direction, in degrees."""
DIRECTIONS: Final = {angle: "yz_0" if angle == 90 else f"xy_{angle}" for angle in ANGLES_DEG}
"""Direction of the parameters at each angle of the sheet."""
STRESS_NAMES: Final = tuple(f"stress_{name}" for name in DIRECTIONS.values())
"""Names of the yield stresses in the plane of the sheet, by angle."""
PLACES: Final = {name: place for place, name in enumerate(PARAMETER_NAMES)}
WIDTHS: Final = tuple(
    PLACES[f"strain{2 if angle == 90 else 1}_{name}"] for angle, name in DIRECTIONS.items()
)
"""Places of the strain in width among the parameters, by angle."""
STRESSES: Final = tuple(PLACES[name] for name in STRESS_NAMES)


def width_shares(parameters: ArrayLike) -> Floats:
    """Return the share of the width in both lateral strains, r / (1 + r).

    Parameters
    ----------
    parameters
        `... x 54`.

    Returns
    -------
    Float64 `... x 7`, by angle: 0 to 1, where neither width nor thickness grow.
    """
    values = np.asarray(parameters, np.float64)
    # lateral strains add up to -1 / stress
    return -values[..., list(WIDTHS)] * values[..., list(STRESSES)]


def r_values(parameters: ArrayLike) -> Floats:
    """Return the r-values of the sheet, `... x 7` by angle, infinite where the thickness stays."""
    return r_of_share(width_shares(parameters))


def r_of_share(share: ArrayLike) -> Floats:
    """Return r of r / (1 + r), any shape: infinite from 1 on, where the thickness stays."""
    part = np.asarray(share, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(part < 1, part / (1 - part), np.inf)


def values_of(names: Sequence[str], parameters: ArrayLike) -> Floats:
    """Return quantities of textures.

    Parameters
    ----------
    names
        Names of parameters and r-values, `k`.
    parameters
        `n x 54`.

    Returns
    -------
    Float64 `n x k`.
    """
    return from_coordinates(names, coordinates_of(names, parameters))


def coordinates_of(names: Sequence[str], parameters: ArrayLike) -> Floats:
    """Return quantities of parameters (..., 54) as distances are measured.

    They are (..., names); r-values are shares of the width.
    """
    values = np.asarray(parameters, np.float64)
    shares = width_shares(values)
    return np.stack(
        [
            shares[..., R_NAMES.index(name)] if name in R_NAMES else values[..., PLACES[name]]
            for name in names
        ],
        axis=-1,
    )


def to_coordinates(names: Sequence[str], values: ArrayLike) -> Floats:
    """Convert values `... x k` of quantities to those that distances are measured in."""
    given = np.asarray(values, np.float64)
    return np.where(_are_r(names), given / (1 + given), given)


def from_coordinates(names: Sequence[str], coordinates: ArrayLike) -> Floats:
    """Convert what `to_coordinates` returns, `... x k`, to values again."""
    given = np.asarray(coordinates, np.float64)
    return np.where(_are_r(names), r_of_share(given), given)


def errors_percent(reached: ArrayLike, wanted: ArrayLike) -> Floats:
    """Return 100 |reached - wanted| / |wanted| over the quantities that are wanted.

    For all 54 parameters it is the paper's error of a round trip (section 4.2).

    Parameters
    ----------
    reached
        `n x k`.
    wanted
        `k`.

    Returns
    -------
    Float64 `n`, infinite where a value is infinite or missing.
    """
    target = np.asarray(wanted, np.float64)
    apart = np.linalg.norm(np.asarray(reached, np.float64) - target, axis=-1)
    return np.nan_to_num(100 * apart / np.linalg.norm(target), nan=np.inf, posinf=np.inf)


def _are_r(names: Sequence[str]) -> NDArray[np.bool_]:
    return np.array([name in R_NAMES for name in names])
