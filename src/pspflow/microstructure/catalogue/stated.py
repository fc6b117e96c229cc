"""Sizes of pixels that the files themselves state: used, or compared with what the sheet gives."""

from collections.abc import Iterator, Sequence

import pandas as pd

from pspflow.microstructure.catalogue.source import Source

SAME = 0.02
"""Largest relative difference between sizes of a pixel that are taken as equal."""
CONTRADICTS = 1.9
"""A sheet and a file whose sizes differ by this factor cannot both be right."""


def stated_sizes(sheet: pd.DataFrame, sources: Sequence[Source]) -> pd.Series:
    """Return the size that each file states, in µm; NaN where it states none."""
    return pd.Series([source.pixel_size_um for source in sources], sheet.index, dtype="float64")


def oblong_pixels(sheet: pd.DataFrame, sources: Sequence[Source]) -> Iterator[str]:
    """Yield a sentence for each image whose pixels are not square: all lengths would be wrong."""
    for row, source in zip(sheet.index, sources, strict=True):
        if source.pixel_edges_um is not None:
            down, across = source.pixel_edges_um
            yield (
                f"Sheet row {row}: by {sheet['image'][row]} a pixel is {down:.4g} µm high and "
                f"{across:.4g} µm wide, not square; resample the image to square pixels, or save "
                "it without its size if that is wrong."
            )


def sizes_of_files(
    sheet: pd.DataFrame,
    sources: Sequence[Source],
    size_um: float | None,
    magnification: float | None,
    problems: list[str],
) -> tuple[pd.Series, pd.Series] | None:
    """Use the sizes that all files give, where they agree; ask where any do not."""
    known = stated_sizes(sheet, sources).dropna()
    if known.empty or known.max() <= known.min() * (1 + SAME):
        if len(known) == len(sheet) and magnification is None and len(sheet):
            size = float(known.median())
            common = size if size_um is None else size_um
            return pd.Series(size / common, sheet.index), pd.Series(common, sheet.index)
        if size_um is not None or magnification is not None:
            problems.append("Sheet: no 'pixel_size_um' or 'magnification' to rescale by; add one.")
        return None
    small, large = known.idxmin(), known.idxmax()
    problems.append(
        f"Sheet rows {small} and {large}: the files say {known[small]:.4g} and {known[large]:.4g} "
        "µm per pixel, but the sheet gives no scale; add a column 'pixel_size_um' with the size of "
        "every image."
    )
    return None


def contradictions(
    sheet: pd.DataFrame, sources: Sequence[Source], values: pd.Series
) -> Iterator[str]:
    """Yield a sentence for each size in the sheet that its file contradicts beyond doubt."""
    for row, source in zip(sheet.index, sources, strict=True):
        if source.pixel_size_um and _factor(values[row], source.pixel_size_um) >= CONTRADICTS:
            yield (
                f"Sheet row {row}: pixel_size_um is {values[row]:g}, but {sheet['image'][row]} "
                f"says {source.pixel_size_um:.4g} µm per pixel; correct the sheet, or save the "
                "image without its size if that is wrong."
            )


def doubtful_files(
    sheet: pd.DataFrame, sources: Sequence[Source], values: pd.Series | None
) -> Iterator[str]:
    """Yield a sentence for each file whose size is overruled or cannot be believed.

    Parameters
    ----------
    sheet, sources
        The rows and their files.
    values
        The sizes that the sheet gives, in µm, if it does.
    """
    for row, source in zip(sheet.index, sources, strict=True):
        image, counts = sheet["image"][row], "this size is taken as unknown"
        if values is not None:
            counts = f"the sheet's {values[row]:g} counts"
            size_um = source.pixel_size_um
            if size_um and SAME < _factor(values[row], size_um) - 1 < CONTRADICTS - 1:
                yield f"Sheet row {row}: {image} says {size_um:.4g} µm per pixel; {counts}."
        if source.scale_doubt:
            yield f"Sheet row {row}: by {image}, {source.scale_doubt}; {counts}."


def _factor(first: float, second: float) -> float:
    return max(first / second, second / first)
