"""Where the ground truth departs from the paper's: what it does, what runs here, and why."""

import pandas as pd

from pspflow.studies.texture.plasticity.options import PlasticityOptions

SLIP = {"fcc": "fcc {111}<110>", "bcc": "bcc {110}<111> and {112}<111>"}


def departures(options: PlasticityOptions) -> pd.DataFrame:
    """Tabulate the departures from the paper: `what`, `paper`, `here`, `why`."""
    rows = [
        *(_of_taylor(options) if options.source == "taylor" else _of_others(options)),
        (
            "textures that are computed",
            "not stated",
            "made orthorhombic: each orientation and its three equivalents",
            "coefficients describe the orthorhombic texture, so parameters are of that texture",
        ),
        (
            "outputs that are modelled",
            "54",
            "35; the others follow from them",
            "the stress in X is 1, and volume is conserved",
        ),
    ]
    return pd.DataFrame(rows, columns=["what", "paper", "here", "why"])


def _of_taylor(options: PlasticityOptions) -> list[tuple[str, str, str, str]]:
    return [
        (
            "plasticity model",
            "crystal plasticity simulations, described elsewhere (its reference 57)",
            "Taylor model, rigid-plastic: all grains share one strain rate, and the mean stress "
            "is uniaxial",
            "the paper's text has neither code nor constants",
        ),
        (
            "slip systems",
            "not stated",
            SLIP[options.taylor.slip],
            "option taylor.slip",
        ),
        (
            "rate sensitivity m",
            "not stated",
            f"{options.taylor.rate_sensitivity:g}",
            "option taylor.rate_sensitivity",
        ),
        (
            "hardening and elasticity",
            "not stated",
            "none",
            "the plastic work is small, and textures do not turn in it",
        ),
        (
            "plastic work in each direction",
            "0.4 MPa",
            "cancels",
            "without hardening, neither ratios of stresses nor normalised increments depend on it",
        ),
    ]


def _of_others(options: PlasticityOptions) -> list[tuple[str, str, str, str]]:
    where = "your table" if options.source == "table" else f"your class {options.python}"
    return [
        (
            "plasticity model",
            "crystal plasticity simulations, described elsewhere (its reference 57)",
            where,
            f"plasticity.source is '{options.source}'",
        )
    ]
