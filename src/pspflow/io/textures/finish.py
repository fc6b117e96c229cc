"""From the points of a file to orientations of one phase, the same way for every format."""

from typing import Literal

from pspflow.io.textures.angles import bunge_angles
from pspflow.io.textures.orientations import Orientations, QuaternionOrder, QuaternionSense, Unit
from pspflow.io.textures.phases import choose_phase
from pspflow.io.textures.points import Points, refuse_none_left, without_missing
from pspflow.io.textures.quaternions import quaternion_angles
from pspflow.io.textures.text import refuse
from pspflow.io.textures.weights import normalised, weighted
from pspflow.logs import log

CUBIC = "m-3m"


def finish(
    points: Points,
    unit: Unit | None,
    quaternion_order: QuaternionOrder | None,
    quaternion_sense: QuaternionSense,
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
    points = weighted(points)
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
    weights, points = normalised(points)
    if symmetry == "cubic" and laue is None:
        points = points.noted("the file names no crystal symmetry; it is taken as cubic, as told")
    for note in points.notes:
        log.info("%s: %s", points.path, note)
    for reason, count in points.left_out.items():
        log.info("%s: %d points left out: %s", points.path, count, reason)
    numbers = points.phase_numbers
    return Orientations(
        angles_rad=angles,
        weights=weights,
        source=points.source,
        left_out=dict(points.left_out),
        phase=described,
        phase_numbers=None if numbers is None else numbers.astype("int64"),
        symmetry=laue,
        positions_um=points.positions_um,
        grid=points.grid,
        notes=points.notes,
    )
