"""The user's sheet of textures: which file is which texture, and what the file does not say."""

import re
from collections import Counter
from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd

from pspflow.errors import InputError, raise_problems
from pspflow.io.artefacts import fingerprint
from pspflow.io.sheet import read_sheet
from pspflow.logs import log
from pspflow.microstructure.cells import number
from pspflow.microstructure.spellings import nearest, shown, spelt_twice
from pspflow.studies.texture.textures.options import FEWEST, SET_NAMES, SetName

REQUIRED: Final = ("texture", "file", "split")
CHOICES: Final = {
    "unit": ("degrees", "radians"),
    "quaternion_order": ("scalar_first", "scalar_last"),
    "quaternion_sense": ("crystal_to_specimen", "specimen_to_crystal"),
}
"""Columns that say what a file does not, and what may stand there."""
PHASE: Final = "phase"
COLUMNS: Final = (*REQUIRED, *CHOICES, PHASE)


class Entry(NamedTuple):
    """A texture of the sheet."""

    row: int
    """As a spreadsheet numbers it."""
    name: str
    file: Path
    split: SetName
    reading: dict[str, Any]
    """What `read_orientations` is told."""


def read_entries(sheet: Path) -> list[Entry]:
    """Read a sheet of textures, with the textures of all sets.

    Raises
    ------
    InputError
        With a sentence for each row that cannot be used; if a set has too few textures; or if a
        file is there twice, above all in two sets: the loop would see what it is tested on.
    """
    rows = read_sheet(sheet, REQUIRED, "texture")
    raise_problems([*_misspelt(sheet, rows), *_faults(sheet, rows)])
    entries = [
        Entry(
            int(str(row)),
            str(cells["texture"]),
            located(sheet, str(cells["file"])),
            cells["split"],
            _told(cells),
        )
        for row, cells in rows.iterrows()
    ]
    raise_problems(_copies(sheet, entries))
    counts = Counter(entry.split for entry in entries)
    for name, least in FEWEST.items():
        if counts[name] < least:
            raise InputError(
                f"{sheet}: column split gives {counts[name]} textures to {name}, but {least} are "
                "needed at least; add textures."
            )
    return entries


def in_the_sheets_words(sentence: str) -> str:
    """Name columns where a sentence of `read_orientations` names its arguments.

    >>> in_the_sheets_words('pass unit="degrees" if these are degrees')
    "write 'degrees' into column 'unit' if these are degrees"
    """
    names = "|".join((*CHOICES, PHASE))
    said = re.sub(rf'(?:pass )?\b({names})="?([\w-]+)"?', r"write '\2' into column '\1'", sentence)
    return re.sub(rf"the option '({names})'", r"column '\1'", said)


def located(sheet: Path, file: str) -> Path:
    """Locate a file of a sheet: its paths are relative to the sheet's folder."""
    return sheet.parent / file


def watched_files(sheet: Path, name: SetName) -> list[str]:
    """List the existing files of a set, which a scheduler can watch for changes."""
    rows = read_sheet(sheet, REQUIRED, "texture")
    paths = (located(sheet, file) for file in rows["file"][rows["split"] == name])
    return sorted({str(path) for path in paths if path.is_file()})


def _misspelt(sheet: Path, rows: pd.DataFrame) -> list[str]:
    """Return a sentence for each column, and each name, that is most likely another's."""
    others = [column for column in rows.columns if column not in COLUMNS]
    likes = {column: nearest(column, COLUMNS) for column in others}
    unread = [column for column, like in likes.items() if not like]
    if unread:
        log.info("%s: columns that are not read: %s", sheet, ", ".join(map(repr, unread)))
    first = rows.reset_index().drop_duplicates("texture").set_index("texture")["row"]
    return [
        *(
            f"{sheet}: column {column!a} is most likely {like!r}; write it so."
            for column, like in likes.items()
            if like
        ),
        *(
            f"{sheet} rows {first[one]} and {first[two]}: texture {' and '.join(shown(one, two))} "
            "are most likely one name that is written in two ways; rename one."
            for one, two in spelt_twice(rows["texture"])
        ),
    ]


def _faults(sheet: Path, rows: pd.DataFrame) -> list[str]:
    """Return a sentence for each cell that cannot be used."""
    found = []
    first: dict[str, int] = {}
    for index, cells in rows.iterrows():
        row, name, split = int(str(index)), str(cells["texture"]), str(cells["split"])
        faults = [f"{column} is empty; fill it in" for column in REQUIRED if not cells[column]]
        if name and name in first:
            faults.append(f"texture {name!r} is that of row {first[name]} too; rename one")
        first.setdefault(name, row)
        if split and split not in SET_NAMES:
            faults.append(f"split is {split!r}; write {_listed(SET_NAMES)}")
        for column, choices in CHOICES.items():
            given = str(cells.get(column, ""))
            if given and given not in choices:
                faults.append(
                    f"{column} is {given!r}; write {_listed(choices)}, or leave the cell empty"
                )
        found += [f"{sheet} row {row}: {fault}." for fault in faults]
    return found


def _copies(sheet: Path, entries: list[Entry]) -> list[str]:
    """Return a sentence for each file, by its content, that is used for two textures."""
    first: dict[str, Entry] = {}
    found = []
    for entry in entries:
        if not entry.file.is_file():
            continue  # reading says what is wrong with it
        before = first.setdefault(fingerprint(entry.file), entry)
        same_phase = before.reading.get(PHASE) == entry.reading.get(PHASE)
        where = f"{sheet} rows {before.row} and {entry.row}: {before.file} and {entry.file}"
        if before.split != entry.split:
            found.append(
                f"{where} have the same content, but belong to {before.split} and {entry.split}, "
                "which must not know each other's textures; remove one row, or give both one split."
            )
        elif before is not entry and same_phase:
            found.append(f"{where} have the same content; remove one row.")
    return found


def _told(cells: pd.Series) -> dict[str, Any]:
    told: dict[str, Any] = {name: cells[name] for name in CHOICES if cells.get(name, "")}
    phase = str(cells.get(PHASE, ""))
    if phase:
        value = number(phase)
        told[PHASE] = int(value) if value is not None and value.is_integer() else phase
    return told


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
