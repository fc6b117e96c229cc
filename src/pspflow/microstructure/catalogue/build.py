"""A sheet and its images become a catalogue: every micrograph's crop, scale, size and label."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath

import numpy as np
import pandas as pd

from pspflow.microstructure.catalogue import checks
from pspflow.microstructure.catalogue.columns import (
    doubtful_columns,
    misnamed_columns,
    read_columns,
)
from pspflow.microstructure.catalogue.crops import crop_cells, plan_crops
from pspflow.microstructure.catalogue.levels import doubtful_levels, mixed_levels
from pspflow.microstructure.catalogue.names import (
    GIVEN_COLUMNS,
    MADE_COLUMNS,
    OWN_COLUMNS,
    SHEET_COLUMNS,
)
from pspflow.microstructure.catalogue.repeats import overlapping, shared_files
from pspflow.microstructure.catalogue.scales import doubtful_scales, plan_scales
from pspflow.microstructure.catalogue.source import Source
from pspflow.microstructure.spellings import nearest

LONGEST_STEM = 60
"""Most characters of a file's stem in a micrograph's name, which names a folder."""


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
        The common scale of all images after rescaling; None: the sheet's median. The
        magnification is that of a scan as wide as most of the sheet's.

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
    table.insert(0, "micrograph", _names(sheet, sources))
    crops = plan_crops(sheet, sources, annotation_bar_px, problems)
    scale, size_um = plan_scales(sheet, sources, crops, pixel_size_um, magnification, problems)
    table = table.join(crops)
    table["scale"] = scale
    table["height_px"] = _rescaled(crops["crop_height_px"], scale)
    table["width_px"] = _rescaled(crops["crop_width_px"], scale)
    table["pixel_size_um"] = size_um
    table["depth"] = [source.depth for source in sources]
    table["colour"] = [source.colour for source in sources]
    problems.extend(_misused_columns(sheet, labels))
    others = [name for name in sheet.columns if name not in OWN_COLUMNS]
    table = table.join(read_columns(sheet, others, labels, problems))
    table["label"] = table["domain"].map(lambda name: labels.get(name) or "")
    table["label_value"] = [
        table[name][row] if name in table.columns else np.nan
        for row, name in table["label"].items()
    ]
    problems.extend(misnamed_columns(sheet, GIVEN_COLUMNS, labels))
    for check in checks.CHECKS:
        problems.extend(check(table, labels))
    problems.extend(checks.missing_labels(sheet, labels))
    problems.extend(overlapping(table, sources))
    problems.extend(checks.mixed_depths(table))
    problems.extend(mixed_levels(table, sources))
    return table.reset_index(), problems


def catalogue_doubts(
    sheet: pd.DataFrame, sources: Sequence[Source], table: pd.DataFrame
) -> list[str]:
    """Return what is suspicious in a catalogue without problems: one sentence each.

    Pictures that look alike are found by `near_copies`.

    Parameters
    ----------
    sheet, sources
        As for `build_catalogue`.
    table
        The catalogue that it made.
    """
    rows = table.set_index("row")
    others = [name for name in sheet.columns if name not in OWN_COLUMNS]
    return [
        *doubtful_scales(sheet, sources),
        *doubtful_levels(sheet, sources),
        *doubtful_columns(sheet, rows, others),
        *checks.doubtful_names(rows),
        *shared_files(rows, sources),
    ]


def _names(sheet: pd.DataFrame, sources: Sequence[Source]) -> list[str]:
    """Name micrographs so that neither other rows nor other columns of the sheet rename them."""
    names = []
    for cells, source in zip(sheet.to_dict(orient="records"), sources, strict=True):
        stem = re.sub(r"[^\w.-]+", "-", PurePath(str(cells["image"])).stem)[:LONGEST_STEM]
        crop = [re.sub(r"\D", "", text)[:9] for text in crop_cells(cells)]
        names.append("-".join([stem, source.digest[:8], *crop]))
    return names


def _rescaled(lengths_px: pd.Series, scale: pd.Series) -> pd.Series:
    """Return rescaled lengths, at least 1; `checks.sizes` reports those out of bounds."""
    rescaled = np.rint(lengths_px * scale).fillna(1)  # without a scale, as after an overflow
    return rescaled.clip(lower=1, upper=checks.MAX_PIXELS).astype("int64")


def _misused_columns(sheet: pd.DataFrame, labels: Mapping[str, str | None]) -> list[str]:
    wanted = {label for label in labels.values() if label}
    problems = [
        f"Sheet: column {name!r} cannot label a domain, since it describes the image; name a "
        "process or property column."
        for name in sorted(wanted & OWN_COLUMNS)
    ]
    for name in sorted(wanted - OWN_COLUMNS - set(sheet.columns)):
        like = nearest(name, map(str, sheet.columns))
        remedy = f"rename {like!r}, correct the label," if like else "add it,"
        problems.append(
            f"Sheet: label column {name!r} is missing; {remedy} or set no label for its domain."
        )
    problems.extend(
        f"Sheet: column {name!r} has a name that pspflow uses itself; rename it."
        for name in sheet.columns
        if name in MADE_COLUMNS
    )
    return problems
