"""The way of a melt pool over the plate."""

from typing import NamedTuple


class Pass(NamedTuple):
    """A straight line that the pool's widest place follows; sites have whole coordinates."""

    y: float
    """Its row, in sites."""
    start: float
    """x where it begins, in sites."""
    direction: int
    """1 towards larger x, -1 towards smaller ones."""
    length: float
    """Sites."""


def serpentine(sites: tuple[int, int], hatch: float, overrun: float) -> list[Pass]:
    """Return passes along x in alternating directions, from row 0 upwards.

    The pool jumps from the end of one pass to the start of the next. Rows are a hatch apart, as
    long as they lie within the plate or on its far edge.

    Parameters
    ----------
    sites
        Sites along y and x.
    hatch
        Distance between passes, in sites.
    overrun
        Sites that a pass begins before the plate and ends behind it.
    """
    rows, columns = sites
    count = int(rows / hatch + 1e-9) + 1
    length = columns + 2 * overrun
    return [
        Pass(number * hatch, -overrun if number % 2 == 0 else columns + overrun, direction, length)
        for number in range(count)
        for direction in (1 - 2 * (number % 2),)
    ]
