"""Crops of the images: as the sheet gives them, or what lies above the annotation bar."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pspflow.microstructure.catalogue.names import CROP_COLUMNS
from pspflow.microstructure.catalogue.source import Source
from pspflow.microstructure.cells import number


def crop_of(
    cells: Mapping[Any, Any], height_px: int, width_px: int, bar_px: int
) -> tuple[list[int], str]:
    """Return row, column, height and width of an image's crop, and what is wrong with it.

    Parameters
    ----------
    cells
        The row of the sheet, text cells by column.
    height_px, width_px
        Size of the whole image.
    bar_px
        Pixel rows cut off the bottom, where the sheet gives no crop.
    """
    whole = [0, 0, max(height_px - bar_px, 1), width_px]
    texts = crop_cells(cells)
    if texts:
        numbers = [number(text) for text in texts]
        if _inside(numbers, height_px, width_px):
            return [int(each) for each in numbers if each is not None], ""
        return whole, (
            f"crop {' '.join(texts)!r} does not lie inside the {height_px} x {width_px} pixels of "
            f"{cells['image']}; give row, column, height and width in whole pixels."
        )
    if bar_px >= height_px:
        return whole, (
            f"an annotation bar (scale.annotation_bar_px) of {bar_px} leaves nothing of the "
            f"{height_px} rows of {cells['image']}; lower it."
        )
    return whole, ""


def crop_cells(cells: Mapping[Any, Any]) -> list[str]:
    """Return the four cells of a row's own crop; none where it has no crop."""
    if not all(name in cells for name in CROP_COLUMNS):
        return []
    texts = [str(cells[name]) for name in CROP_COLUMNS]
    return texts if any(texts) else []


def _inside(crop: Sequence[float | None], height_px: int, width_px: int) -> bool:
    if any(each is None or each != int(each) for each in crop):
        return False
    row, column, height, width = (int(each) for each in crop if each is not None)
    return (
        row >= 0
        and column >= 0
        and height > 0
        and width > 0
        and row + height <= height_px
        and column + width <= width_px
    )


def plan_crops(
    sheet: pd.DataFrame, sources: Sequence[Source], bar_px: int, problems: list[str]
) -> pd.DataFrame:
    """Return the four `CROP_COLUMNS` of every image."""
    given = [name for name in CROP_COLUMNS if name in sheet.columns]
    if given and len(given) < len(CROP_COLUMNS):
        lacking = ", ".join(name for name in CROP_COLUMNS if name not in given)
        problems.append(f"Sheet: crop columns come as four; add {lacking}.")
    crops = []
    rows = sheet.to_dict(orient="index").items()
    for (row, cells), source in zip(rows, sources, strict=True):
        crop, problem = crop_of(cells, source.height_px, source.width_px, bar_px)
        problems.extend([f"Sheet row {row}: {problem}"] if problem else [])
        crops.append(crop)
    return pd.DataFrame(crops, columns=list(CROP_COLUMNS), index=sheet.index)
