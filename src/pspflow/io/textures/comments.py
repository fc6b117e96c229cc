"""What comment lines say: unit, convention and crystal symmetry."""

import re
from collections.abc import Iterable
from pathlib import Path

from pspflow.io.textures.orientations import Unit
from pspflow.io.textures.text import refuse

DEGREES = re.compile(r"\b(degrees?|deg)\b|°", re.IGNORECASE)
RADIANS = re.compile(r"\b(radians?|radiants?|rad)\b", re.IGNORECASE)
CONVENTION = re.compile(
    r"\b(kocks|roe|matthies|canova|zyz|rodrigues|miller)\b",
    re.IGNORECASE,
)


def said_unit(comments: Iterable[str]) -> Unit | None:
    """Return the unit that comments name; None where they name none or both."""
    text = "\n".join(comments)
    degrees, radians = DEGREES.search(text), RADIANS.search(text)
    if bool(degrees) == bool(radians):
        return None
    return "degrees" if degrees else "radians"


def refuse_conventions(path: Path, comments: Iterable[str]) -> None:
    """Refuse a file whose comments name another kind of angles than Bunge's.

    Raises
    ------
    InputError
        If one does.
    """
    for comment in comments:
        if found := CONVENTION.search(comment):
            refuse(
                path,
                f"the header names the convention {found[1]!r}",
                "convert the orientations to Bunge–Euler angles, or remove the word if they are "
                "Bunge–Euler angles",
            )


def said_symmetry(comments: Iterable[str], of: str = "crystal") -> str | None:
    """Return what comments say of the symmetry of the crystal or the specimen."""
    for comment in comments:
        if found := re.search(rf"\b{of}[\s_]*symmetry\s*[:=]?\s*(.+)", comment, re.IGNORECASE):
            return found[1].strip().strip("\"'")
    return None
