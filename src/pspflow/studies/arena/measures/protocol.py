"""The protocol: every set of images against the same real test chips, over the real floor.

Test micrographs are cut into halves. Chips of the first halves are what all sets are compared with;
those of the second halves, from the same micrographs, are the floor. Each measure of a set is
divided by that of the floor, draw by draw.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pspflow.errors import InputError
from pspflow.evaluation.copies import (
    ALL_FLIPS,
    NEAREST_SHARE,
    block_means,
    flipped,
    nearest,
)
from pspflow.evaluation.coverage import NEIGHBOURS, coverage, density, inside_balls
from pspflow.evaluation.resampling import FEWEST_FOR_INTERVAL, Sample, interval, resamples
from pspflow.seeds import generator
from pspflow.studies.arena.chips.shared import SharedChips
from pspflow.studies.arena.measures.descriptors import (
    COPIES,
    COVERAGE,
    DENSITY,
    NEAREST,
    TEXTURE,
    UNITS,
    Descriptors,
)
from pspflow.studies.arena.models.made import Made
from pspflow.studies.arena.names import TRAINING

POOLED = "all"
"""In place of a domain: chips of all of them."""


@dataclass(frozen=True)
class Set:
    """Images of one side of a comparison."""

    images: np.ndarray
    """(n, y, x) uint8."""
    domains: np.ndarray
    """(n,) names."""
    units: np.ndarray
    """(n,) int64, columns of the draws: micrographs, or made images one by one."""
    features: Mapping[str, np.ndarray]
    """By descriptor, (n, k) float64."""
    blocks: np.ndarray
    """(n,) distances to the nearest training chip by grey levels of blocks."""

    def of(self, domain: str) -> np.ndarray:
        """Return positions (m,) of a domain's images, or of all for `POOLED`."""
        if domain == POOLED:
            return np.arange(len(self.domains))
        return np.flatnonzero(self.domains == domain)


@dataclass(frozen=True)
class Field:
    """All sets of the comparison, and the draws of their units."""

    real: Set
    """Test chips of the first halves."""
    floor: Set
    """Test chips of the second halves."""
    entrants: dict[str, Set]
    """By name, the ruler of training chips first."""
    draws: np.ndarray
    """(1 + R, units) how often each unit is drawn."""
    resolved: bool
    """Whether there are test micrographs enough for intervals."""


def field_of(
    shared: SharedChips,
    made: Mapping[str, Made],
    described: Descriptors,
    count: int,
    seed: int,
) -> Field:
    """Describe all images, and draw resamples of micrographs and of made images.

    Raises
    ------
    InputError
        If a domain has no test chips in one half of its micrographs.
    """
    training = shared.rows("train")
    blocks = np.concatenate(
        [
            block_means(each)
            for each in (
                shared.images[training],
                *(flipped(shared.images[training], *flip) for flip in ALL_FLIPS),
            )
        ]
    )
    groups, names = pd.factorize(shared.table["group"])
    domains = shared.table["domain"].to_numpy(object)

    def side(images: np.ndarray, wanted: np.ndarray, units: np.ndarray) -> Set:
        near = nearest(block_means(images), blocks)
        return Set(images, wanted, units, described.of(images), near)

    def real(rows: np.ndarray) -> Set:
        return side(shared.images[rows], domains[rows], groups[rows].astype(np.int64))

    halves = [shared.rows(shared.tested, half) for half in (0, 1)]
    for name in shared.domains:
        if not all((domains[rows] == name).any() for rows in halves):
            raise InputError(
                f"Domain {name!r} has no {shared.tested} chip in one half of its micrographs; "
                "raise arena.chips.chips_per_micrograph or steel.images.split."
            )
    ruler = _drawn_like(domains, training, domains[halves[1]], generator(seed, "ruler"))
    sets = {TRAINING: real(ruler)}
    first = len(names)
    strata = [_strata(shared.table, groups, [*halves, ruler])]
    for name, each in made.items():
        units = first + np.arange(len(each.images))
        sets[name] = side(each.images, each.domains, units)
        strata.append(strata[-1].max() + 1 + pd.factorize(each.domains)[0])
        first += len(each.images)
    draws = resamples(np.concatenate(strata), count, generator(seed, "resamples of the arena"))
    tested = shared.table.loc[shared.table["split"] == shared.tested, "group"].nunique()
    compared_with, floor = (real(rows) for rows in halves)
    return Field(compared_with, floor, sets, draws, tested >= FEWEST_FOR_INTERVAL)


