"""What the 54 parameters say about a sheet: yield stresses and r-values, by set of textures."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.studies.texture.plasticity.answers import STRESSES

Floats = NDArray[np.float64]
R_VALUES: Final = {
    0: ("strain1_xy_0", "strain2_xy_0"),
    45: ("strain1_xy_45", "strain2_xy_45"),
    90: ("strain2_yz_0", "strain1_yz_0"),
}
"""Increments along width and thickness of a sheet pulled at these angles to X; at 90° the direction
is Y, whose first lateral axis is Z."""
BANDS: Final = (0.05, 0.5, 0.95)


@refuses_masks
def sheet_values(parameters: Floats) -> dict[str, Floats]:
    """Return quantities of `n` textures by name.

    Parameters
    ----------
    parameters
        `n x 54`.

    Returns
    -------
    Range of the 18 yield stresses (largest less smallest, over that in X), r-values at 0, 45 and
    90°, their mean (r0 + 2 r45 + r90) / 4 and planar anisotropy (r0 - 2 r45 + r90) / 2; infinite
    where the thickness stays.
    """
    stress = parameters[:, :STRESSES]
    r0, r45, r90 = (_r_value(parameters, *names) for names in R_VALUES.values())
    with np.errstate(invalid="ignore"):  # where two of three are infinite
        return {
            "range of yield stresses": np.ptp(stress, axis=1),
            "r-value at 0°": r0,
            "r-value at 45°": r45,
            "r-value at 90°": r90,
            "mean r-value": (r0 + 2 * r45 + r90) / 4,
            "planar anisotropy": (r0 - 2 * r45 + r90) / 2,
        }


def bands(parameters: Mapping[str, Floats]) -> pd.DataFrame:
    """Tabulate the quantities of each set: `set`, `quantity`, 5 %, median and 95 %."""
    rows = []
    for name, values in parameters.items():
        for quantity, found in sheet_values(values).items():
            # no interpolation: it would make no number of two infinite ones
            low, middle, high = np.quantile(found, BANDS, method="inverted_cdf")
            rows.append((name, quantity, float(low), float(middle), float(high)))
    return pd.DataFrame(rows, columns=["set", "quantity", "5 %", "median", "95 %"])


def _r_value(parameters: Floats, width: str, thickness: str) -> Floats:
    across, through = (parameters[:, PARAMETER_NAMES.index(name)] for name in (width, thickness))
    return np.divide(across, through, out=np.full(len(parameters), np.inf), where=through != 0)
