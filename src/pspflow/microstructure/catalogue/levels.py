"""Grey levels of the images of one sheet: whether all are meant on one scale.

Cameras of 10, 12 or 14 bits fill 16-bit files from below (levels up to 4095) or from above
(multiples of 16, or repeated bits); floats are on 0…1, 0…255 or 0…65535. One range of grey levels
serves the whole sheet, so that a mixture would leave a few levels to some of the images.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pspflow.arrays import refuses_masks

if TYPE_CHECKING:
    from pspflow.microstructure.catalogue.source import Source

SAMPLED_PX = 1 << 15
"""About this many pixels of an image are looked at."""
RARE = 0.01
"""This share of the pixels is left out at each end, and in the rarest levels: burnt-in marks,
defects."""
SPARSE = 4
"""Neighbouring levels this far apart mean that the file holds 14 bits or fewer, aligned high."""
FEWEST = 16
"""Fewer levels than this do not tell by their distances how they are aligned."""
FEWEST_MULTIPLES = 8
"""So many levels are hardly all multiples of 4 or more by chance."""
CAMERA_BITS = (8, 10, 12, 14)
BYTE_HIGH = 255
DARK = 15
"""An image that is meant on 0…255 is brighter than this."""
DEEP_HIGH = 1 << 12
UNIT_HIGH = 1.001
"""Highest float of an image on 0…1."""
BEYOND_UNIT = 32
"""An image that is not on 0…1 is brighter than this."""
DEEP_FLOAT = 1 << 14
"""An image on 0…65535 is brighter than this."""


@dataclass(frozen=True)
class Levels:
    """The levels of an image without rare ones: lowest and highest, number, least distance."""

    low: float
    high: float
    count: int
    """1 or 2 (several) for floats."""
    step: int = 0
    """0 for floats."""
    zeros: int = 0
    """Bits that are 0 in every level, from the lowest one on; 0 for floats."""

    @property
    def sparse_bits(self) -> int | None:
        """Bits of a pixel where the levels are aligned high in 16 bits; None where not."""
        bits = 16 - (self.step.bit_length() - 1) if self.step else 16
        aligned = self.step >= SPARSE and self.count >= FEWEST and self.high >= 1 << bits
        return bits if aligned else None


@refuses_masks
def count_levels(pixels: np.ndarray) -> Levels:
    """Count the grey levels of an image (rows, columns), uint8, uint16 or float, on some rows."""
    sample = pixels[:: max(1, pixels.size // SAMPLED_PX)].ravel()
    if pixels.dtype.kind == "f":
        low, high = np.quantile(sample, [RARE, 1 - RARE])
        # counting floats means sorting them, and only whether they differ matters
        return Levels(float(low), float(high), 2 if sample.max() > sample.min() else 1)
    counts = np.bincount(sample)
    found = np.flatnonzero(counts)
    times = counts[found]
    below = np.cumsum(times)
    low, high = found[np.searchsorted(below, [RARE * sample.size, (1 - RARE) * sample.size])]
    in_all = np.cumsum(np.bincount(times) * np.arange(times.max() + 1))
    least = int(np.searchsorted(in_all, RARE * sample.size, side="right"))
    usual = found[(times >= least) & (found >= low) & (found <= high)]
    step = int(np.diff(usual).min()) if len(usual) > 1 else 0
    used = int(np.bitwise_or.reduce(usual)) if len(usual) else 0
    zeros = (used & -used).bit_length() - 1 if used else 0
    return Levels(float(low), float(high), len(usual), step, zeros)


def mixed_levels(sheet: pd.DataFrame, sources: Sequence["Source"]) -> Iterator[str]:
    """Yield a sentence where the images of a sheet use different scales of grey levels."""
    if len({source.depth for source in sources}) > 1:
        return  # another sentence says so
    rows = _known(sheet, sources)
    depth = sources[0].depth if len(sources) else ""
    check = {"uint8": _masks, "uint16": _alignments, "float32": _float_ranges}.get(depth)
    if check and rows:
        yield from check(rows)


def _known(sheet: pd.DataFrame, sources: Sequence["Source"]) -> dict[int, Levels]:
    """Return the levels of each row; another check refuses images of one level."""
    return {
        row: source.levels
        for row, source in zip(sheet.index, sources, strict=True)
        if source.levels is not None and source.levels.count > 1
    }


def _masks(rows: dict[int, Levels]) -> Iterator[str]:
    masks = [row for row, levels in rows.items() if levels.high <= 1]
    bright = [row for row, levels in rows.items() if levels.high > BYTE_HIGH / 2]
    if masks and bright:
        yield (
            f"Sheet row {masks[0]}: the image has the levels 0 and 1 alone, while that of row "
            f"{bright[0]} reaches {rows[bright[0]].high:g}{_as_many(masks)}; save all images on "
            "one scale of levels."
        )


def _alignments(rows: dict[int, Levels]) -> Iterator[str]:
    sparse = {row: bits for row, levels in rows.items() if (bits := levels.sparse_bits)}
    most = max(sparse.values(), default=0)
    low = [
        row
        for row, levels in rows.items()
        if row not in sparse and levels.high < 1 << most and levels.step < SPARSE
    ]
    if low:
        high = next(row for row, bits in sparse.items() if bits == most)
        yield (
            f"Sheet rows {low[0]} and {high}: {most}-bit grey levels in 16-bit files, in row "
            f"{high} spread over all 16 bits (levels {rows[high].step} apart), in row {low[0]} not "
            f"(levels up to {rows[low[0]].high:g}){_as_many(low)}; save all images in one way, or "
            f"multiply the levels of the latter by {1 << (16 - most)}."
        )
        return
    if masks := list(_masks(rows)):
        yield from masks
        return
    pair = _multiples(rows, least=FEWEST_MULTIPLES)
    if pair:
        yield f"{pair}; save all images in one way."
        return
    pair = _bytes(rows, least=FEWEST)
    if pair:
        yield f"{pair}; save all images in one way."


def _multiples(rows: dict[int, Levels], least: int) -> str:
    """Say which images of few levels are aligned low and high; empty where none are.

    Levels without noise, as of simulated or segmented images, lie far apart in either alignment,
    but aligned high they are all multiples of a power of 2.
    """
    for bits in CAMERA_BITS:
        zeros = 16 - bits
        high = [r for r, each in rows.items() if each.zeros >= zeros and each.high >= 1 << bits]
        low = [r for r, each in rows.items() if each.zeros < zeros and each.high < 1 << bits]
        high = [row for row in high if rows[row].count >= least]
        low = [row for row in low if rows[row].count >= least]
        if high and low:
            return (
                f"Sheet rows {low[0]} and {high[0]}: both files are of 16 bits, but in row "
                f"{high[0]} all levels are multiples of {1 << rows[high[0]].zeros}, as of {bits} "
                f"bits aligned high, in row {low[0]} they end at {rows[low[0]].high:g}"
                f"{_as_many(low)}"
            )
    return ""


def _bytes(rows: dict[int, Levels], least: int) -> str:
    """Say which 16-bit files end where 8 bits do; empty where others do not go far beyond."""
    low = [r for r, each in rows.items() if each.high <= BYTE_HIGH and each.count >= least]
    deep = [r for r, each in rows.items() if each.high >= DEEP_HIGH]
    if not (low and deep):
        return ""
    return (
        f"Sheet rows {low[0]} and {deep[0]}: both files are of 16 bits, but in row {low[0]} levels "
        f"end at {rows[low[0]].high:g}, as those of 8 bits, in row {deep[0]} at "
        f"{rows[deep[0]].high:g}{_as_many(low)}"
    )


def doubtful_levels(sheet: pd.DataFrame, sources: Sequence["Source"]) -> Iterator[str]:
    """Yield a sentence where a few levels alone speak for two scales."""
    rows = _known(sheet, sources)
    if not rows or sources[0].depth == "float32":
        return
    pair = ""
    if sources[0].depth == "uint16":
        pair = _multiples(rows, least=2) or _bytes(rows, least=2)
    dark = [row for row, levels in rows.items() if levels.high <= DARK]
    bright = [row for row, levels in rows.items() if levels.high > BYTE_HIGH / 2]
    if not pair and dark and bright:
        pair = (
            f"Sheet rows {dark[0]} and {bright[0]}: in row {dark[0]} grey levels end at "
            f"{rows[dark[0]].high:g}, as those of labelled phases, in row {bright[0]} at "
            f"{rows[bright[0]].high:g}{_as_many(dark)}"
        )
    if pair:
        yield f"{pair}; save all images in one way, if these are not."


def _float_ranges(rows: dict[int, Levels]) -> Iterator[str]:
    unit = [row for row, levels in rows.items() if levels.high <= UNIT_HIGH]
    beyond = [row for row, levels in rows.items() if levels.high > BEYOND_UNIT]
    shallow = [row for row, levels in rows.items() if levels.high <= BYTE_HIGH]
    deep = [row for row, levels in rows.items() if levels.high > DEEP_FLOAT]
    for small, large in ((unit, beyond), (shallow, deep)):
        if small and large:
            yield (
                f"Sheet rows {small[0]} and {large[0]}: both files are of floats, but in row "
                f"{small[0]} levels end at {rows[small[0]].high:.3g}, in row {large[0]} at "
                f"{rows[large[0]].high:.3g}{_as_many(small)}; save all images in one range."
            )
            return


def _as_many(rows: list[int]) -> str:
    return f" (and {len(rows) - 1} more like it)" if len(rows) > 1 else ""
