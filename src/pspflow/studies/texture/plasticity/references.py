"""Textures whose answer is known, cube and random, and what they say about the Taylor model."""

import time
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.mechanics import (
    PARAMETER_NAMES,
    SLIP_SYSTEMS,
    anisotropy_parameters,
    taylor_factors,
    yield_stress_and_r_value,
)
from pspflow.mechanics.texture import symmetrise, uniform_orientations
from pspflow.studies.texture.plasticity.answers import STRESSES
from pspflow.studies.texture.plasticity.options import TaylorOptions
from pspflow.studies.texture.plasticity.truth import GroundTruth
from pspflow.studies.texture.textures.store import Grains

CUBE: Final = np.zeros((1, 3))
RANDOM: Final = 500
"""Evenly spread orientations, of which the symmetry of the specimen makes four each."""
MANY: Final = 5000
"""Those of the Taylor factor."""
FACTOR: Final = (3.06, 3.07)
LIMIT: Final = 0.845
"""Literature, rate-insensitive: Taylor factor of a random fcc texture in tension; cube texture at
15° to its edges over that along them."""
SCATTER: Final = {"stress": 0.01, "strain": 0.03}
"""By which 2,000 evenly spread grains may miss isotropy."""
ROUNDING: Final = 2e-3


class References(NamedTuple):
    """Parameters (54,) of textures that others are compared with."""

    random: NDArray[np.float64]
    cube: NDArray[np.float64]


def references(options: TaylorOptions) -> References:
    """Compute the parameters of a random texture and of a perfect cube texture."""
    random, cube = (
        anisotropy_parameters(*grains, slip=options.slip, rate_sensitivity=options.rate_sensitivity)
        for grains in (symmetrise(uniform_orientations(RANDOM)), (CUBE, None))
    )
    return References(random, cube)


def physics_checks(options: TaylorOptions, found: References) -> pd.DataFrame:
    """Compare the Taylor model with the literature and with what is known exactly.

    Parameters
    ----------
    options
        Slip systems and rate sensitivity.
    found
        Parameters of the references.

    Returns
    -------
    One row per check: `check`, `expected`, `here`, and `agrees`: yes, no, or empty where nothing is
    expected. The numbers of the literature are those of fcc.
    """
    m = options.rate_sensitivity
    grains = uniform_orientations(MANY)
    factor = float(taylor_factors(grains, slip=options.slip).mean())
    along = yield_stress_and_r_value(
        *symmetrise(uniform_orientations(RANDOM)), [0.0], slip=options.slip, rate_sensitivity=m
    )
    fcc = options.slip == "fcc"
    low, high = FACTOR
    rows = [
        (
            "Taylor factor of a random texture, m = 0",
            f"{low} to {high}" if fcc else "–",
            f"{factor:.4g}",
            low <= factor <= high if fcc else None,
        ),
        (f"the same at m = {m:g}", "–", f"{along.yield_stress[0]:.4g}", None),
    ]
    for kind, value in (("stress", 1.0), ("strain", -0.5)):
        part = found.random[:STRESSES] if kind == "stress" else found.random[STRESSES:]
        gap = float(np.abs(part - value).max())
        called = "yield stresses" if kind == "stress" else "lateral increments"
        rows.append(
            (
                f"random texture, largest deviation of {called} from {value:g}",
                f"at most {SCATTER[kind]:g}",
                f"{gap:.2g}",
                gap <= SCATTER[kind],
            )
        )
    here, exact = found.cube[PARAMETER_NAMES.index("stress_xy_15")], cube_stress(15, options)
    limit = f"; {LIMIT} in the limit" if fcc else ""
    rows.append(
        (
            f"cube at 15° over 0°, m = {m:g}",
            f"{exact:.4f}, analytic{limit}",
            f"{here:.4f}",
            bool(abs(here - exact) < ROUNDING),
        )
    )
    table = pd.DataFrame(rows, columns=["check", "expected", "here", "agrees"])
    table["agrees"] = [{True: "yes", False: "no"}.get(each, "") for each in table["agrees"]]
    return table


def cube_stress(angle_deg: float, options: TaylorOptions) -> float:
    """Return the yield stress of a cube crystal at an angle to its edge over that along it.

    Exact: the stress is uniaxial, and each system slips at the power 1/m of its Schmid factor. For
    fcc at 15 to 30° and small m it is 4^m (c (c + s))^-(1 + m), of cosine and sine of the angle.
    """
    exponent = round(1 / options.rate_sensitivity)
    rates = []
    for angle in np.radians([angle_deg, 0]):
        along = np.array([np.cos(angle), np.sin(angle), 0])
        factors = along @ SLIP_SYSTEMS[options.slip].schmid_tensors @ along
        rates.append((np.abs(factors) ** (exponent + 1)).sum())
    return float((rates[0] / rates[1]) ** (-1 / exponent))


def milliseconds(truth: GroundTruth, textures: Sequence[Grains], names: Sequence[str]) -> float:
    """Return the median time of one texture in milliseconds; the first one is not counted."""
    spent = []
    for grains, name in zip(textures, names, strict=True):
        started = time.perf_counter()
        truth.parameters([grains], [name])
        spent.append(1000 * (time.perf_counter() - started))
    return float(np.median(spent[1:]))
