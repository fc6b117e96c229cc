"""Images that stand in a sheet more than once: the same file, its copy, or crops that overlap."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache

import numpy as np
import pandas as pd

from pspflow.arrays import refuses_masks
from pspflow.microstructure.catalogue.names import CROP_COLUMNS
from pspflow.microstructure.catalogue.source import Source
from pspflow.microstructure.catalogue.thumbnails import Match, alike

SURE = (0.75, 5.0)
"""Correlation and standard deviations from which on two images show one field.

Among 120 different micrographs of steel the highest were 0.27 and 2.1 (with one bar below all of
them 0.83 and 1.7); copies that were compressed, turned, brightened, inverted or halved had 0.87
and 5.6 or more."""
LIKELY = ((0.45, 4.0), (0.95, 3.5))
"""The same for two that likely do: either pair is enough."""
SAME = 0.9
"""Correlation from which on two images with the same counts of levels are one, turned or mirrored:
in a regular pattern, or one of few large features, the detail alone would not prove it."""
TELLING = 8
"""Fewer levels than this may have the same counts by chance."""


def overlapping(table: pd.DataFrame, sources: Sequence[Source]) -> Iterator[str]:
    """Yield a sentence for each row whose crop overlaps an earlier one of the same picture."""
    crops = table[list(CROP_COLUMNS)].to_numpy()
    for same in _of_one_picture(sources):
        for later, place in enumerate(same):
            row, image = table.index[place], table["image"].iloc[place]
            for other in same[:later]:
                rows = f"Sheet rows {table.index[other]} and {row}"
                if (crops[other] == crops[place]).all():
                    yield f"{rows}: the same image twice ({image}); remove one."
                    break
                if _overlap(crops[other], crops[place]):
                    yield (
                        f"{rows}: crops of one image ({image}) overlap; make them disjoint, or "
                        "remove one."
                    )
                    break


def _of_one_picture(sources: Sequence[Source]) -> Iterator[list[int]]:
    """Yield the places of sources that have the same pixels, where there are several."""
    places: dict[str, list[int]] = {}
    for place, source in enumerate(sources):
        places.setdefault(source.pixels_digest, []).append(place)
    yield from (same for same in places.values() if len(same) > 1)


def _overlap(first: np.ndarray, second: np.ndarray) -> bool:
    starts = np.maximum(first[:2], second[:2])
    stops = np.minimum(first[:2] + first[2:], second[:2] + second[2:])
    return bool((starts < stops).all())


def shared_files(table: pd.DataFrame, sources: Sequence[Source]) -> Iterator[str]:
    """Yield a sentence for each picture whose crops are of two specimens."""
    for first, *others in _of_one_picture(sources):
        owner = table["specimen"].iloc[first]
        second = next((each for each in others if table["specimen"].iloc[each] != owner), None)
        if second is not None:
            yield (
                f"Sheet rows {table.index[first]} and {table.index[second]}: crops of one image "
                f"({table['image'].iloc[first]}) are given to specimens {owner!r} and "
                f"{table['specimen'].iloc[second]!r}; correct that if it shows one specimen."
            )


def near_copies(
    table: pd.DataFrame, sources: Sequence[Source], pixels_of: Callable[[int], np.ndarray]
) -> tuple[list[str], list[str]]:
    """Compare the thumbnails of all images.

    Parameters
    ----------
    table
        The catalogue, indexed by row.
    sources
        One per row.
    pixels_of
        Reads the crop (rows, columns) at a place of the table; called for images whose thumbnails
        are alike without being proof.

    Returns
    -------
    problems
        One sentence for each image that surely shows the field of another specimen's.
    doubts
        One for each that likely does, or that shows another field of its own specimen.
    """
    places = [place for place, source in enumerate(sources) if source.thumbnail is not None]
    if len(places) < 2:
        return [], []
    tally = cache(lambda place: level_counts(pixels_of(place)))
    thumbnails = np.stack([sources[place].thumbnail for place in places])  # type: ignore[misc]
    problems: dict[int, str] = {}
    doubts: dict[int, str] = {}
    least_deviations = min(deviations for _, deviations in LIKELY)
    for match in alike(thumbnails, LIKELY[0][0], least_deviations):
        one, two = places[match.first], places[match.second]
        if two in problems or sources[one].pixels_digest == sources[two].pixels_digest:
            continue
        sure = _reaches(match, SURE)
        if not sure and match.correlation >= SAME:
            sure = tally(one) == tally(two) != ""
        if not (sure or any(_reaches(match, bounds) for bounds in LIKELY)):
            continue
        rows = f"Sheet rows {table.index[one]} and {table.index[two]}"
        images = f"{table['image'].iloc[one]} and {table['image'].iloc[two]}"
        owners = table["specimen"].iloc[one], table["specimen"].iloc[two]
        how = f"correlation {match.correlation:.2f}, where turned, mirrored or inverted alike"
        if owners[0] != owners[1] and sure:
            problems[two] = (
                f"{rows}: {images} show one field ({how}), but are given to specimens "
                f"{owners[0]!r} and {owners[1]!r}; remove one, or correct its specimen."
            )
        elif owners[0] != owners[1]:
            doubts.setdefault(
                two,
                f"{rows}: {images} of specimens {owners[0]!r} and {owners[1]!r} may show one field "
                f"({how}); remove one if they do.",
            )
        else:
            doubts.setdefault(
                two,
                f"{rows}: {images} seem to show one field twice ({how}); remove one if they do.",
            )
    return list(problems.values()), [doubts[two] for two in doubts if two not in problems]


def _reaches(match: Match, bounds: tuple[float, float]) -> bool:
    return match.correlation >= bounds[0] and match.deviations >= bounds[1]


@refuses_masks
def level_counts(pixels: np.ndarray) -> str:
    """Return a hash of how many pixels (rows, columns) have each level, from either end.

    It stays the same where a picture is turned, mirrored, inverted, or mapped to other levels
    without joining two.

    Returns
    -------
    str
        Empty where there are fewer than `TELLING` levels.
    """
    levels, counts = np.unique(pixels, return_counts=True)
    if len(levels) < TELLING:
        return ""
    told = counts if (counts > 1).sum() >= TELLING else levels
    return min(hashlib.sha256(order.tobytes()).hexdigest() for order in (told, told[::-1]))
