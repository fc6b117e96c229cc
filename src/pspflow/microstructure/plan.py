"""Plan the chips of a whole image set, region by region, and count those rejected."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pspflow.errors import raise_problems
from pspflow.microstructure.chips import chip_rows, contrast, cut, grid_windows, random_windows
from pspflow.microstructure.splits import SPLITS
from pspflow.seeds import generator

BATCH = 512
EDGES = ("_start", "_stop")


@dataclass(frozen=True)
class Placement:
    """How windows are placed; see `grid_windows` and `random_windows`."""

    size_px: int
    stride_px: int | None
    """Step of a grid, or None for random windows."""
    redundancy: float
    """For random windows: total chip area over region area."""
    min_contrast: float
    """Chips of lower contrast are rejected."""

    def windows(self, region: pd.Series, seed: int) -> np.ndarray:
        """Place the windows of one region: (n, 2) row and column."""
        corners = {name: int(region[name]) for name in region.index if name.endswith(EDGES)}
        if self.stride_px is not None:
            return grid_windows(corners, self.size_px, self.stride_px)
        # seeded by micrograph, so that its chips do not depend on what else is in the sheet
        rng = generator(seed, "chips", region["micrograph"], region["split"])
        return random_windows(corners, self.size_px, self.redundancy, rng)


@dataclass
class Tally:
    """Chips kept and rejected, by domain and split."""

    _counts: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(self, domain: str, split: str, kept: int, rejected: int) -> None:
        """Count the chips of one region."""
        counts = self._counts.setdefault((domain, split), [0, 0, 0])
        for i, number in enumerate((kept, rejected, 1)):
            counts[i] += number

    def table(self) -> pd.DataFrame:
        """Return columns `domain`, `split`, `chips`, `rejected_low_contrast`, `regions`.

        Domains are in the order in which they were added.
        """
        domains = list(dict.fromkeys(domain for domain, _ in self._counts))
        order = sorted(self._counts, key=lambda at: (domains.index(at[0]), SPLITS.index(at[1])))
        rows = [(*key, *self._counts[key]) for key in order]
        columns = ["domain", "split", "chips", "rejected_low_contrast", "regions"]
        return pd.DataFrame(rows, columns=columns)

    def refuse_empty(self, min_contrast: float) -> None:
        """Raise `InputError` if a domain has a split without any chip."""
        raise_problems(
            [
                f"A minimum contrast (chips.min_contrast) of {min_contrast:g} leaves no {domain} "
                f"chip in the {split} split; lower it."
                if rejected
                else f"No window is placed in the {domain} images of the {split} split; lower "
                "chips.size_px or raise chips.redundancy."
                for (domain, split), (kept, rejected, _) in self._counts.items()
                if not kept
            ]
        )


def too_small(catalogue: pd.DataFrame, regions: pd.DataFrame, size_px: int) -> list[str]:
    """Return one sentence for each region that cannot hold a chip of `size_px`."""
    images = catalogue.set_index("micrograph")
    problems = []
    for region in regions.itertuples():
        height = region.row_stop - region.row_start
        width = region.column_stop - region.column_start
        if min(height, width) >= size_px:
            continue
        image = images.loc[region.micrograph]
        whole = height == image["height_px"] and width == image["width_px"]
        what = "the image" if whole else f"the {region.split} region of the image"
        wider = f"raise split.{region.split}, or split by specimen or micrograph"
        remedy = "remove the row" if whole else wider
        problems.append(
            f"Sheet row {image['row']}, {image['image']}: {what} is {height} x {width} pixels at "
            f"the common scale, smaller than a chip of {size_px}; lower chips.size_px, or {remedy}."
        )
    return problems


def plan_chips(
    catalogue: pd.DataFrame,
    regions: pd.DataFrame,
    placement: Placement,
    load: Callable[[str], np.ndarray],
    tally: Tally,
    seed: int,
) -> Iterator[pd.DataFrame]:
    """Plan the chips of every region.

    Parameters
    ----------
    catalogue
        Columns `micrograph`, `specimen`, `domain`.
    regions
        See `pspflow.microstructure.splits.REGION_COLUMNS`.
    placement
        Size, placement and minimum contrast.
    load
        Returns a micrograph's pixels, (rows, columns) uint8, by name; only called where there is
        a minimum contrast.
    tally
        Collects the counts.
    seed
        Seed of random placement.

    Yields
    ------
    DataFrame
        Chips of one region, see `pspflow.microstructure.chips.CHIP_COLUMNS`.

    Raises
    ------
    InputError
        At the end, if a split has no chip of a domain.
    """
    images = catalogue.set_index("micrograph")
    for _, region in regions.iterrows():
        name = region["micrograph"]
        image = {
            "micrograph": name,
            "specimen": images.loc[name, "specimen"],
            "domain": images.loc[name, "domain"],
        }
        windows = placement.windows(region, seed)
        chips = chip_rows(windows, placement.size_px, image, region["split"])
        kept = chips
        if placement.min_contrast > 0 and len(chips):
            kept = chips[_contrasts(load(name), chips) >= placement.min_contrast]
        tally.add(image["domain"], region["split"], len(kept), len(chips) - len(kept))
        if len(kept):
            yield kept
    tally.refuse_empty(placement.min_contrast)


def _contrasts(pixels: np.ndarray, chips: pd.DataFrame) -> np.ndarray:
    size_px = int(chips["size_px"].iloc[0])
    pieces = [chips.iloc[start : start + BATCH] for start in range(0, len(chips), BATCH)]
    return np.concatenate([contrast(cut(pixels, piece, size_px)) for piece in pieces])
