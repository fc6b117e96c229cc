"""What a texture file holds, in the form that every other module takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Unit = Literal["degrees", "radians"]
QuaternionOrder = Literal["scalar_first", "scalar_last"]
QuaternionSense = Literal["crystal_to_specimen", "specimen_to_crystal"]


@dataclass(frozen=True)
class Phase:
    """A crystal phase as a file describes it."""

    number: int
    name: str = ""
    symmetry: str | None = None
    """Laue class in the international notation, such as `m-3m`; None where the file is silent."""

    def __str__(self) -> str:
        return f"{self.number} ({self.name})" if self.name else str(self.number)


@dataclass(frozen=True)
class Grid:
    """The grid of a map, as its header describes it."""

    kind: Literal["square", "hexagonal"]
    step_x_um: float
    step_y_um: float
    columns: int
    """Points in the first row; a hexagonal grid may have one less in every second row."""
    rows: int


@dataclass(frozen=True, eq=False)
class Orientations:
    """Weighted crystal orientations of one phase, read from a file."""

    angles_rad: NDArray[np.float64]
    """(n, 3) Bunge–Euler angles φ1, Φ, φ2; φ1 and φ2 in [0, 2π), Φ in [0, π].

    `Rotation.from_euler("ZXZ", angles_rad)` of scipy turns crystal coordinates into specimen
    coordinates; Bunge's matrix g maps specimen to crystal axes and is its transpose.
    """
    weights: NDArray[np.float64]
    """(n,) positive, sum 1; equal where the file has none."""
    source: str
    """Format of the file: `ang`, `ctf`, `mtex`, `vpsc` or `table`."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Number of points of the file that are not here, by reason."""
    phase: Phase | None = None
    """The phase of all points; None where the file names none."""
    phase_numbers: NDArray[np.int64] | None = None
    """(n,) phase of each point as the file numbers it; None where it has no phases."""
    symmetry: str | None = None
    """Laue class that the file gives, such as `m-3m`; None where it is silent."""
    positions: NDArray[np.float64] | None = None
    """(n, 2) x and y of the points as the file gives them, in µm in `.ang` and `.ctf`; their axes
    are not always those of the angles. None where the file is no map.
    """
    grid: Grid | None = None
    """The whole map's grid; None where the file gives none, or another number of points."""
    notes: tuple[str, ...] = ()
    """What was decided on the way, as it was logged."""
    doubts: tuple[str, ...] = ()
    """What the user should check, as it was logged as warnings."""

    def __len__(self) -> int:
        return len(self.angles_rad)
