"""Splits: which pixels train, validate and test, decided once before anything is learned."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

SPLITS = ("train", "validation", "test")
REGION_COLUMNS = ("micrograph", "split", "row_start", "row_stop", "column_start", "column_stop")


def specimen_regions(
    catalogue: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Give each specimen, with all its micrographs, to one split.

    Specimens are drawn within groups that own the same domains, so that every domain comes to
    every split even where a specimen has images of one domain only.

    Parameters
    ----------
    catalogue
        Columns `micrograph`, `domain`, `specimen`, `height_px`, `width_px`.
    shares
        Share of each of `SPLITS`; they sum to 1.
    rng
        Source of the draw.

    Returns
    -------
    DataFrame
        `REGION_COLUMNS`; one region a micrograph: all of it.

    Raises
    ------
    ValueError
        If a group has fewer specimens than there are splits of a share above 0.
    """
    owned = catalogue.groupby("specimen")["domain"].agg(lambda names: tuple(sorted(set(names))))
    split_of: dict[str, str] = {}
    for domains, group in owned.groupby(owned, sort=True):
        specimens = rng.permutation(np.array(sorted(group.index), dtype=object))
        counts = apportion(len(specimens), shares)
        if any(shares[name] > 0 and counts[name] == 0 for name in SPLITS):
            raise ValueError(
                f"{len(specimens)} specimens with images of {' and '.join(domains)} are too few to "
                "split by specimen; add specimens, or split by region."
            )
        names = [name for name in SPLITS for _ in range(counts[name])]
        split_of.update(zip(specimens, names, strict=True))
    return pd.DataFrame(
        {
            "micrograph": catalogue["micrograph"],
            "split": catalogue["specimen"].map(split_of),
            "row_start": 0,
            "row_stop": catalogue["height_px"],
            "column_start": 0,
            "column_stop": catalogue["width_px"],
        }
    )


def image_regions(
    catalogue: pd.DataFrame, shares: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Cut every micrograph across its longer side into one band a split, in random order.

    Chips lie wholly inside one band, so that no pixel serves two splits. Bands of one
    micrograph share its specimen: this split measures less than one by specimen does.

    Parameters and return value as in `specimen_regions`.
    """
    rows = []
    for _, image in catalogue.iterrows():
        tall = image["height_px"] >= image["width_px"]
        length = int(image["height_px"] if tall else image["width_px"])
        order = [SPLITS[i] for i in rng.permutation(len(SPLITS)) if shares[SPLITS[i]] > 0]
        stops = np.rint(np.cumsum([shares[name] for name in order]) * length).astype(int)
        for name, start, stop in zip(order, [0, *stops[:-1]], stops, strict=True):
            across = (0, int(image["width_px"] if tall else image["height_px"]))
            along = (int(start), int(stop))
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
        neediest = max(names, key=lambda name: shares[name] * count - counts[name])
        counts[neediest] += 1
    return counts
