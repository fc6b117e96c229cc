"""What an analysis says in words; what speaks against its numbers comes first."""

import numpy as np

from pspflow.io.textures import Orientations
from pspflow.mechanics import PARAMETER_NAMES
from pspflow.mechanics.plasticity.tension import TOLERANCE
from pspflow.studies.texture.analysis.measured import Analysis
from pspflow.studies.texture.analysis.plastic import Plastic

LEAST_DEG = 0.1
"""Asymmetry that is none, whatever the ruler: angles of files are rounded."""
USUAL = (0, 9, 18)
"""Where 0, 45 and 90° stand in `ANGLES_DEG`."""
STRONG = 2.0
"""Fraction of a component over that of a random texture beyond which it is named."""


def warnings_of(texture: Orientations, found: Analysis) -> list[str]:
    """Say what limits the numbers."""
    said = [f"To check: {doubt}." for doubt in texture.doubts]
    for name, sheet in (("as measured", found.as_given), ("symmetrised", found.symmetric)):
        said += [f"Texture {name}: {failure}" for failure in sheet.failures]
    return [*said, _left_out(texture), _error(texture, found), _asymmetry(found)]


def results_of(found: Analysis) -> list[str]:
    """Say what the texture is and does."""
    said = [
        f"The texture index is {found.texture_index:.3g} (1 for a random texture), by the terms up "
        "to l = 12; those beyond would add to it.",
        _components(found),
        f"The mean Taylor factor for tension along X is {found.mean_taylor_factor:.3f} "
        f"({found.random_taylor_factor:.3f} for a random texture), in the rate-insensitive limit "
        "with equal lateral strains.",
    ]
    for name, sheet in (("as measured", found.as_given), ("symmetrised", found.symmetric)):
        if not np.isnan(sheet.tension.r_value[list(USUAL)]).any():
            said.append(_r_values(name, sheet))
    difference = np.abs(found.symmetric.parameters - found.as_given.parameters)
    if np.isfinite(difference).all():
        most = int(difference.argmax())
        said.append(
            "Symmetrising does not change the anisotropy parameters."
            if difference[most] < TOLERANCE
            else "Symmetrising changes the anisotropy parameters by "
            f"{np.sqrt(np.square(difference).mean()):.2g} (root mean square), and "
            f"{PARAMETER_NAMES[most]} most, by {difference[most]:.2g}."
        )
    if found.sample is not None:
        sample = found.sample
        said.append(
            f"Plasticity is that of {len(sample.weights):,} points of equal weight, chosen to have "
            f"the texture of all: their ODF differs by {sample.reached.coefficients:.2g} mrd (root "
            f"mean square up to l = 12), that of as many random points by "
            f"{sample.ruler.coefficients:.2g}."
        )
    return said


def _left_out(texture: Orientations) -> str:
    count, out = len(texture), sum(texture.left_out.values())
    if not out:
        return f"All {count:,} points are used."
    reasons = ", ".join(f"{number:,} {reason}" for reason, number in texture.left_out.items())
    return f"{count:,} of {count + out:,} points are used; left out: {reasons}."


def _error(texture: Orientations, found: Analysis) -> str:
    effective = found.effective_points
    weighed = f", worth {effective:,.0f} of equal weight," if effective < len(texture) - 0.5 else ""
    return (
        f"If each of the {len(texture):,} points{weighed} were an independent grain, the ODF up to "
        f"l = 12 would be right to ±{found.odf_error:.2g} mrd (root mean square; it deviates from "
        f"random by {np.sqrt(found.texture_index - 1):.2g}). Points of one grain are not "
        "independent: the error is larger in a map."
    )


def _asymmetry(found: Analysis) -> str:
    apart, ruler = np.rad2deg(found.asymmetry)
    fact = (
        f"grains must turn by {apart:.1f}° on average to meet the orthorhombic texture, and by up "
        f"to {ruler:.1f}° where the same grains are turned at random by the specimen's symmetry"
    )
    if apart > ruler + LEAST_DEG:
        return (
            f"The texture is not orthorhombic: {fact}. Coefficients, ODF and all that is called "
            "symmetrised do not show this; check the alignment of the specimen's axes."
        )
    return f"No deviation from orthorhombic symmetry is seen: {fact}."


def _components(found: Analysis) -> str:
    ratios = {name: each / found.random_fractions[name] for name, each in found.fractions.items()}
    strong = sorted((n for n in ratios if ratios[n] >= STRONG), key=lambda n: -ratios[n])
    if not strong:
        return f"No standard component has {STRONG:g} times its fraction in a random texture."
    named = ", ".join(
        f"{name} {100 * found.fractions[name]:.1f} % ({ratios[name]:.1f} times random)"
        for name in strong
    )
    return f"Strong components, within 15°: {named}."


def _r_values(name: str, sheet: Plastic) -> str:
    zero, middle, end = (_number(sheet.tension.r_value[place]) for place in USUAL)
    means = (
        f": mean {_number(sheet.mean_r_value)}, planar anisotropy Δr "
        f"{_number(sheet.planar_anisotropy)}"
        if np.isfinite(sheet.mean_r_value)
        else " (∞: the thickness does not change)"
    )
    return (
        f"The r-values at 0, 45 and 90° of the texture {name} are {zero}, {middle} and "
        f"{end}{means}."
    )


def _number(value: float) -> str:
    # adding 0 takes the sign from what is rounded to 0
    return "∞" if np.isinf(value) else f"{round(float(value), 2) + 0:.2f}".replace("-", "−")
