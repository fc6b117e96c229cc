"""Splits: which pixels are for training, validation and test, decided once before any training."""

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

SPLITS = ("train", "validation", "test")
FILTER_REACH_PX = 3
"""Reach of the Lanczos filter, in pixels before or after rescaling, whichever are larger."""
REGION_COLUMNS = ("micrograph", "split", "row_start", "row_stop", "column_start", "column_stop")


def specimen_regions(
    catalogue: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Assign each specimen, with all its micrographs, to one split.

    Specimens are drawn within groups that have images of the same domains, so that every split
    gets every domain even where a specimen has images of one domain only. Groups too small for
    that, such as a single specimen that lacks an image, are drawn together.

    Parameters
    ----------
    catalogue
        Columns `micrograph`, `domain`, `specimen`, `height_px`, `width_px`.
    shares
        Share of each of `SPLITS`; they sum to 1.
    rng
        Random generator of the draw.

    Returns
    -------
    DataFrame
        `REGION_COLUMNS`; one region per micrograph: all of it.

    Raises
    ------
    ValueError
        If a domain has no specimen for a split whose share is above 0.
    """
    return _whole(catalogue, shares, rng, "specimen")


def micrograph_regions(
    catalogue: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Assign each micrograph to one split, for sheets with many micrographs of few specimens.

    Micrographs of one specimen are then in several splits, so this split is a weaker test than
    one by specimen: it does not test on new specimens. Parameters and return value as in
    `specimen_regions`.
    """
    return _whole(catalogue, shares, rng, "micrograph")


def _whole(
    catalogue: pd.DataFrame,
    shares: Mapping[str, float],
    rng: np.random.Generator,
    unit: Literal["specimen", "micrograph"],
) -> pd.DataFrame:
    """Assign specimens or micrographs, the unit, to splits."""
    wanted = [name for name in SPLITS if shares[name] > 0]
    split_of: dict[str, str] = {}
    for units in _strata(catalogue, len(wanted), unit):
        counts = apportion(len(units), shares)
        names = [name for name in SPLITS for _ in range(counts[name])]
        split_of.update(zip(rng.permutation(units), names, strict=True))
    splits = catalogue[unit].map(split_of)
    for domain, got in splits.groupby(catalogue["domain"]):
        lacking = sorted(set(wanted) - set(got), key=SPLITS.index)
        if lacking:
            weaker = "micrograph or region" if unit == "specimen" else "region"
            raise ValueError(
                f"Domain {domain!r} has too few {unit}s to split by {unit}: none is left for "
                f"{' and '.join(lacking)}; add {unit}s, or split by {weaker}."
            )
    return pd.DataFrame(
        {
            "micrograph": catalogue["micrograph"],
            "split": splits,
            "row_start": 0,
            "row_stop": catalogue["height_px"],
            "column_start": 0,
            "column_stop": catalogue["width_px"],
        }
    )


def _strata(catalogue: pd.DataFrame, smallest: int, unit: str) -> list[np.ndarray]:
    """Group specimens or micrographs by their domains; join groups below the smallest size."""
    owned = catalogue.groupby(unit)["domain"].agg(lambda names: tuple(sorted(set(names))))
    groups = [sorted(group.index) for _, group in owned.groupby(owned, sort=True)]
    strata = [group for group in groups if len(group) >= smallest]
    rest = sorted(name for group in groups if len(group) < smallest for name in group)
    return [np.array(group, dtype=object) for group in (*strata, rest) if group]


def image_regions(
    catalogue: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Cut every micrograph across its longer side into one band per split, in random order.

    Chips lie wholly inside one band, so that no pixel is in two splits. Between bands of a
    rescaled micrograph a few pixels are left out, since the resampling filter has mixed them.
    Bands of one micrograph share its specimen, so this split is a weaker test than one by
    specimen: it does not test on new specimens.

    Parameters and return value as in `specimen_regions`; the catalogue also has `scale`.
    """
    rows = []
    for _, image in catalogue.iterrows():
        tall = image["height_px"] >= image["width_px"]
        length = int(image["height_px"] if tall else image["width_px"])
        order = [SPLITS[i] for i in rng.permutation(len(SPLITS)) if shares[SPLITS[i]] > 0]
        portions = np.cumsum([shares[name] for name in order])
        stops = np.rint(portions / portions[-1] * length).astype(int)
        scale = float(image["scale"])
        mixed = 0 if scale == 1 else math.ceil(FILTER_REACH_PX * max(1.0, scale))
        for name, start, stop in zip(order, [0, *stops[:-1]], stops, strict=True):
            across = (0, int(image["width_px"] if tall else image["height_px"]))
            along = (
                int(start) + (mixed if start else 0),
                int(stop) - (mixed if stop < length else 0),
            )
            rows_, columns = (along, across) if tall else (across, along)
            rows.append((image["micrograph"], name, *rows_, *columns))
    return pd.DataFrame(rows, columns=list(REGION_COLUMNS))


def apportion(count: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Divide a count by shares, by largest remainder, with at least 1 for every share above 0.

    Where there are too few for that, the later splits stay at 0.
    """
    names = [name for name in SPLITS if shares[name] > 0]
    counts = dict.fromkeys(SPLITS, 0)
    for name in names[:count]:
        counts[name] = 1
    for _ in range(count - sum(counts.values())):
        furthest = max(names, key=lambda name: shares[name] * count - counts[name])
        counts[furthest] += 1
    return counts
