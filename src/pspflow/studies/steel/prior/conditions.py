"""Conditions as PixelCNN sees them: logarithm where asked for, centred and scaled."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from pspflow.arrays import refuses_masks
from pspflow.errors import InputError
from pspflow.studies.steel.images.options import Condition
from pspflow.studies.steel.prior.options import Conditioning

PROPERTIES = (
    Condition(column="ferrite_fraction"),
    Condition(column="mean_free_path_px", log=True),
)
"""Conditions of conditioning `properties`; a path cannot be negative and its logarithm is spread
evenly."""
ROUNDING = 1e-6
"""Share of the trained range by which a value may lie outside it unremarked."""


def conditions_of(conditioning: Conditioning, process: Sequence[Condition]) -> list[Condition]:
    """List the columns that a network is conditioned on."""
    return list(process if conditioning == "process" else PROPERTIES)


@dataclass(frozen=True)
class TrainedCondition:
    """A condition with what its training rows fixed."""

    name: str
    """Its column in the sheet or in the table of measures, with its unit."""
    log: bool
    """Whether its natural logarithm is used."""
    centre: float
    """Mean over the training maps, of the logarithm where it is used."""
    scale: float
    """Their standard deviation; 1 where all are alike."""
    low: float
    """Lowest value among the training maps, in the column's unit."""
    high: float
    """Highest value."""

    @classmethod
    @refuses_masks
    def of(cls, condition: Condition, values: np.ndarray) -> Self:
        """Fit the scale of a condition.

        Parameters
        ----------
        condition
            The column.
        values
            (n,) of the training maps, in the column's unit.
        """
        seen = np.log(values) if condition.log else np.asarray(values, np.float64)
        low, high = float(values.min()), float(values.max())
        return cls(
            condition.column,
            condition.log,
            float(seen.mean()),
            # of equal values it is what the mean rounds, which would blow up any other value
            float(seen.std()) if low < high else 1.0,
            low,
            high,
        )

    @refuses_masks
    def standardised(self, values: np.ndarray) -> np.ndarray:
        """Return values (n,) in the column's unit as the network sees them, float64.

        Raises
        ------
        InputError
            If one is no number, or is not above 0 where its logarithm is used.
        """
        given = np.asarray(values, np.float64)
        wrong = given[~np.isfinite(given) | (self.log & (given <= 0))]
        if len(wrong):
            least = " above 0, since its logarithm is used" if self.log else ""
            raise InputError(f"{self.name} is {wrong[0]:g}; give a number{least}.")
        return ((np.log(given) if self.log else given) - self.centre) / self.scale

    @refuses_masks
    def outside(self, values: np.ndarray) -> list[str]:
        """Say which values (n,) lie outside the range of the training, in one sentence or none."""
        slack = ROUNDING * (self.high - self.low)
        beyond = np.unique([v for v in values if not self.low - slack <= v <= self.high + slack])
        if not len(beyond):
            return []
        named = ", ".join(f"{value:g}" for value in beyond)
        return [
            f"{self.name} {named}: outside the range of the training, {self.low:g} to "
            f"{self.high:g}; what is made there is an extrapolation."
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return asdict(self)


@refuses_masks
def standardise(conditions: Sequence[TrainedCondition], values: np.ndarray) -> np.ndarray:
    """Return conditions (n, c) in the columns' units as the network sees them, float32.

    Raises
    ------
    InputError
        If there are not as many columns as conditions, or a value cannot be used.
    """
    given = np.asarray(values, np.float64)
    names = ", ".join(each.name for each in conditions)
    if given.ndim != 2 or given.shape[1] != len(conditions):
        raise InputError(
            f"the conditions are {names}, but an array of shape {given.shape} was given; give one "
            "column for each."
        )
    columns = [each.standardised(given[:, place]) for place, each in enumerate(conditions)]
    return np.stack(columns, axis=1).astype(np.float32)
