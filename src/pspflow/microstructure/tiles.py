"""Fraction and mean free path of one image, with intervals from its tiles."""

from typing import NamedTuple

import numpy as np

from pspflow.arrays import refuses_masks
from pspflow.evaluation.comparisons import Difference


class Estimate(NamedTuple):
    """A value and its 95 % interval; NaN where there is none."""

    value: float
    low: float
    high: float


class TiledMorphology(NamedTuple):
    """Measures of one divided image."""

    ferrite_fraction: Estimate
    """0 to 1."""
    mean_free_path_px: Estimate
    """Pixels."""
    tiles: int
    """Tiles that the intervals come from."""


@refuses_masks
def tiled_morphology(ferrite: np.ndarray, tile_px: int) -> TiledMorphology:
    """Measure a whole image, and how far its tiles let the measures be trusted.

    The values are those of the whole image: a chord belongs to the tile that it starts in, and no
    border of a tile cuts it. The interval is that of the jackknife: every tile is left out in turn,
    and Student's t is taken for as many tiles. It assumes that tiles are independent samples of one
    structure: they must be two mean free paths wide or more (of random structures with a known
    value, 93 to 99 % of the intervals then hold it, and 88 % where tiles are narrower than a path).
    It speaks of the structure in the place of the image: other places of the specimen, and what
    threshold and preparation do, are not in it. At the border of the image chords are cut, which no
    interval shows.

    Parameters
    ----------
    ferrite
        (rows, columns) bool.
    tile_px
        Edge of a tile, at least; the image is divided into equal parts that are not smaller, where
        it is larger itself.

    Returns
    -------
    TiledMorphology
        Without intervals (NaN) where there is one tile, or all ferrite lies in one.

    Raises
    ------
    ValueError
        If the image has no ferrite, or is no image.
    """
    if ferrite.ndim != 2 or ferrite.dtype != bool or not ferrite.any():
        raise ValueError(
            f"ferrite must be (rows, columns) bool with ferrite in it, got {ferrite.shape} "
            f"{ferrite.dtype}"
        )
    if tile_px < 1:
        raise ValueError(f"tile_px must be 1 or more, got {tile_px}")
    starts = _starts(ferrite), _starts(ferrite.T).T
    parts = [_sums(each, tile_px) for each in (np.ones_like(ferrite), ferrite, *starts)]
    counts = np.stack(parts, axis=1)
    tiles = len(counts)
    total = counts.sum(axis=0)
    fraction, path = _measures(total)
    left_out = _measures((total - counts).T) if tiles > 1 else (np.full(1, np.nan),) * 2
    return TiledMorphology(
        _estimate(float(fraction), left_out[0], most=1.0),
        _estimate(float(path), left_out[1], most=np.inf),
        tiles,
    )


def _starts(ferrite: np.ndarray) -> np.ndarray:
    """Mark the first pixel of every chord of ferrite in the rows."""
    starts = ferrite.copy()
    starts[:, 1:] &= ~ferrite[:, :-1]
    return starts


def _sums(pixels: np.ndarray, tile_px: int) -> np.ndarray:
    """Count the true pixels of each tile: (tiles,) float64."""
    edges = [
        np.linspace(0, length, max(1, length // tile_px), endpoint=False).round().astype(int)
        for length in pixels.shape
    ]
    rows = np.add.reduceat(pixels.astype(np.float64), edges[0], axis=0)
    return np.asarray(np.add.reduceat(rows, edges[1], axis=1)).ravel()


def _measures(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute fraction and path from (4, ...) numbers of pixels, ferrite and chords both ways."""
    pixels, area, along_rows, along_columns = counts
    with np.errstate(invalid="ignore", divide="ignore"):
        return area / pixels, (area / along_rows + area / along_columns) / 2


def _estimate(value: float, left_out: np.ndarray, most: float) -> Estimate:
    if not np.isfinite(left_out).all():
        return Estimate(value, np.nan, np.nan)
    tiles = len(left_out)
    found = Difference.of(tiles * value - (tiles - 1) * left_out)
    half = found.high - found.mean
    return Estimate(value, max(0.0, value - half), min(most, value + half))
