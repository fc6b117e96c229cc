"""What a project is guessed to be from its sheet: domains, labels, conditions, scale, splits."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from pspflow.errors import InputError, raise_problems
from pspflow.evaluation.resampling import FEWEST_FOR_INTERVAL
from pspflow.io.imagesets import image_path
from pspflow.io.micrographs import Header, read_header
from pspflow.io.sheet import REQUIRED, bare
from pspflow.microstructure.catalogue.names import CROP_COLUMNS, SCALE_COLUMNS
from pspflow.microstructure.spellings import spelt_twice
from pspflow.project.columns import IN_NM, IN_UM, MAGNIFICATION, numeric_columns, roles_of
from pspflow.studies.shared.images.options import DOMAIN_NAME, SplitOptions

DECADE: Final = 10.0
"""Ratio of the largest to the smallest value from which a condition is seen as its logarithm."""
FEWEST_TO_SPLIT: Final = 4
"""Specimens of a domain from which each split has one and training has two."""
SHARES: Final = SplitOptions()
MOST_TESTED: Final = 0.4
"""Share of the specimens that may be kept for tests, where intervals need so many."""


@dataclass
class Project:
    """A sheet with the columns that stages know, and what was guessed on the way."""

    sheet: pd.DataFrame
    """Text cells; `image`, `domain` and `specimen` lead."""
    renamed: bool
    """Whether the sheet is another than the user's."""
    labels: dict[str, str | None]
    """Domain, and the column that labels it, if any."""
    conditions: dict[str, bool]
    """Numeric column, and whether it is seen as its logarithm."""
    split_by: str
    test_share: float
    """Share of the specimens to test with; enough for intervals where the sheet has so many."""
    smallest_px: int
    """Shortest edge of an image, or of its crop."""
    said: list[str] = field(default_factory=list)
    """What was guessed, a sentence each."""
    missing: list[str] = field(default_factory=list)
    """What is not known, and what that means."""


def guess(path: Path, sheet: pd.DataFrame, named: Mapping[str, str | None]) -> Project:
    """Guess a project from a sheet and the headers of its images.

    Parameters
    ----------
    path
        Where the sheet lies; its image paths are relative to it.
    sheet
        Text cells, see `read_sheet`.
    named
        Role (image, domain, specimen) and the column that the user names for it, if any.

    Raises
    ------
    InputError
        If a role has no column, a domain no usable name, or an image cannot be read.
    """
    roles = roles_of(sheet, named)
    said = [f"{role}: column {column!r}." for role, column in roles.items()]
    missing: list[str] = []
    table = sheet.rename(columns={column: role for role, column in roles.items()})
    if "specimen" not in roles:
        table["specimen"] = _own_specimens(table["image"])
        missing.append(
            "No column says which images show one specimen, so that each counts as its own: images "
            "of one specimen may then train and test. If there are such, add a column 'specimen'."
        )
    table["domain"] = [_named(str(name), said) for name in table["domain"]]
    table = _scaled(table, said, missing)
    headers = _headers(path, sheet, roles["image"])
    if not set(SCALE_COLUMNS) & set(table.columns):
        _say_scale_of_files(headers, said, missing)
    numbers = list(numeric_columns(table, [*REQUIRED, *SCALE_COLUMNS, *CROP_COLUMNS]))
    labels = _labels(list(dict.fromkeys(table["domain"])), numbers)
    conditions = {name: _spans_decades(table[name]) for name in numbers}
    others = [name for name in table.columns if name not in (*REQUIRED, *numbers)]
    table = table[[*REQUIRED, *numbers, *others]]
    by, share = _split_by(table, said, missing)
    project = Project(
        sheet=table,
        renamed=list(table.columns) != list(sheet.columns) or not _same_cells(table, sheet),
        labels=labels,
        conditions=conditions,
        split_by=by,
        test_share=share,
        smallest_px=_smallest(table, headers),
        said=list(dict.fromkeys(said)),
        missing=missing,
    )
    if not numbers:
        missing.append(
            "No column holds numbers, so that there is no process setting and no property: chips "
            "are modelled by domain, and nothing is said of labels."
        )
    return project


def _own_specimens(images: pd.Series) -> list[str]:
    """Name a specimen for each image: by the name of its file, or by its row if two are alike."""
    stems = [Path(str(image)).stem for image in images]
    alike = len(set(stems)) < len(stems) or next(iter(spelt_twice(stems)), None)
    return [f"row_{row}" for row in images.index] if alike else stems


def _named(name: str, said: list[str]) -> str:
    """Write a domain as it can stand in paths."""
    if re.fullmatch(DOMAIN_NAME, name):
        return name
    plain = re.sub(r"[^A-Za-z0-9_+-]+", "_", name).strip("_")
    if not re.fullmatch(DOMAIN_NAME, plain):
        raise InputError(
            f"Domain {name!r} is no name of letters and digits; rename it in the sheet."
        )
    said.append(f"domain {name!r} is written {plain!r}.")
    return plain


