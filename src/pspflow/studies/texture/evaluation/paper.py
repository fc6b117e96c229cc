"""What the paper reports of its models, beside our own numbers: facts alone, with their places."""

from typing import Final

from pspflow.studies.texture.loop.paper import STOP
from pspflow.studies.texture.textures.paper import COUNTS

__all__ = [
    "COMPARABLE",
    "EQUAL",
    "ERRORS_95_PERCENT",
    "FACTORS",
    "LOSSES",
    "MEAN_ERROR_PERCENT",
    "POOL",
    "RANDOM_STARTS",
    "STOP",
    "TEST",
]
COMPARABLE, EQUAL = 14_000, 19_000
"""Appendix C: random observations at which its errors are comparable and equal to those at the
stop; what it counts as comparable is not said."""
FACTORS: Final = (13.0, 18.0)
"""`COMPARABLE` and `EQUAL` over `STOP`, rounded; section 4.1 says 14 to 18."""
LOSSES: Final = {"active": -4.8, "random": -3.5, "full": -5.0}
"""Figure 2: losses of the test set at the stop; how they are normalised is not said."""
ERRORS_95_PERCENT: Final = {"active": 4.2, "random": 32.0}
"""Figures 3 and B.5: error that 95 % of the test textures do not exceed, at the stop."""
MEAN_ERROR_PERCENT: Final = 3.348
"""Appendix C: mean error of the active arm at the stop."""
RANDOM_STARTS: Final = 50
"""Section 4.1: initialisations that its random arm is averaged over."""
POOL, TEST = COUNTS["pool"], COUNTS["test"]
"""Candidates and test textures."""
