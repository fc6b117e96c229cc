"""Labels and captions of cubes: what figures of networks and of inverse design share."""

from typing import Final

from pspflow.studies.composite.networks.recipes import label_of

OBSERVED: Final = "observed"
"""Name of the structures themselves among models and variants."""
AXIS_NAMES: Final = "xyz"


def stiffness_caption(c11_gpa: float, volume_fraction: float) -> str:
    """Write the stiffness and the volume fraction of a structure on two lines."""
    return f"{three_digits(c11_gpa)} GPa\n$v$ = {volume_fraction:.2f}"


def three_digits(value: float) -> str:
    """Write three digits, zeros included."""
    return f"{value:#.3g}".removesuffix(".")


def wrapped_label(model: str) -> str:
    """Write the label of a model in short lines."""
    return label_of(model).replace(", ", ",\n").replace(" + ", "\n+ ")
