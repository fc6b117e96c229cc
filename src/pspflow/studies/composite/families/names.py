"""Names of the families in the report."""

from typing import Final

GAUSSIAN: Final = "all"
"""The set of cut Gaussian fields, which the other sets are compared with."""


def family_of(name: str) -> str:
    """Name the family of a set: set `all` is that of cut Gaussian fields."""
    return "gaussian" if name == GAUSSIAN else name
