"""The catalogue of micrographs: a user's sheet, checked row by row and converted to numbers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

import numpy as np
import pandas as pd

SHEET_COLUMNS = ("image", "domain", "specimen")
CROP_COLUMNS = ("crop_row_px", "crop_column_px", "crop_height_px", "crop_width_px")
SCALE_COLUMNS = ("pixel_size_um", "magnification")
MADE_COLUMNS = (
    *("row", "micrograph", "scale", "height_px", "width_px", "depth", "colour"),
    *("label", "label_value"),
)
OWN_COLUMNS = frozenset((*MADE_COLUMNS, *SHEET_COLUMNS, *CROP_COLUMNS, *SCALE_COLUMNS))
"""Columns that describe an image; any other column of a sheet is a process or property."""
MAX_PIXELS = 2**28
"""Most pixels of a rescaled image: beyond it, the scale is most likely a typing error."""
LONGEST_STEM = 60
"""Most characters of a file's stem in a micrograph's name, which names a folder."""
WITH_UNIT = re.compile(
    r"_(nm|um|mm|m|s|min|h|c|k|[ck]_s|[ck]_min|m?m_min|m?m_s|rpm|[kmg]?pa|k?n|k?w|k?v"
    r"|hv|hrc|at_pct|wt_pct|pct|fraction|ratio|deg|px|count)$"
)
NUMBER_WITH_X = re.compile(r"^([-+]?[\d.]+(?:e[-+]?\d+)?)\s*[x×]?$", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """The image file of one row: size before cropping, depth, content hash, colour."""

    height_px: int
    width_px: int
    depth: str
    digest: str
    """Hash of the file, used in the micrograph's name."""
    pixels_digest: str
    """Hash of the decoded pixels, which finds the same picture in another format."""
    colour: bool = False


