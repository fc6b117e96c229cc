"""Phases of a map: one is chosen, by the user where the file has several."""

import numpy as np

from pspflow.io.textures.orientations import Phase
from pspflow.io.textures.points import Points
from pspflow.io.textures.symmetries import CUBIC
from pspflow.io.textures.text import refuse

LARGEST = 1e6
"""No map numbers its phases as high."""


def choose_phase(points: Points, phase: int | str | None) -> tuple[Points, Phase | None]:
    """Keep the points of one phase.

    Parameters
    ----------
    points
        Points that are indexed.
    phase
        Number or name of the phase; needed where points belong to several.

    Returns
    -------
    points
        The points of the phase; all others are counted as left out.
    phase
        The phase; None where the file names none.

    Raises
    ------
    InputError
        If points belong to several phases and none is chosen, or the chosen one is not there.
    """
    if points.phase_numbers is None:
        return points, _only(points, phase)
    numbers = points.phase_numbers
    # NaN, infinity and what no whole number of a phase can be
    wrong = np.flatnonzero(~((np.abs(numbers) < LARGEST) & (numbers == np.round(numbers))))
    if wrong.size:
        refuse(
            points.path,
            f"{points.at(wrong[0])}: the phase is {numbers[wrong[0]]:g} and no whole number",
            "correct the names of the columns, or the cell",
        )
    numbers = numbers.astype(np.int64)
    there, sizes = np.unique(numbers, return_counts=True)
    counts = dict(zip(there.tolist(), sizes.tolist(), strict=True))
    single = phase is None and len(counts) == 1
    number = there[0].item() if single else _chosen(points, counts, phase)
    others = {
        f"of phase {points.phases.get(other, Phase(other))}": numbers == other
        for other in counts
        if other != number
    }
    points = points.without(others)
    return points, _described(points, number, phase)


def _only(points: Points, phase: int | str | None) -> Phase | None:
    """Return the only phase of a file whose points carry no phase."""
    if len(points.phases) > 1:
        refuse(
            points.path,
            f"the header names {len(points.phases)} phases, but the points have no phase",
            "export the map with the phase of every point",
        )
    only = next(iter(points.phases.values()), None)
    if phase is not None and (only is None or not _named(only, phase)):
        refuse(points.path, f"there is no phase {phase!r}", "leave the option 'phase' out")
    return only


def _named(each: Phase, phase: int | str) -> bool:
    if isinstance(phase, str) and not phase.strip().removeprefix("-").isdecimal():
        return each.name.casefold() == phase.strip().casefold()
    return each.number == int(phase)


def _chosen(points: Points, counts: dict[int, int], phase: int | str | None) -> int:
    """Return the number of the chosen phase."""
    there = {number: points.phases.get(number, Phase(number)) for number in counts}
    listed = ", ".join(f"{there[number]} with {count} points" for number, count in counts.items())
    if phase is None:
        zero = ", of which 0 often means not indexed" if 0 in counts else ""
        example = max(counts, key=lambda n: (there[n].symmetry in (CUBIC, None), n > 0, counts[n]))
        refuse(
            points.path,
            f"points belong to several phases: {listed}{zero}",
            f"choose one, for example phase={example}",
        )
    found = [number for number, each in there.items() if _named(each, phase)]
    # a map of one phase numbers it 0, whatever its header does
    if not found and set(there) == {0} and len(points.phases) == 1:
        found = [0] if _named(next(iter(points.phases.values())), phase) else []
    if len(found) != 1:
        many = "several phases are named" if found else "no point belongs to phase"
        refuse(points.path, f"{many} {phase!r}: {listed}", "choose one of these by its number")
    return found[0]


def _described(points: Points, number: int, phase: int | str | None) -> Phase | None:
    """Return what the file says of the chosen phase."""
    phases = points.phases
    if number in phases:
        return phases[number]
    if not phases:
        return Phase(number)
    if number == 0 and len(phases) == 1:
        return next(iter(phases.values()))
    if phase is None:
        listed = ", ".join(map(str, phases.values()))
        refuse(
            points.path,
            f"all points have phase {number}, but the header describes {listed}",
            f"correct the header, or pass phase={number} to take them",
        )
    symmetries = {each.symmetry for each in phases.values()}
    return Phase(number, "", symmetries.pop() if len(symmetries) == 1 else None)
