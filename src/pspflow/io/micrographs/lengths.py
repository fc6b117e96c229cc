"""Lengths as image files write them, in micrometres."""

import math
import re
import unicodedata

Edges = tuple[float, float]
"""Edges of a pixel in micrometres: down, across."""

PRINT_UM = 20.0
"""A pixel of this size or more is a print resolution: 1200 dpi give 21 µm."""
SCANNER_DPI = (2400, 3200, 4000, 4800, 6400, 9600)
"""Resolutions of scanners for paper and film, which are those of a print as well."""
SCANNED = 1e-4
"""Largest relative difference from them, as pixels per metre are rounded."""
SQUARE = 0.01
"""Largest relative difference between two lengths of a pixel that count as one."""
MICROMETRES_PER_INCH = 25400.0
MICROMETRES_PER_CENTIMETRE = 1e4

UNITS_UM = {
    **dict.fromkeys(["m", "metre", "metres", "meter", "meters"], 1e6),
    **dict.fromkeys(["dm", "decimetre", "decimeter"], 1e5),
    **dict.fromkeys(["cm", "centimetre", "centimeter"], MICROMETRES_PER_CENTIMETRE),
    **dict.fromkeys(["mm", "millimetre", "millimeter", "millimetres", "millimeters"], 1e3),
    **dict.fromkeys(["um", "micron", "microns", "mikron", "u"], 1.0),
    **dict.fromkeys(["micrometre", "micrometer", "micrometres", "micrometers"], 1.0),
    **dict.fromkeys(["nm", "nanometre", "nanometer", "nanometres", "nanometers"], 1e-3),
    **dict.fromkeys(["å", "a", "angstrom", "ångström", "angstroms", "ångstrom"], 1e-4),
    **dict.fromkeys(["pm", "picometre", "picometer"], 1e-6),
    **dict.fromkeys(["inch", "inches", "in", '"'], MICROMETRES_PER_INCH),
}
"""Micrometres per unit, by its name in small letters with u for micro."""


def unit_um(name: str) -> float | None:
    """Return the micrometres in a unit, however it is spelt; None where it is no length."""
    name = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), name)
    # NFKC makes one of the two signs for micro, and of the two for ångström
    name = unicodedata.normalize("NFKC", name).strip().lower().removeprefix("â").strip()
    return UNITS_UM.get(name.replace("μ", "u"))


def edges_um(down: object, across: object, unit: str | float) -> Edges | None:
    """Return the edges of a pixel in micrometres; None where they are no lengths.

    Parameters
    ----------
    down, across
        Numbers, or texts of numbers.
    unit
        Name of their unit, or the micrometres in it.
    """
    factor = unit_um(unit) if isinstance(unit, str) else unit
    if factor is None:
        return None
    try:
        edges = (float(str(down)) * factor, float(str(across)) * factor)
    except ValueError:
        return None
    return edges if all(0 < edge < math.inf for edge in edges) else None


def density_edges(down: float, across: float, unit_um: float) -> Edges | None:
    """Return the edges of a pixel from pixels per unit; None where these are not positive."""
    if not (0 < down < math.inf and 0 < across < math.inf):
        return None
    return unit_um / down, unit_um / across


def beside_prints(edges: Edges | None) -> Edges | None:
    """Return the edges of a pixel, unless they are the equal ones of a print."""
    if edges is None or not same(*edges):
        return edges
    dpi = MICROMETRES_PER_INCH / edges[1]
    scanned = any(abs(dpi / usual - 1) < SCANNED for usual in SCANNER_DPI)
    return None if scanned or of_print(edges) else edges


def of_print(edges: Edges) -> bool:
    """Say whether a pixel is as large as on paper, which tells nothing about a specimen."""
    return max(edges) >= PRINT_UM


def same(one: float, two: float) -> bool:
    """Say whether two lengths of a pixel count as one."""
    return abs(one - two) <= SQUARE * max(one, two)
