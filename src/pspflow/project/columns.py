"""Which column of a sheet holds what: images, domains, specimens, the size of pixels."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Final

import pandas as pd

from pspflow.errors import InputError
from pspflow.io.sheet import REQUIRED, bare
from pspflow.microstructure.cells import read_cell

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "image": (
        *("image", "images", "imagefile", "imagepath", "file", "filename", "path"),
        *("micrograph", "picture", "img"),
    ),
    "domain": (
        *("domain", "class", "temper", "microconstituent", "primarymicroconstituent"),
        *("category", "treatment", "heattreatment", "group"),
    ),
    "specimen": (
        *("specimen", "specimenid", "sample", "sampleid", "samplename"),
        *("experiment", "experimentid"),
    ),
}
"""Names, bare of case and marks, under which sheets hold them."""
IN_UM: Final = (
    *("pixelsizeum", "umperpixel", "umperpx", "umpixel", "micronperpixel", "micronsperpixel"),
    *("pixelsizeμm", "μmperpixel", "μmperpx", "μmpixel"),
)
IN_NM: Final = ("pixelsizenm", "nmperpixel", "nmperpx", "nmpixel")
MAGNIFICATION: Final = ("magnification", "mag")
IMAGE_ENDINGS: Final = (".tif", ".tiff", ".png", ".jpg", ".jpeg", ".bmp")
MOST_DOMAINS: Final = 12
"""Values of a column beyond which it is not taken for the domain by what it holds."""


def roles_of(sheet: pd.DataFrame, named: Mapping[str, str | None]) -> dict[str, str]:
    """Find the column of each role.

    Parameters
    ----------
    sheet
        Text cells.
    named
        Role and the column that the user names for it, if any.

    Returns
    -------
    dict
        Role and column; no specimen where no column holds it.

    Raises
    ------
    InputError
        If a named column is not there, if several may be meant, or if no column holds the images
        or the domains.
    """
    found: dict[str, str] = {}
    for role in REQUIRED:
        column = named.get(role)
        if column is not None:
            if column not in sheet.columns:
                raise InputError(
                    f"--{role} is {column!r}, which is no column of the sheet; give one of "
                    f"{_listed(sheet.columns)}."
                )
            found[role] = column
            continue
        free = [
            str(name) for name in sheet.columns if name not in (*named.values(), *found.values())
        ]
        candidates = (
            [role] if role in free else [name for name in free if bare(name) in NAMES[role]]
        )
        if not candidates and role in BY_CONTENT:
            candidates = [name for name in free if BY_CONTENT[role](sheet[name])]
        if len(candidates) > 1:
            raise InputError(
                f"The sheet's columns {_listed(candidates)} may each be the {role}; name it: "
                f"--{role} COLUMN."
            )
        if candidates:
            found[role] = candidates[0]
        elif role != "specimen":
            raise InputError(
                f"No column of the sheet says the {role} of a row (found: "
                f"{_listed(sheet.columns)}); name it: --{role} COLUMN, or add one."
            )
    return found


def numeric_columns(sheet: pd.DataFrame, used: Sequence[str]) -> Iterator[str]:
    """Yield the columns whose filled cells are all numbers, and not all the same."""
    for name in sheet.columns:
        cells = [str(text) for text in sheet[name] if text != ""]
        if name in used or len(set(cells)) < 2:
            continue
        if all(read_cell(text).kind == "number" for text in cells):
            yield str(name)


def _holds_images(cells: pd.Series) -> bool:
    return all(PurePath(str(text)).suffix.lower() in IMAGE_ENDINGS for text in cells)


def _holds_domains(cells: pd.Series) -> bool:
    """Return whether a column holds a few names, most of them in several rows."""
    texts = [str(text) for text in cells]
    count = len(set(texts))
    named = all(text != "" and read_cell(text).kind in {"text", "lettered"} for text in texts)
    return named and 2 <= count <= MOST_DOMAINS and 2 * count <= len(texts)


BY_CONTENT: Final = {"image": _holds_images, "domain": _holds_domains}
"""Roles that a column may show by what it holds, whatever its name."""


def _listed(names: Sequence[str] | pd.Index) -> str:
    return ", ".join(repr(str(name)) for name in names)
