"""Crystal symmetries: the spellings of programs, and the Laue class they mean."""

import re

LAUE_CLASSES = ("-1", "2/m", "mmm", "4/m", "4/mmm", "-3", "-3m", "6/m", "6/mmm", "m-3", "m-3m")
"""In the order in which `.ctf` files number them, from 1."""
CUBIC = "m-3m"

GROUPS = {
    "-1": ("1",),
    "2/m": ("2", "m", "20", "21", "112", "121", "211", "monoclinic"),
    "mmm": ("22", "222", "mm2", "orthorhombic"),
    "4/m": ("4", "-4"),
    "4/mmm": ("42", "422", "4mm", "-42m", "-4m2", "tetragonal"),
    "-3": ("3",),
    "-3m": ("32", "321", "312", "3m", "3m1", "31m", "-3m1", "-31m", "trigonal"),
    "6/m": ("6", "-6"),
    "6/mmm": ("62", "622", "6mm", "-62m", "-6m2", "hexagonal", "hcp"),
    "m-3": ("23", "m3"),
    "m-3m": ("43", "432", "-43m", "m3m", "cubic", "fcc", "bcc"),
}
"""Point groups and names of every Laue class; `20`, `22`, `32`, `42`, `43`, `62` are EDAX's."""

BY_NAME = {name: laue for laue, names in GROUPS.items() for name in (laue, *names)}


def laue_class(text: str) -> str | None:
    """Return the Laue class that a text names, such as `m-3m` for `43`; None where none does.

    MTEX writes the mineral before the point group and axes behind it: the first word counts that
    is a group.
    """
    for word in re.split(r"[\s,;\"'()]+", text.casefold().replace("\u0305", "")):
        if word in BY_NAME:
            return BY_NAME[word]
    return None
