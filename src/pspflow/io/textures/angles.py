"""Bunge–Euler angles: their unit, which is never guessed silently, and their range."""

import numpy as np
from numpy.typing import NDArray

from pspflow.arrays import refuses_masks
from pspflow.io.textures.orientations import Unit
from pspflow.io.textures.points import Points
from pspflow.io.textures.text import refuse

TURN = {"degrees": 360.0, "radians": 2 * np.pi}
ROUNDING = {"degrees": 0.06, "radians": 0.002}
"""How far angles of a full or half turn are beyond it when they are rounded."""
SURELY_DEGREES = 4 * np.pi
"""No angle in radians is as large: φ1 and φ2 end at 2π, and 4π marks points not indexed."""
WHO_SAYS = 'pass unit="degrees" or unit="radians"'


def bunge_angles(points: Points, unit: Unit | None) -> tuple[NDArray[np.float64], Points]:
    """Return the angles of points in radians.

    Parameters
    ----------
    points
        Points whose `numbers` are angles (n, 3).
    unit
        The user's word; it overrides what the file says.

    Returns
    -------
    angles_rad
        (n, 3) φ1 and φ2 in [0, 2π), Φ in [0, π].
    points
        With a note on the unit.

    Raises
    ------
    InputError
        If nothing says the unit and the angles do not either, if they contradict what says it,
        or if an angle is out of its range.
    """
    values = points.numbers
    largest = float(np.abs(values).max())
    small = largest <= TURN["radians"] + ROUNDING["radians"]
    if unit is not None:
        if points.unit not in (None, unit):
            points = points.doubted(f"the angles are read as {unit}, as told, not {points.unit}")
        known = unit
    elif points.unit is None:
        known, points = _deduced(points)
    else:
        known = points.unit
    if known == "degrees" and unit is None and small and largest > 0:
        refuse(
            points.path,
            f"columns {_listed(points)} should be degrees by {points.unit_from}, but none is above "
            f"2π (the largest is {largest:.4g}), as in radians",
            WHO_SAYS,
        )
    if known == "radians" and not small:
        index, column = np.unravel_index(np.argmax(np.abs(values)), values.shape)
        by = f" by {points.unit_from}" if unit is None else ""
        refuse(
            points.path,
            f"{points.at(int(index))}: column {points.columns[column]!r} holds {largest:g}, but "
            f"should be radians{by}, at most 2π",
            'pass unit="degrees" if these are degrees',
        )
    _refuse_out_of_range(points, known)
    scale = 1.0 if known == "radians" else np.pi / 180
    return wrapped(values * scale), points


@refuses_masks
def wrapped(angles_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring angles (n, 3) in radians to φ1 and φ2 in [0, 2π) and Φ in [0, π], which is clipped."""
    full = np.mod(angles_rad, 2 * np.pi)
    full[full >= 2 * np.pi] = 0  # -1e-17 modulo 2π is 2π
    full[:, 1] = np.clip(angles_rad[:, 1], 0, np.pi)
    return full


def _listed(points: Points) -> str:
    return ", ".join(map(repr, points.columns))


def _deduced(points: Points) -> tuple[Unit, Points]:
    """Deduce the unit from angles that can have only one, and say so."""
    values = np.abs(points.numbers)
    largest = float(values.max())
    if largest == 0:
        return "radians", points
    above = int((values > TURN["radians"] + ROUNDING["radians"]).any(axis=1).sum())
    if 2 * above < len(points) and largest > SURELY_DEGREES:  # a few may be faults among radians
        refuse(
            points.path,
            f"columns {_listed(points)} name no unit, and only {above} of {len(points)} points "
            "have an angle above 2π",
            WHO_SAYS,
        )
    if largest <= SURELY_DEGREES:
        refuse(
            points.path,
            f"columns {_listed(points)} name no unit, and angles up to {largest:.4g} may be "
            "degrees or radians",
            f"{WHO_SAYS}, or name the columns phi1_deg, Phi_deg, phi2_deg",
        )
    note = f"the file names no unit; angles up to {largest:g} can only be degrees"
    return "degrees", points.doubted(note)


def _refuse_out_of_range(points: Points, unit: Unit) -> None:
    turn, rounding = TURN[unit], ROUNDING[unit]
    low, high = np.array([-turn, 0.0, -turn]) - rounding, np.array([1, 0.5, 1]) * turn + rounding
    wrong = (points.numbers < low) | (points.numbers > high)
    if wrong.any():
        index, column = (int(each[0]) for each in np.nonzero(wrong))
        half, full = ("180°", "360°") if unit == "degrees" else ("π", "2π")
        least, most = ("0", half) if column == 1 else (f"-{full}", full)
        refuse(
            points.path,
            f"{points.at(index)}: column {points.columns[column]!r} holds "
            f"{points.numbers[index, column]:g}, which is not between {least} and {most}",
            "correct the order or the unit of the columns, or remove the line",
        )
