"""What the paper reports of its textures, beside our own numbers. Facts alone."""

from typing import Final

SINGLE_CRYSTALS: Final = 13_408
POLYCRYSTALS: Final = 61_482
"""Paper, section 2.2: textures of the data set."""
COUNTS: Final = {"pool": 54_480, "validation": 50, "test": 20_000}
"""Paper, sections 3.3 and 4: textures of each set."""
COEFFICIENTS: Final = 38
"""Paper, section 2.1: terms of the series up to l = 12."""
