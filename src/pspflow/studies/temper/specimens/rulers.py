"""What transferred chips are compared with: names in tables, figures and sentences."""

from typing import Final

REAL: Final = "real chips of the target"
"""What the reading itself reaches."""
SOURCE: Final = "untransferred source"
MATCHED: Final = "source matched in mean and variance"
"""The source's chips, with the grey levels of the target's training chips on average."""
KNOWN: Final = "true values of the source"
"""What follows from the source's true values alone: more is not in any transfer's reach."""
RULERS: Final = (SOURCE, MATCHED, KNOWN, REAL)
