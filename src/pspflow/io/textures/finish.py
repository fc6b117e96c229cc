"""From the points of a file to orientations of one phase, the same way for every format.

Weights are positive and of sum 1, and no densities of an ODF on a grid.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pspflow.io.textures.angles import bunge_angles
from pspflow.io.textures.orientations import Orientations, QuaternionOrder, QuaternionSense, Unit
from pspflow.io.textures.phases import choose_phase
from pspflow.io.textures.points import Points, refuse_none_left, without_missing
from pspflow.io.textures.quaternions import quaternion_angles
from pspflow.io.textures.symmetries import CUBIC
from pspflow.io.textures.text import refuse
from pspflow.logs import log

SUM_ROUNDING = 1e-3
DENSITIES = ("value", "values", "intensity", "odf")
"""Names under which programs export the values of an ODF."""
FEWEST_ON_A_GRID = 27


def finish(
    points: Points,
    unit: Unit | None,
    quaternion_order: QuaternionOrder | None,
    quaternion_sense: QuaternionSense | None,
    phase: int | str | None,
    symmetry: Literal["cubic"] | None,
) -> Orientations:
    """Choose the phase, leave out what has no orientation, and convert what remains.

    Parameters are those of `read_orientations`.

    Raises
    ------
    InputError
        As `read_orientations`.
    """
    points = without_missing(points)
    refuse_none_left(points)
    points, described = choose_phase(points, phase)
    points = _weighted(points)
    refuse_none_left(points)
    laue = described.symmetry if described is not None and described.symmetry else points.symmetry
    if symmetry == "cubic" and laue not in (CUBIC, None):
        name = f" of phase {described}" if described is not None else ""
        refuse(
            points.path,
            f"the crystal symmetry{name} is {laue}, but only cubic crystals ({CUBIC}) can be used "
            "here",
            "choose a cubic phase with the option 'phase', or another file",
        )
    if points.numbers.shape[1] == 3:
        angles, points = bunge_angles(points, unit)
    else:
        angles, points = quaternion_angles(points, quaternion_order, quaternion_sense)
    weights, points = _normalised(points)
    if symmetry == "cubic" and laue is None:
        points = points.doubted(
            "the file names no crystal symmetry of these points; they are taken as cubic, as told"
        )
    for doubt in points.doubts:
        log.warning("%s: %s", points.path, doubt)
    for note in points.notes:
        log.info("%s: %s", points.path, note)
    for reason, count in points.left_out.items():
        log.info("%s: left out: %d %s", points.path, count, reason)
    numbers = points.phase_numbers
    return Orientations(
        angles_rad=angles,
        weights=weights,
        source=points.source,
        left_out=dict(points.left_out),
        phase=described,
        phase_numbers=None if numbers is None else numbers.astype("int64"),
        symmetry=laue,
        positions=points.positions,
        grid=points.grid,
        notes=points.notes,
        doubts=points.doubts,
    )


def _weighted(points: Points) -> Points:
    """Check the weights of points, and leave out those of weight zero.

    Raises
    ------
    InputError
        If a weight is missing, infinite or negative, all are zero, or they are the values of an
        ODF on a regular grid of angles, which are no weights: cells near Φ = 0 are small.
    """
    weights = points.weights
    if weights is None:
        return points
    column = f"column {points.weight_name!r}"
    wrong = np.flatnonzero(~np.isfinite(weights) | (weights < 0))
    if wrong.size:
        refuse(
            points.path,
            f"{points.at(wrong[0])}: {column} holds {weights[wrong[0]]:g}, but a weight must be "
            "zero or more",
            "correct it, or remove the line",
        )
    if not weights.any():
        refuse(points.path, f"every weight in {column} is zero", "correct or remove the column")
    if _on_a_grid(points):
        refuse(
            points.path,
            f"{column} stands on a regular grid of angles, as the densities of an ODF do, which "
            "are no weights",
            "sample orientations from the ODF and export these, or name the column 'weight' if it "
            "holds weights",
        )
    return points.without({"of weight zero": weights == 0})


def _on_a_grid(points: Points) -> bool:
    if points.weight_name.casefold() not in DENSITIES or points.numbers.shape[1] != 3:
        return False
    different = [len(np.unique(values)) for values in points.numbers.T]
    return len(points) >= FEWEST_ON_A_GRID and np.prod(different) == len(points)


def _normalised(points: Points) -> tuple[NDArray[np.float64], Points]:
    """Return weights (n,) of sum 1, equal where the file has none, and say what was done."""
    if points.weights is None:
        return np.full(len(points), 1 / len(points)), points
    # a sum of large weights may overflow
    weights = points.weights / points.weights.max()
    total = float(weights.sum() * points.weights.max())
    if abs(total - 1) > SUM_ROUNDING:
        points = points.noted(f"weights in {points.weight_name!r} sum to {total:.6g}, made 1")
    return weights / weights.sum(), points
