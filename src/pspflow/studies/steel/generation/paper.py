"""What the steel paper gives of generated chips (tables I and II), and the aims of this study."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from pspflow.studies.steel.images.options import RATES

FRACTION, PATH = "ferrite fraction", "mean free path"
MEAN, VARIANCE = "mean", "variance"


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


def _row(training: tuple[float, ...], generated: tuple[float, ...]) -> Mapping[str, Pair]:
    return dict(zip(RATES, map(Pair, training, generated), strict=True))


VALUES: Final[Mapping[tuple[str, str], Mapping[str, Pair]]] = {
    (FRACTION, MEAN): _row((73.4, 68.8, 66.2, 63.4), (74.4, 68.6, 64.1, 60.3)),
    (FRACTION, VARIANCE): _row((15.8, 13.9, 29.3, 50.3), (14.9, 14.3, 25.8, 30.0)),
    (PATH, MEAN): _row((6.50, 4.49, 3.88, 3.64), (7.54, 5.26, 4.65, 4.50)),
    (PATH, VARIANCE): _row((0.857, 0.346, 0.361, 0.528), (1.03, 0.398, 0.365, 0.543)),
}
"""Quantity and moment, domain, the values: in %, %², µm and µm²; 1,000 chips each."""
CHIPS: Final = 1000
FRACTION_AIM_POINTS: Final = 1.5
PATH_AIM_PERCENT: Final = 6.0
"""Largest errors of means that this study aims at, at reference scale."""


def worst_error(quantity: str) -> float:
    """Return the paper's largest error of a mean: percentage points of the fraction, % of path."""
    pairs = VALUES[quantity, MEAN].values()
    return max(abs(each.error if quantity == FRACTION else each.error_percent) for each in pairs)


def papers_domains(domains: Collection[str]) -> bool:
    """Tell whether the domains are the paper's cooling rates: for others it has no values."""
    return set(domains) <= set(RATES)