def compared(field: Field, described: Descriptors, domain: str) -> Iterator[dict[str, object]]:
    """Yield a row for every entrant and measure of a domain, or of all domains.

    Yields
    ------
    dict
        `entrant`, `domain`, `measure`, `unit`, `images`, `real_images`, `value`, `floor`, and
        `ratio` with `ratio_low` and `ratio_high` (95 %; NaN with fewer than 12 test micrographs).
        Distances of a ratio above 1 are farther than the floor; density and coverage below 1 are
        less. `NEAREST` below 1 is nearer to training chips than test chips are; `COPIES` is the
        share that is nearer to one than 97.5 % of the test chips of the floor.
    """
    floor = dict(_measured(field, described, field.floor, domain))
    floor[COPIES] = np.full_like(floor[COPIES], floor[COPIES][0])  # few: a resample may have none
    for name, each in field.entrants.items():
        for measure, values in _measured(field, described, each, domain):
            if name == TRAINING and measure in (NEAREST, COPIES):
                continue  # a training chip is its own nearest
            with np.errstate(divide="ignore", invalid="ignore"):
                ratio = values / floor[measure]
            ends = interval(ratio) if field.resolved else (float(ratio[0]), np.nan, np.nan)
            yield {
                "entrant": name,
                "domain": domain,
                "measure": measure,
                "unit": UNITS[measure],
                "images": len(each.of(domain)),
                "real_images": len(field.real.of(domain)),
                "value": float(values[0]),
                "floor": float(floor[measure][0]),
                **dict(zip(("ratio", "ratio_low", "ratio_high"), ends, strict=True)),
            }


def _measured(
    field: Field, described: Descriptors, each: Set, domain: str
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each measure of a set against the real chips, (1 + R,) float64."""
    mine, theirs = each.of(domain), field.real.of(domain)
    used = np.union1d(each.units[mine], field.real.units[theirs])
    draws = field.draws[:, used]
    ours, real = (
        np.searchsorted(used, side.units[at]) for side, at in ((each, mine), (field.real, theirs))
    )
    for name, measure in described.measures.items():
        one = Sample(each.features[name][mine], ours)
        yield name, measure.compare(one, Sample(field.real.features[name][theirs], real), draws)
    if len(theirs) > NEIGHBOURS:
        inside = inside_balls(field.real.features[TEXTURE][theirs], each.features[TEXTURE][mine])
        weights = draws[:, real]
        yield DENSITY, density(inside, weights)
        yield COVERAGE, coverage(inside, weights)
    weights = draws[:, ours]
    near = each.blocks[mine]
    limit = np.quantile(field.floor.blocks[field.floor.of(domain)], NEAREST_SHARE)
    for name, values in ((NEAREST, near), (COPIES, near <= limit)):
        yield name, weights @ values / weights.sum(axis=1)


def _strata(table: pd.DataFrame, groups: np.ndarray, sets: list[np.ndarray]) -> np.ndarray:
    """Sort micrographs by domain and by the sets that have chips of them: (micrographs,) int64.

    No resample then leaves a domain of a set without chips.
    """
    member = np.stack([np.isin(np.arange(groups.max() + 1), groups[rows]) for rows in sets])
    domains = table.drop_duplicates("group")["domain"].astype(str)
    words = [
        f"{name} {''.join(map(str, each))}"
        for name, each in zip(domains, member.T + 0, strict=True)
    ]
    return np.asarray(pd.factorize(np.array(words, object))[0], np.int64)


def _drawn_like(
    domains: np.ndarray, rows: np.ndarray, like: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw rows of which every domain has as many as in `like`, or all that there are."""
    drawn = []
    for name in dict.fromkeys(like):
        here = rows[domains[rows] == name]
        drawn.append(rng.permutation(here)[: int((like == name).sum())])
    return np.sort(np.concatenate(drawn))
