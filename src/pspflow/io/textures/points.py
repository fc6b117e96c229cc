"""Points as they stand in a file, and what every format does with them in the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pspflow.io.textures.orientations import Grid, Phase, Unit
from pspflow.io.textures.text import refuse

Floats = NDArray[np.float64]
Reasons = Mapping[str, NDArray[np.bool_]]
"""Which points are to be left out, by reason."""
NOT_INDEXED = (4 * np.pi, 720.0)
"""EDAX writes 4π for all three angles where no pattern was indexed; 720 once they are degrees."""


@dataclass(frozen=True)
class Points:
    """Points of a file before anything is decided; every array has one row per point."""

    path: Path
    source: str
    line: Callable[[int], int]
    """Line in the file of a row of the original table."""
    columns: tuple[str, ...]
    """Names of the columns of the orientation, for messages."""
    numbers: Floats
    """(n, 3) angles, or (n, 4) components of quaternions as `columns` names them."""
    unit: Unit | None = None
    unit_from: str = ""
    """What says the unit; empty where nothing does."""
    scalar: int | None = None
    """Which of the four components is the scalar; None where the names do not tell."""
    sense_doubt: str = ""
    """Words of the header by which quaternions turn specimen into crystal coordinates."""
    weights: Floats | None = None
    weight_name: str = ""
    phase_numbers: Floats | None = None
    phases: dict[int, Phase] = field(default_factory=dict)
    symmetry: str | None = None
    """Laue class of a file without phases."""
    positions: Floats | None = None
    grid: Grid | None = None
    rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Row of each point in the original table."""
    left_out: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.numbers)

    def at(self, index: int) -> str:
        """Say in which line a point stands."""
        return f"line {self.line(int(self.rows[index]))}"

    def without(self, reasons: Reasons) -> "Points":
        """Leave out points, each counted under the first reason that holds for it."""
        out = np.zeros(len(self), bool)
        left_out = dict(self.left_out)
        for reason, mask in reasons.items():
            if count := int((mask & ~out).sum()):
                left_out[reason] = left_out.get(reason, 0) + count
            out |= mask
        if not out.any():
            return self
        arrays = ("numbers", "weights", "phase_numbers", "positions", "rows")
        cut = {name: array[~out] for name in arrays if (array := getattr(self, name)) is not None}
        return replace(self, **cut, left_out=left_out)

    def noted(self, note: str) -> "Points":
        """Add a note on what was decided."""
        return replace(self, notes=(*self.notes, note))

    def doubted(self, doubt: str) -> "Points":
        """Add what the user should check."""
        return replace(self, doubts=(*self.doubts, doubt))


def without_missing(points: Points) -> Points:
    """Leave out points that have no orientation: empty or NaN cells, or 4π for every angle.

    Raises
    ------
    InputError
        If a point has some of its numbers only, or an infinite one.
    """
    values = points.numbers
    missing = np.isnan(values)
    partly = np.flatnonzero(missing.any(axis=1) & ~missing.all(axis=1))
    if partly.size:
        name = points.columns[int(np.argmax(missing[partly[0]]))]
        refuse(
            points.path,
            f"{points.at(partly[0])}: column {name!r} has no number, but its neighbours do",
            "fill it in, or remove the line",
        )
    infinite = np.flatnonzero(np.isinf(values).any(axis=1))
    if infinite.size:
        name = points.columns[int(np.argmax(np.isinf(values[infinite[0]])))]
        refuse(
            points.path,
            f"{points.at(infinite[0])}: column {name!r} holds an infinite number",
            "correct it, or remove the line",
        )
    marked = np.zeros(len(points), bool)
    if values.shape[1] == 3:
        for mark in NOT_INDEXED:
            marked |= (np.abs(values - mark) < mark / 4000).all(axis=1)
    return points.without(
        {
            "no orientation (empty or NaN)": np.asarray(missing.all(axis=1)),
            "not indexed (every angle is 4π)": marked,
        }
    )


def refuse_none_left(points: Points) -> None:
    """Refuse a file in which no point is left.

    Raises
    ------
    InputError
        With the reasons for which points were left out.
    """
    if not len(points):
        reasons = ", ".join(f"{count} {reason}" for reason, count in points.left_out.items())
        refuse(
            points.path,
            f"no point has an orientation to use ({reasons})",
            "choose another phase, or export a map with indexed points",
        )


def with_grid(points: Points, grid: Grid | None, expected: int) -> Points:
    """Keep the grid of a header if it has as many points as the file, and say where it has not."""
    if grid is None or expected == len(points):
        return replace(points, grid=grid)
    return points.doubted(
        f"the header tells of {expected} points, but the file holds {len(points)}; it is a part "
        "of a map, or cut short"
    )
