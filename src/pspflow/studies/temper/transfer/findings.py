"""Sentences about the transfer, computed from its tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import LEVEL
from pspflow.studies.temper.labels.classification import (
    CONTROLS,
    GAINS,
    MEASURED,
    above_chance,
    with_controls,
)
from pspflow.studies.temper.transfer.judged.copies import copies_finding
from pspflow.studies.temper.transfer.judged.spread import spread_findings
from pspflow.studies.temper.transfer.plausibility import (
    BELOW_ZERO,
    DENSITY,
    FLOOR,
    OTHERS,
    RULERS,
    SOURCE,
)
from pspflow.studies.temper.transfer.preservation import REAL, UNTRANSFERRED

FLOORS: Final[Sequence[tuple[str, str, Callable[[pd.DataFrame], pd.Series]]]] = (
    (
        "The floor is too high to compare with, since halves of the real chips of a target are "
        "farther from each other than real chips of other specimens are from the target",
        "There are too few chips, or the halves of a micrograph differ; raise "
        "temper.transfer.chips_per_specimen, or give more or larger micrographs.",
        lambda table: table[FLOOR] > table.get(OTHERS, np.inf),
    ),
    (
        "The floor resolves nothing: halves of the real chips of a target are as far from each "
        "other as untransferred sources are from the target",
        "No transfer can be judged by it there.",
        lambda table: table[FLOOR] >= table[SOURCE],
    ),
    (
        "The floor is below 0, so that smaller distances than what chance makes of equal sets "
        "cannot be told apart",
        "Differences of that size mean nothing there.",
        lambda table: table[FLOOR] < 0,
    ),
)
"""What can make a floor useless: words, remedy, and where it does in a table of a measure."""


@dataclass(frozen=True)
class Results:
    """Tables of the transfer."""

    checks: Mapping[str, pd.DataFrame]
    """Name of a training, VARIANT/seedN, its numerical checks."""
    plausibility: pd.DataFrame
    effects: pd.DataFrame
    spread: pd.DataFrame
    """Of trainings, see `spread.spread_between_trainings`."""
    copies: pd.DataFrame
    """Synthetic chips near to training chips, see `copies.copies`."""
    labels: pd.DataFrame | None
    """Label preservation; None where no domain has a label."""


def by_direction(table: pd.DataFrame) -> dict[tuple[str, str], pd.DataFrame]:
    """Arrange each measure with one row per direction, one column per regularisation or ruler."""
    kinds = table["flow"].where(table["flow"].isin(RULERS), table["flow"].str.split("/").str[0])
    way = table["source"].astype(str) + " → " + table["target"].astype(str)
    arranged = table.assign(kind=kinds, direction=way)
    order = [*dict.fromkeys(kinds[~kinds.isin(RULERS)]), *(r for r in RULERS if (kinds == r).any())]
    parts = {}
    for key, rows in arranged.groupby(["measure", "unit"], sort=False):
        wide = rows.pivot_table(index="direction", columns="kind", values="value", sort=False)
        # a ruler that a measure could not be taken of is no column of it
        parts[key] = wide[[name for name in order if name in wide]].reset_index()
    return parts


def label_summary(labels: pd.DataFrame) -> pd.DataFrame:
    """Average label preservation over the trainings of a regularisation, their limits as well."""
    labels = with_controls(labels)
    kind = labels["flow"].str.split("/").str[0].rename("flow")
    keys = [labels["target"], labels["label"], labels["features"], kind, labels["source"]]
    values = [*MEASURED, *CONTROLS, *GAINS, "specimens", "chips", "classes"]
    grouped = labels.groupby(keys, sort=False)
    notes = grouped["note"].first()
    means = grouped[values].mean()
    return (means if (notes == "").all() else means.assign(note=notes)).reset_index()


def findings(results: Results) -> tuple[str, ...]:
    """Say in sentences what the tables show, on every measure; what got worse is said first."""
    said = []
    for (kind, other), rows in results.effects.groupby(["variant", "compared_with"], sort=False):
        said += _effect_findings(str(kind), str(other), rows)
    said += [each.text for each in spread_findings(results.spread)]
    said.append(copies_finding(results.copies))
    wide = {
        measure: table.set_index("direction")
        for (measure, _), table in by_direction(results.plausibility).items()
    }
    said += _floor_findings(wide)
    for kind in (name for name in next(iter(wide.values())) if name not in RULERS):
        said += _distance_findings(kind, wide)
    if results.labels is not None:
        said += _label_findings(results.labels)
    return tuple(said)


def _effect_findings(kind: str, other: str, rows: pd.DataFrame) -> list[str]:
    """Count directions by measure, and compare means over all directions."""
    resolved = rows["p_adjusted"].notna().all()
    sure = rows["p_adjusted"] < LEVEL if resolved else rows["difference"] != 0
    better, worse = sure & (rows["difference"] < 0), sure & (rows["difference"] > 0)
    counts = rows.assign(better=better, worse=worse).groupby("measure", sort=False)
    counts = counts[["worse", "better"]].sum()
    ordered = counts.sort_values(["worse", "better"], ascending=[False, True], kind="stable")
    words = ("worse", "better") if resolved else ("larger", "smaller")
    each = "; ".join(
        f"{measure}: {words[0]} in {more}, {words[1]} in {less}"
        for measure, more, less in ordered.itertuples(name=None)
    )
    how = (
        f"at the level of {100 * LEVEL:.0f} %, by Student's t adjusted for {len(rows)} comparisons"
        if resolved
        else "without intervals to exclude chance"
    )
    one = (rows["trainings"] < 2).any()
    whose = " (of these single trainings: others may differ)" if one else ""
    said = [
        f"Variant {kind} compared with {other}, in how many of {len(rows) // len(counts)} "
        f"directions distances differ, {how}{whose}: {each}."
    ]
    ratios = _ratios(rows)
    if len(ratios):
        shares = "; ".join(f"{measure}: {ratio:.2f}" for measure, ratio in ratios.items())
        said.append(
            f"Variant {kind}, mean distances over all directions divided by those of {other}: "
            f"{shares}."
        )
    return said


def _ratios(rows: pd.DataFrame) -> pd.Series:
    """Divide means over directions, by measure, the largest first."""
    known = rows[~rows["measure"].isin(BELOW_ZERO)]
    means = known.groupby("measure", sort=False)[["with", "without"]].mean()
    positive = means[means["without"] > 0]
    return (positive["with"] / positive["without"]).sort_values(ascending=False, kind="stable")


def _floor_findings(wide: Mapping[str, pd.DataFrame]) -> list[str]:
    """Name the targets whose floor tells nothing, by measure, and why."""
    said = []
    for words, remedy, fails in FLOORS:
        named = {}
        for measure, table in wide.items():
            if FLOOR in table:
                at = table.index[fails(table)]
                named[measure] = list(dict.fromkeys(way.split(" → ")[-1] for way in at))
        each = "; ".join(f"{name}: {', '.join(them)}" for name, them in named.items() if them)
        if each:
            said.append(f"{words}, in (by measure) {each}. {remedy}")
    return said


def _distance_findings(kind: str, wide: Mapping[str, pd.DataFrame]) -> list[str]:
    """Count directions in which the chips of a regularisation meet each ruler, by measure."""
    total = len(next(iter(wide.values())))
    directions = f"Variant {kind}, directions of {total} in which transferred chips"
    closer = {measure: table[kind] < table[SOURCE] for measure, table in wide.items()}
    said = [
        f"{directions} are closer to real chips of the target than their untransferred sources "
        f"are: {_named(closer)}."
    ]
    others = {name: table for name, table in wide.items() if OTHERS in table}
    if others:
        counts = {
            name: [int((table[kind] <= factor * table[OTHERS]).sum()) for factor in (1, 2)]
            for name, table in others.items()
        }
        each = "; ".join(f"{name}: {a} ({b})" for name, (a, b) in _fewest_first(counts))
        said.append(
            f"{directions} are at most as far (in brackets: twice as far) from real chips of the "
            f"target as real chips of other specimens are: {each}."
        )
    floors = {
        name: table
        for name, table in wide.items()
        if FLOOR in table and name not in (*BELOW_ZERO, DENSITY)
    }
    if floors:
        within = {
            name: int((table[kind] <= 2 * table[FLOOR]).sum()) for name, table in floors.items()
        }
        each = "; ".join(f"{name}: {count}" for name, count in _fewest_first(within))
        said.append(
            f"{directions} are at most twice as far from real chips of the target as halves of "
            f"these are from each other: {each}."
        )
    return said


def _named(holds: Mapping[str, pd.Series]) -> str:
    """Count directions, and name those without, once for measures with the same ones."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for measure, each in holds.items():
        groups.setdefault(tuple(each.index[~each]), []).append(measure)
    total = len(next(iter(holds.values())))
    return "; ".join(
        f"{' and '.join(measures)}: {total - len(without)}"
        + (f" (not {', '.join(without)})" if without else "")
        for without, measures in sorted(groups.items(), key=lambda item: -len(item[0]))
    )