def build_catalogue(
    sheet: pd.DataFrame,
    sources: Sequence[Source],
    labels: Mapping[str, str | None],
    annotation_bar_px: int = 0,
    pixel_size_um: float | None = None,
    magnification: float | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Check a sheet and plan every micrograph's crop, scale and size.

    Parameters
    ----------
    sheet
        Text cells, indexed by row number, with columns `image`, `domain`, `specimen` and any
        of: `pixel_size_um` or `magnification`; the four `crop_…_px`; process and property
        columns. These become numbers where every filled cell is a number; label columns must.
    sources
        One `Source` per row.
    labels
        Every domain that may occur, with the column that labels it, or None.
    annotation_bar_px
        Pixel rows cut off the bottom of every image for which the sheet gives no crop.
    pixel_size_um, magnification
        The common scale of all images after rescaling; None: the sheet's median.

    Returns
    -------
    table
        One row per micrograph: `micrograph` (stable name: file stem and content hash), `image`,
        `domain`, `specimen`, the crop in pixels of the file, `scale` (rescaled over original),
        `height_px` and `width_px` after it, `pixel_size_um` after it (NaN where unknown),
        `depth` and `colour` of the file, the sheet's other columns, and `label` and `label_value`:
        the column that labels the micrograph's domain (empty where none does) and its value.
    problems
        One sentence per fault, with row or column and remedy; use the table only where there is
        none.
    """
    problems: list[str] = []
    table = pd.DataFrame({name: sheet[name] for name in SHEET_COLUMNS})
    table.insert(0, "micrograph", _names(sheet["image"], sources))
    crops = _crops(sheet, sources, annotation_bar_px, problems)
    scale, size_um = _scales(sheet, pixel_size_um, magnification, problems)
    table = table.join(crops)
    table["scale"] = scale
    table["height_px"] = _rescaled(crops["crop_height_px"], scale)
    table["width_px"] = _rescaled(crops["crop_width_px"], scale)
    table["pixel_size_um"] = size_um
    table["depth"] = [source.depth for source in sources]
    table["colour"] = [source.colour for source in sources]
    table = table.join(_extra_columns(sheet, labels, problems))
    table["label"] = table["domain"].map(lambda name: labels.get(name) or "")
    table["label_value"] = [
        table[name][row] if name in table.columns else np.nan
        for row, name in table["label"].items()
    ]
    for check in (_empty_cells, _unknown_domains, _sizes, _conflicts):
        problems.extend(check(table, labels))
    problems.extend(_missing_labels(sheet, labels))
    problems.extend(_repeated(sheet, sources))
    problems.extend(_mixed_depths(table))
    return table.reset_index(), problems


def _names(images: pd.Series, sources: Sequence[Source]) -> list[str]:
    stems = (re.sub(r"[^\w.-]+", "-", PurePath(str(image)).stem) for image in images)
    return [
        f"{stem[:LONGEST_STEM]}-{source.digest[:8]}"
        for stem, source in zip(stems, sources, strict=True)
    ]


def _number(text: str) -> float | None:
    match = NUMBER_WITH_X.match(text)
    try:
        value = float(match[1]) if match else float("nan")
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _numbers(texts: pd.Series) -> pd.Series:
    """Read cells as float64; NaN where a cell is not a number."""
    numbers = [_number(text) for text in texts]
    return pd.Series(numbers, texts.index, dtype="float64")


def _rescaled(lengths_px: pd.Series, scale: pd.Series) -> pd.Series:
    """Return rescaled lengths, at least 1; `_sizes` reports those out of bounds."""
    return np.rint(lengths_px * scale).clip(lower=1, upper=MAX_PIXELS).astype("int64")


def _crops(
    sheet: pd.DataFrame, sources: Sequence[Source], bar_px: int, problems: list[str]
) -> pd.DataFrame:
    given = [name for name in CROP_COLUMNS if name in sheet.columns]
    if given and len(given) < len(CROP_COLUMNS):
        lacking = ", ".join(name for name in CROP_COLUMNS if name not in given)
        problems.append(f"Sheet: crop columns come as four; add {lacking}.")
    crops = []
    for (row, cells), source in zip(sheet.iterrows(), sources, strict=True):
        crop = [0, 0, max(source.height_px - bar_px, 1), source.width_px]
        texts = [cells[name] for name in CROP_COLUMNS] if len(given) == len(CROP_COLUMNS) else []
        if any(texts):
            numbers = [_number(text) for text in texts]
            if _inside(numbers, source):
                crop = [int(number) for number in numbers if number is not None]
            else:
                problems.append(
                    f"Sheet row {row}: crop {' '.join(texts)!r} does not lie inside the "
                    f"{source.height_px} x {source.width_px} pixels of {cells['image']}; give row, "
                    "column, height and width in whole pixels."
                )
        elif bar_px >= source.height_px:
            problems.append(
                f"Sheet row {row}: an annotation bar (scale.annotation_bar_px) of {bar_px} leaves "
                f"nothing of the {source.height_px} rows of {cells['image']}; lower it."
            )
        crops.append(crop)
    return pd.DataFrame(crops, columns=list(CROP_COLUMNS), index=sheet.index)


def _inside(crop: Sequence[float | None], source: Source) -> bool:
    if any(number is None or number != int(number) for number in crop):
        return False
    row, column, height, width = (int(number) for number in crop if number is not None)
    return (
        row >= 0
        and column >= 0
        and height > 0
        and width > 0
        and row + height <= source.height_px
        and column + width <= source.width_px
    )


def _scales(
    sheet: pd.DataFrame, size_um: float | None, magnification: float | None, problems: list[str]
) -> tuple[pd.Series, pd.Series]:
    """Return the scale factor of every image, and its pixel size afterwards."""
    unscaled = pd.Series(1.0, sheet.index), pd.Series(np.nan, sheet.index)
    present = [name for name in SCALE_COLUMNS if name in sheet.columns]
    if len(present) != 1:
        if present:
            problems.append("Sheet: both 'pixel_size_um' and 'magnification'; keep one of them.")
        elif size_um is not None or magnification is not None:
            problems.append("Sheet: no 'pixel_size_um' or 'magnification' to rescale by; add one.")
        return unscaled
    column = present[0]
    target = size_um if column == "pixel_size_um" else magnification
    other = magnification if column == "pixel_size_um" else size_um
    if other is not None:
        (unused,) = set(SCALE_COLUMNS) - {column}
        problems.append(
            f"Sheet: it gives column {column!r}; set scale.{column} instead of scale.{unused}."
        )
    values = _numbers(sheet[column])
    bad = [row for row, value in values.items() if not value > 0]
    problems.extend(
        f"Sheet row {row}, column {column!r}: {sheet[column][row]!r} is not a positive number; "
        "give the scale of this image or remove its row."
        for row in bad
    )
    if bad:
        return unscaled
    # of two middle values take the coarser scale, so that the median is the scale of some images
    coarser: Literal["higher", "lower"] = "higher" if column == "pixel_size_um" else "lower"
    common = float(values.quantile(0.5, coarser)) if target is None else target
    if column == "pixel_size_um":
        return values / common, pd.Series(common, sheet.index)
    return common / values, pd.Series(np.nan, sheet.index)


def _extra_columns(
    sheet: pd.DataFrame, labels: Mapping[str, str | None], problems: list[str]
) -> pd.DataFrame:
    """Read process and property columns: numbers where all filled cells are, else text."""
    wanted = {label for label in labels.values() if label}
    problems.extend(
        f"Sheet: column {name!r} cannot label a domain, since it describes the image; name a "
        "process or property column."
        for name in sorted(wanted & OWN_COLUMNS)
    )
    problems.extend(
        f"Sheet: label column {name!r} is missing; add it, or set no label for its domain."
        for name in sorted(wanted - OWN_COLUMNS - set(sheet.columns))
    )
    problems.extend(
        f"Sheet: column {name!r} has a name that pspflow uses itself; rename it."
        for name in sheet.columns
        if name in MADE_COLUMNS
    )
    columns: dict[str, Any] = {}
    for name in sheet.columns:
        if name in OWN_COLUMNS:
            continue
        filled = sheet[name] != ""
        numbers = _numbers(sheet[name])
        odd = filled & numbers.isna()
        if name in wanted or _mistyped(name, odd.sum(), filled.sum()):
            problems.extend(
                f"Sheet row {row}, column {name!r}: {sheet[name][row]!r} is not a number; give one "
                "or leave the cell empty."
                for row in sheet.index[odd]
            )
        columns[name] = sheet[name] if odd.any() and name not in wanted else numbers
    return pd.DataFrame(columns, index=sheet.index)


def _mistyped(name: str, odd: int, filled: int) -> bool:
    """Return whether a column of text is one of numbers with typing errors."""
    return bool(WITH_UNIT.search(name)) and 0 < odd <= filled / 2


def _empty_cells(table: pd.DataFrame, _: Mapping[str, str | None]) -> Iterator[str]:
    for name in SHEET_COLUMNS:
        for row in table.index[table[name] == ""]:
            yield f"Sheet row {row}, column {name!r} is empty; fill it in."


def _unknown_domains(table: pd.DataFrame, labels: Mapping[str, str | None]) -> Iterator[str]:
    for row, domain in table["domain"].items():
        if domain and domain not in labels:
            yield (
                f"Sheet row {row}: domain {domain!r} is not one of {', '.join(labels)}; correct it "
                "or add it to the configured domains."
            )
    for domain in labels:
        if not (table["domain"] == domain).any():
            yield f"Sheet: no image of domain {domain!r}; add some or remove the domain."


def _sizes(table: pd.DataFrame, _: Mapping[str, str | None]) -> Iterator[str]:
    for row, image in table.iterrows():
        sides = [image[f"crop_{side}_px"] * image["scale"] for side in ("height", "width")]
        if not (sides[0] * sides[1] <= MAX_PIXELS and min(sides) >= 0.5):
            yield (
                f"Sheet row {row}: brought to the common scale, {image['image']} would have "
                f"{sides[0]:.4g} x {sides[1]:.4g} pixels; check the scale of its row."
            )


def _conflicts(table: pd.DataFrame, labels: Mapping[str, str | None]) -> Iterator[str]:
    columns = sorted({*filter(None, labels.values())} & set(table.columns) - OWN_COLUMNS)
    for specimen, rows in table.groupby("specimen", sort=False):
        for name in columns:
            values = rows[name].dropna()
            if values.drop_duplicates().size > 1:
                first, second = values.drop_duplicates().index[:2]
                yield (
                    f"Sheet rows {first} and {second}: specimen {specimen!r} has two values of "
                    f"{name!r}, {values[first]:g} and {values[second]:g}; a specimen is one "
                    "experiment, so give it one value or two names."
                )


def _missing_labels(sheet: pd.DataFrame, labels: Mapping[str, str | None]) -> Iterator[str]:
    for domain, name in labels.items():
        if name and name in sheet.columns and name not in OWN_COLUMNS:
            for row in sheet.index[(sheet["domain"] == domain) & (sheet[name] == "")]:
                yield (
                    f"Sheet row {row}, column {name!r} is empty, but labels domain {domain!r}; "
                    "fill it in, or set no label for this domain."
                )


def _repeated(sheet: pd.DataFrame, sources: Sequence[Source]) -> Iterator[str]:
    first: dict[str, Any] = {}
    for row, source in zip(sheet.index, sources, strict=True):
        if source.pixels_digest in first:
            yield (
                f"Sheet rows {first[source.pixels_digest]} and {row}: the same image twice "
                f"({sheet['image'][row]}); remove one."
            )
        first.setdefault(source.pixels_digest, row)


def _mixed_depths(table: pd.DataFrame) -> Iterator[str]:
    depths = sorted(set(table["depth"]))
    if len(depths) > 1:
        rows = {depth: table.index[table["depth"] == depth][0] for depth in depths}
        where = ", ".join(f"{depth} in row {row}" for depth, row in rows.items())
        yield f"Sheet: images of different depth ({where}); convert them to one depth."
