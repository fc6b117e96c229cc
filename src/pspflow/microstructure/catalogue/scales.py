"""Scales of the images: from pixel sizes, or from magnifications and the widths of the scans.

A magnification gives the width of the field, not the size of a pixel: of two scans of one field the
one of twice as many pixels has pixels of half the size.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from pspflow.microstructure.catalogue.names import SCALE_COLUMNS
from pspflow.microstructure.catalogue.source import Source
from pspflow.microstructure.catalogue.stated import (
    SAME,
    contradictions,
    doubtful_files,
    oblong_pixels,
    sizes_of_files,
    stated_sizes,
)
from pspflow.microstructure.cells import number, read_cell

ROUNDED = 0.1
"""The same of sizes that are computed from magnifications, which are rounded."""


def plan_scales(
    sheet: pd.DataFrame,
    sources: Sequence[Source],
    crops: pd.DataFrame,
    size_um: float | None,
    magnification: float | None,
    problems: list[str],
) -> tuple[pd.Series, pd.Series]:
    """Return the scale factor of every image, and its pixel size afterwards.

    Parameters
    ----------
    sheet
        Text cells.
    sources
        One per row.
    crops
        Their crops.
    size_um, magnification
        The common scale; None: the sheet's median. The magnification is that of a scan of
        `reference_width`.
    problems
        Sentences are added to it.
    """
    unscaled = pd.Series(1.0, sheet.index), pd.Series(np.nan, sheet.index)
    problems.extend(oblong_pixels(sheet, sources))
    present = [name for name in SCALE_COLUMNS if name in sheet.columns]
    if len(present) > 1:
        problems.append("Sheet: both 'pixel_size_um' and 'magnification'; keep one of them.")
        return unscaled
    if not present:
        return sizes_of_files(sheet, sources, size_um, magnification, problems) or unscaled
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
        f"{_remedy(str(sheet[column][row]))}"
        for row in bad
    )
    if bad:
        return unscaled
    if column == "pixel_size_um":
        problems.extend(contradictions(sheet, sources, values))
        common = _median(values, "higher") if target is None else target
        return values / common, pd.Series(common, sheet.index)
    problems.extend(_unknown_fields(sheet, sources, crops))
    widths = scan_widths(sources)
    per_field = values * widths
    common = _median(per_field, "lower") if target is None else target * reference_width(sources)
    return common / per_field, pd.Series(np.nan, sheet.index)


def _median(values: pd.Series, coarser: Literal["higher", "lower"]) -> float:
    # of two middle values take the coarser scale, so that the median is the scale of some images
    return float(values.quantile(0.5, coarser))


def _numbers(texts: pd.Series) -> pd.Series:
    return pd.Series([number(str(text)) for text in texts], texts.index, dtype="float64")


def _remedy(text: str) -> str:
    cell = read_cell(text)
    if cell.kind == "nearly" and cell.remedy.startswith("write") and not cell.suffix:
        return f"{cell.remedy}."
    return "give the scale of this image or remove its row."


def scan_widths(sources: Sequence[Source]) -> np.ndarray:
    """Return the width of every scan, (n,) pixels: of the whole image, before anything is cut.

    A scan that is turned by 90°, as another image of the sheet shows, has its width as its height.
    """
    sizes = {(source.height_px, source.width_px) for source in sources}
    return np.array(
        [
            source.height_px
            if source.height_px > source.width_px and (source.width_px, source.height_px) in sizes
            else source.width_px
            for source in sources
        ],
        dtype=np.float64,
    )


def reference_width(sources: Sequence[Source]) -> int:
    """Return the most frequent width of a scan in pixels; of equally frequent ones the least."""
    widths, counts = np.unique(scan_widths(sources), return_counts=True)
    return int(widths[counts.argmax()])


def _unknown_fields(
    sheet: pd.DataFrame, sources: Sequence[Source], crops: pd.DataFrame
) -> Iterator[str]:
    """Yield a sentence for each width of images that are no other scans of the same field.

    Scans of one field have one ratio of height to width, with or without the bar below them.
    """
    widths = scan_widths(sources)
    usual = reference_width(sources)
    heights = np.array([s.height_px * s.width_px for s in sources]) / widths
    above_bar = np.where(
        crops["crop_width_px"] == [s.width_px for s in sources], crops["crop_height_px"], heights
    )
    ratios = np.stack([heights, above_bar], axis=1) / widths[:, None]
    for width in sorted(set(widths) - {usual}):
        mine, theirs = ratios[widths == width].ravel(), ratios[widths == usual].ravel()
        if not (np.abs(mine[:, None] / theirs - 1) <= SAME).any():
            row, other = np.flatnonzero(widths == width)[0], np.flatnonzero(widths == usual)[0]
            one, two = sources[row], sources[other]
            yield (
                f"Sheet rows {sheet.index[other]} and {sheet.index[row]}: images of "
                f"{two.height_px} x {two.width_px} and {one.height_px} x {one.width_px} pixels are "
                "not both whole scans, so that magnification does not give the size of a pixel; "
                "give 'pixel_size_um' instead, or the whole images and their crops."
            )


def doubtful_scales(sheet: pd.DataFrame, sources: Sequence[Source]) -> Iterator[str]:
    """Yield a sentence for each scale that is used although something speaks against it."""
    given = "pixel_size_um" in sheet.columns
    yield from doubtful_files(sheet, sources, _numbers(sheet["pixel_size_um"]) if given else None)
    if "magnification" in sheet.columns:
        yield from _doubtful_fields(sheet, sources)


def _doubtful_fields(sheet: pd.DataFrame, sources: Sequence[Source]) -> Iterator[str]:
    """Yield a sentence where files contradict magnifications, and where scans differ in width."""
    stated = stated_sizes(sheet, sources)
    per_field = _numbers(sheet["magnification"]) * scan_widths(sources)
    constant = (per_field * stated).dropna()
    if not constant.empty and constant.max() > constant.min() * (1 + ROUNDED):
        low, high = constant.idxmin(), constant.idxmax()
        yield (
            f"Sheet rows {low} and {high}: their files say {stated[low]:.4g} and "
            f"{stated[high]:.4g} µm per pixel, which their magnifications contradict by a "
            f"factor of {constant[high] / constant[low]:.3g}; the sheet's magnifications count."
        )
    widths = sorted({int(width) for width in scan_widths(sources)})
    if len(widths) > 1:
        yield (
            f"Sheet: images {' and '.join(map(str, widths[:4]))} pixels wide are taken as "
            "whole scans of the field that their magnification gives; give 'pixel_size_um' if "
            "some were cropped."
        )


def said_of_scales(table: pd.DataFrame, sheet: pd.DataFrame, sources: Sequence[Source]) -> str:
    """Say to which scale images are brought, and how many of them are rescaled."""
    rescaled = int((table["scale"] != 1).sum())
    counted = f"{rescaled} of {len(table)} images are rescaled"
    size_um = float(table["pixel_size_um"].iloc[0])
    if np.isfinite(size_um):
        whose = "" if "pixel_size_um" in sheet.columns else ", as the files say"
        return f"Common scale: {size_um:.4g} µm per pixel{whose}; {counted}"
    if "magnification" in sheet.columns:
        width = reference_width(sources)
        first = float(_numbers(sheet["magnification"]).iloc[0]) * scan_widths(sources)[0]
        common = float(table["scale"].iloc[0]) * first / width
        return (
            f"Common scale: magnification {common:.4g} of scans {width} pixels wide, whose pixel "
            f"size is unknown; {counted}"
        )
    return "The sheet gives no scale: images keep their own pixels"