def _fewest_first(counts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(counts.items(), key=lambda item: item[1])


def _label_findings(labels: pd.DataFrame) -> list[str]:
    """Say what labels transfers keep, beside their untransferred sources and chance."""
    said = []
    labels = with_controls(labels)
    flows = labels[~labels["flow"].isin([REAL, UNTRANSFERRED, ""])]
    flows = flows.assign(kind=flows["flow"].str.split("/").str[0])
    for (kind, features), rows in flows.groupby(["kind", "features"], sort=False):
        known = rows.dropna(subset="balanced_accuracy")
        if known.empty:
            continue
        by_way = known.groupby(["source", "target"], observed=True)
        means = by_way["balanced_accuracy"].mean()
        above = above_chance(known).groupby([known["source"], known["target"]], observed=True).all()
        shares = ", ".join(f"{a} → {b} {100 * value:.0f} %" for (a, b), value in means.items())
        sure = _listed([way for way, each in above.items() if each])
        verdict = (
            f"above chance with the whole interval of every training: {sure}"
            if known["low"].notna().any()
            else "there are no intervals that could exclude chance"
        )
        mean = known["permuted_labels"].mean()
        chance = "" if pd.isna(mean) else f"; chance is that of permuted labels: {100 * mean:.0f} %"
        said.append(
            f"Labels classified from {features} of {kind}: {_gains(known)}; {verdict}; balanced "
            f"accuracy {shares}{chance}."
        )
    return said


def _gains(known: pd.DataFrame) -> str:
    """Say in which directions labels are classified less or more accurately than of the sources.

    Where there are intervals, those of all trainings must exclude 0.
    """
    by_way = known.groupby(["source", "target"], observed=True)
    if known["gain_low"].notna().any():
        less = by_way["gain_high"].max() < 0
        more = by_way["gain_low"].min() > 0
        open_ways = _listed([way for way in less.index if not (less[way] or more[way])])
        rest = f" (with the interval of every training; not told apart: {open_ways})"
    else:
        less, more = by_way["gain"].mean() <= 0, by_way["gain"].mean() > 0
        rest = " (without intervals)"
    return (
        "less accurate than for the untransferred sources: "
        f"{_listed([way for way in less.index if less[way]])}; more accurate: "
        f"{_listed([way for way in more.index if more[way]])}{rest}"
    )


def _listed(ways: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{a} → {b}" for a, b in ways) or "none"
