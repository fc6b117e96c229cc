"""What the chapter's stages found, as its section reads it, and at which scale."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pspflow.studies.texture.evaluation import paper
from pspflow.studies.texture.evaluation.arms import ACTIVE, FULL, Training
from pspflow.studies.texture.evaluation.comparisons import LOGARITHMIC, value_at
from pspflow.studies.texture.evaluation.curves import judges, of_arm


class Results(NamedTuple):
    """Tables of the chapter."""

    trips: Mapping[str, pd.DataFrame]
    """Round trips by training, ARM/startN."""
    ranks: Mapping[str, NDArray[np.int64]]
    """Ranks `textures x 36` by training."""
    verified: pd.DataFrame | None
    """Round trips that the ground truth checked; None where it cannot."""
    curves: pd.DataFrame
    efficiency: pd.DataFrame
    samples: int
    """Textures drawn for each target."""
    candidates: int
    """Size of the pool."""

    @property
    def test_textures(self) -> int:
        """Number of test textures."""
        first = next(iter(self.trips.values()))
        return int((first["set"] == "test").sum())

    @property
    def starts(self) -> int:
        """Number of starts of the active arm."""
        return len(of_arm(self.curves, ACTIVE))

    @property
    def is_papers(self) -> bool:
        """Whether pool and test set are as large as the paper's."""
        return self.candidates >= paper.POOL and self.test_textures >= paper.TEST

    @property
    def scale(self) -> str:
        """Say how large it is beside the paper."""
        return (
            f"{self.candidates:,} candidates, {self.test_textures:,} test textures and "
            f"{counted(self.starts, 'start')}; the paper's are {paper.POOL:,} and {paper.TEST:,}"
        )

    @property
    def floors(self) -> Mapping[str, float]:
        """Return the mean error of arm full by judge; empty without that arm."""
        if FULL not in set(self.curves["arm"]):
            return {}
        return {
            judge: at_stops(self.curves, FULL, f"{judge}_error_mean")
            for judge in judges(self.curves)
        }

    @property
    def judge(self) -> str:
        """Name who judges first: the judge, or each arm's own forward model."""
        return judges(self.curves)[0]


def counted(number: int, thing: str) -> str:
    """Write a number of things, as one start or 3 starts."""
    return f"one {thing}" if number == 1 else f"{number:,} {thing}s"


def test_errors(trips: pd.DataFrame, judge: str) -> NDArray[np.float64]:
    """Return the errors (n,) of the test textures of one training, in percent."""
    return trips.loc[trips["set"] == "test", f"error_{judge}"].to_numpy(np.float64)


def at_stops(curves: pd.DataFrame, arm: str, name: str) -> float:
    """Read an arm's curves where the active ones stopped, and average over starts.

    Errors are averaged geometrically. NaN where nothing was observed there; an arm that has one row
    a loop, as full, is taken as it is.
    """
    read = []
    stops = of_arm(curves, ACTIVE)
    for start, rows in of_arm(curves, arm).items():
        if len(rows) == 1:
            at = float(rows["observations"].iloc[0])
        elif start in stops:
            at = float(stops[start]["observations"].iloc[-1])
        else:
            continue
        read.append(float(value_at(rows, name, at)))
    if not read:
        return float("nan")
    return float(np.exp(np.mean(read)) if name in LOGARITHMIC else np.mean(read))


def trainings(results: Results, arm: str) -> list[str]:
    """Name the trainings of an arm."""
    return [name for name in results.trips if Training.of(name).arm == arm]