def _scaled(table: pd.DataFrame, said: list[str], missing: list[str]) -> pd.DataFrame:
    """Name the column of the scale as stages know it, in micrometres."""
    for column in [name for name in table.columns if name not in SCALE_COLUMNS]:
        plain = bare(str(column))
        if plain in IN_UM:
            table = table.rename(columns={column: "pixel_size_um"})
            said.append(f"pixel_size_um: column {column!r}.")
        elif plain in IN_NM:
            sizes = [f"{float(text) / 1000:.6g}" if text else "" for text in table[column]]
            table = table.assign(**{str(column): sizes}).rename(columns={column: "pixel_size_um"})
            said.append(f"pixel_size_um: column {column!r}, divided by 1,000.")
        elif plain in MAGNIFICATION:
            table = table.rename(columns={column: "magnification"})
            said.append(f"magnification: column {column!r}.")
        elif plain.startswith("pixelsize"):
            missing.append(
                f"Column {column!r} has no unit that is known, so that it is not used; if it is in "
                "micrometres, name it 'pixel_size_um'."
            )
    return table


def _headers(path: Path, sheet: pd.DataFrame, column: str) -> dict[int, Header]:
    """Read the header of each image.

    Raises
    ------
    InputError
        With a sentence for each image that cannot be read.
    """
    headers, problems = {}, []
    for row, image in sheet[column].items():
        try:
            headers[int(str(row))] = read_header(image_path(path, str(image)))
        except InputError as error:
            problems.append(f"{path} row {row}: {error}")
    raise_problems(problems)
    return headers


def _say_scale_of_files(headers: Mapping[int, Header], said: list[str], missing: list[str]) -> None:
    sizes = {header.pixel_size_um for header in headers.values()}
    if None not in sizes and len(sizes) == 1:
        said.append(f"pixel size: {sizes.pop():g} µm, as every file says.")
    elif sizes == {None}:
        missing.append(
            "Neither the sheet nor a file says the size of a pixel: images keep their own pixels, "
            "and no length is in micrometres. If magnifications differ, add a column "
            "'pixel_size_um' or 'magnification'."
        )
    else:
        missing.append(
            "Files differ in the size of a pixel, or some say none: add a column 'pixel_size_um' "
            "for all images."
        )


def _labels(domains: Sequence[str], numbers: Sequence[str]) -> dict[str, str | None]:
    """Take the column that carries a domain's name for its label, or the only one there is."""
    only = numbers[0] if len(numbers) == 1 else None
    found = {}
    for domain in domains:
        own = [name for name in numbers if bare(domain) in map(bare, re.split(r"[_\W]+", name))]
        found[domain] = own[0] if len(own) == 1 else only
    return found


def _spans_decades(cells: pd.Series) -> bool:
    values = [float(text) for text in cells if text != ""]
    return min(values) > 0 and max(values) >= DECADE * min(values)


def _split_by(table: pd.DataFrame, said: list[str], missing: list[str]) -> tuple[str, float]:
    """Split by specimen, unless a domain has too few of them; return the share to test, too."""
    specimens = table.groupby("domain", sort=False)["specimen"].nunique()
    images = table.groupby("domain", sort=False)["image"].nunique()
    for domain, count in specimens.items():
        said.append(f"domain {domain}: {images[domain]} images of {count} specimens.")
    fewest = int(specimens.min())
    by = "specimen"
    if fewest < FEWEST_TO_SPLIT:
        by = "micrograph" if int(images.min()) >= FEWEST_TO_SPLIT else "region"
        missing.append(
            f"A domain has {fewest} specimens, too few to train, validate and test on others: "
            f"splits are by {by}, so that nothing is said of a new specimen."
        )
    elif (share := _test_share(fewest)) > MOST_TESTED:
        missing.append(
            f"A domain has {fewest} specimens; intervals need {FEWEST_FOR_INTERVAL} of each domain "
            f"to test, and so {FEWEST_FOR_INTERVAL / MOST_TESTED:.0f} at least."
        )
    else:
        if share > SHARES.test:
            said.append(
                f"splits: {share:.0%} of the specimens test, so that there are "
                f"{FEWEST_FOR_INTERVAL} of each domain, as intervals need."
            )
        return by, share
    return by, SHARES.test


def _test_share(specimens: int) -> float:
    """Return the least share that tests as many specimens as intervals need, in steps of 5 %."""
    return max(SHARES.test, math.ceil(20 * FEWEST_FOR_INTERVAL / specimens) / 20)


def _smallest(table: pd.DataFrame, headers: Mapping[int, Header]) -> int:
    edges = []
    for row, cells in table.iterrows():
        header = headers[int(str(row))]
        crop = [str(cells.get(name, "")) for name in ("crop_height_px", "crop_width_px")]
        whole = (header.height_px, header.width_px)
        edges += [int(float(c)) if c else size for c, size in zip(crop, whole, strict=True)]
    return min(edges)


def _same_cells(table: pd.DataFrame, sheet: pd.DataFrame) -> bool:
    return bool((table.to_numpy() == sheet.to_numpy()).all())
