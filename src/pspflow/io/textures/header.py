"""The lines above a table's data: names of columns, units, and what comments and titles say."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

from pspflow.errors import InputError
from pspflow.io.textures.columns import SPACES, cells, is_number, separator_of
from pspflow.io.textures.names import UNITS, Roles, find_roles
from pspflow.io.textures.orientations import Unit
from pspflow.io.textures.text import Block, data_block, is_comment, refuse

HINT = re.compile(r"\s*\"?sep=", re.IGNORECASE)
"""Tells Excel the separator."""
COMMENT_MARK = re.compile(r"^\s*(?:[#%!]+|//)\s*")
UNIT_CELL = re.compile(rf"[\s(\[<]*(?:{UNITS}|um|µm|μm|-|%|a\.?u\.?)?[\s)\]>]*", re.IGNORECASE)
DEGREES = re.compile(r"\b(degrees?|deg)\b|°", re.IGNORECASE)
RADIANS = re.compile(r"\b(radians?|radiants?|rad)\b", re.IGNORECASE)
CONVENTION = re.compile(
    r"\b(kocks|roe|matthies|canova|zyz|rodrigues|miller)\b",
    re.IGNORECASE,
)
SPECIMEN = re.compile(r"\b(?:specimen|sample)[\s_]*symmetry\s*[:=]?\s*(.+)", re.IGNORECASE)
CRYSTAL = re.compile(
    r"\bcrystal[\s_]*symmetry\s*[:=]?\s*(\S.*)|"
    r"(?<!specimen )(?<!sample )(?<!\w)(?:symmetry|point[\s_]*group|laue[\s_]*(?:class|group))"
    r"(?:\s*[:=]\s*(\S.*)|\s+(\d+)\b)",
    re.IGNORECASE,
)
PASSIVE = re.compile(
    r"\bpassive\b|\b(?:specimen|sample|lab|laboratory)\s*(?:->|→|to|2)\s*crystal", re.IGNORECASE
)


@dataclass(frozen=True)
class Header:
    """The line of column names, and what stands around it."""

    names: list[str]
    roles: Roles
    separator: str
    block: Block
    said: list[str]
    """The other lines above the data: comments, titles."""
    unit_row: tuple[str, ...] = ()
    skipped: int = 0
    """Lines before the names that are no comments."""


def find_header(path: Path, lines: list[str]) -> Header:
    """Find the last line before the data that names the columns of an orientation.

    Raises
    ------
    InputError
        If there is none.
    """
    first = next((at for at, line in enumerate(lines) if _is_data(line)), None)
    found = _names(path, lines, len(lines) if first is None else first)
    if first is None:
        first = _first_below(path, lines, found)
    if found is None:
        _refuse_headerless(path, lines, first)
    index, names, roles = found
    between = [at for at in range(index + 1, first) if lines[at].strip()]
    units: tuple[str, ...] = ()
    start = index + 1
    if between and not is_comment(lines[between[0]]):
        row = cells(lines[between[0]], separator_of(lines[between[0]]))
        if any(row) and all(UNIT_CELL.fullmatch(cell) for cell in row):
            units, start = tuple(row), between[0] + 1
    before = [line for line in lines[:index] if line.strip() and not is_comment(line)]
    skipped = sum(not HINT.match(line) for line in before)
    said = [*lines[:index], *lines[start:first]]
    block = data_block(lines, start)
    return Header(names, roles, separator_of(lines[first]), block, said, units, skipped)


def _is_data(line: str) -> bool:
    """Whether a line has three numbers or more, and little else: 'Euler 1 Euler 2 …' are names."""
    if not line.strip() or is_comment(line):
        return False
    split = [cell for cell in cells(line, separator_of(line)) if cell]
    numbers = sum(map(is_number, split))
    return numbers >= 3 and 2 * numbers > len(split)


def _names(path: Path, lines: Sequence[str], first: int) -> tuple[int, list[str], Roles] | None:
    """Return the last of the lines before `first` that names an orientation, and its columns."""
    width = len(cells(lines[first], separator_of(lines[first]))) if first < len(lines) else 0
    found: tuple[int, list[str], Roles] | None = None
    trouble: InputError | None = None
    for index, line in enumerate(lines[:first]):
        for names in _splits(COMMENT_MARK.sub("", line)):
            # prose in a comment may name angles, and name them twice
            if is_comment(line) and len(names) != width:
                continue
            try:
                roles = find_roles(path, names)
            except InputError as error:
                trouble = error
                continue
            if roles is not None:
                found = index, names, roles
                break
    if found is None and trouble is not None:
        raise trouble
    return found


def _first_below(
    path: Path, lines: Sequence[str], found: tuple[int, list[str], Roles] | None
) -> int:
    """Return the first line below the names in a file in which none looks like data."""
    if found is None:
        refuse(path, "no line holds three numbers or more", "export the orientations again")
    for index in range(found[0] + 1, len(lines)):
        if lines[index].strip() and not is_comment(lines[index]):
            return index
    refuse(path, "the file has a header but no points", "export the orientations again")


def _splits(line: str) -> Iterator[list[str]]:
    """Split a line into names in every way that is in use."""
    for mark in "\t;|,":
        if mark in line:
            split = cells(line, mark)
            while split and not split[-1]:
                split.pop()
            yield split
    if re.search(r"\S\s{2,}\S", line):
        yield re.split(r"\s{2,}", line.strip())
    # 'Euler 1 (deg)' is one name
    yield cells(re.sub(r"\s+(?=[(\[]|\d+\b)", "", line), SPACES)


def _refuse_headerless(path: Path, lines: Sequence[str], first: int) -> NoReturn:
    above = next((line.strip() for line in lines[:first][::-1] if line.strip()), "")
    example = "write one, for example 'phi1_deg,Phi_deg,phi2_deg,weight' or 'w,x,y,z'"
    if not above or HINT.match(above):
        refuse(path, "there is no line of column names above the numbers", example)
    refuse(
        path,
        f"no line names the columns of an orientation (above the numbers stands {above[:60]!r})",
        example,
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


def said_symmetry(
    comments: Iterable[str], of: Literal["crystal", "specimen"] = "crystal"
) -> str | None:
    """Return what comments say of the symmetry of the crystal or the specimen."""
    pattern = SPECIMEN if of == "specimen" else CRYSTAL
    for comment in comments:
        if found := pattern.search(comment):
            return next(filter(None, found.groups())).strip().strip("\"'")
    return None
