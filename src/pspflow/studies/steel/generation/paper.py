"""What the steel paper gives of generated chips (tables I and II), and the aims of this study."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from pspflow.studies.steel.images.paper import FERRITE_PERCENT, MEAN_FREE_PATH_UM, Moments
from pspflow.studies.steel.morphology.moments import FRACTION, MEAN, PATH, VARIANCE


class Pair(NamedTuple):
    """A value of the paper's training chips, and of its generated ones."""

    training: float
    generated: float

    @property
    def error_percent(self) -> float:
        """Generated against training."""
        return 100 * (self.generated / self.training - 1)

    @property
    def error(self) -> float:
        """Generated less training."""
        return self.generated - self.training


def _row(training: Mapping[str, Moments], moment: str, *generated: float) -> Mapping[str, Pair]:
    return {
        rate: Pair(getattr(values, moment), value)
        for (rate, values), value in zip(training.items(), generated, strict=True)
    }


VALUES: Final[Mapping[tuple[str, str], Mapping[str, Pair]]] = {
    (FRACTION, MEAN): _row(FERRITE_PERCENT, MEAN, 74.4, 68.6, 64.1, 60.3),
    (FRACTION, VARIANCE): _row(FERRITE_PERCENT, VARIANCE, 14.9, 14.3, 25.8, 30.0),
    (PATH, MEAN): _row(MEAN_FREE_PATH_UM, MEAN, 7.54, 5.26, 4.65, 4.50),
    (PATH, VARIANCE): _row(MEAN_FREE_PATH_UM, VARIANCE, 1.03, 0.398, 0.365, 0.543),
}
"""Quantity and moment, domain, the values of tables I and II: in %, %², µm and µm²."""
FRACTION_AIM_POINTS: Final = 1.5
PATH_AIM_PERCENT: Final = 6.0
"""Largest errors of means that this study aims at, at reference scale."""


def worst_error(quantity: str) -> float:
    """Return the paper's largest error of a mean: percentage points of the fraction, % of path."""
    pairs = VALUES[quantity, MEAN].values()
    return max(abs(each.error if quantity == FRACTION else each.error_percent) for each in pairs)
