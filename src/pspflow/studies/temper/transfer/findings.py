"""Sentences about the transfer, computed from its tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import LEVEL
from pspflow.studies.temper.transfer.judged.copies import copies_finding
from pspflow.studies.temper.transfer.judged.kept_labels import label_findings
from pspflow.studies.temper.transfer.judged.rulers_met import rulers_findings, rulers_met
from pspflow.studies.temper.transfer.judged.spread import spread_finding
from pspflow.studies.temper.transfer.plausibility import (
    BELOW_ZERO,
    FLOOR,
    OTHERS,
    RULERS,
    SOURCE,
)

FLOORS: Final[Sequence[tuple[str, str, Callable[[pd.DataFrame], pd.Series]]]] = (
    (
        "the floor is too high to compare with, since halves of the real chips of a target are "
        "farther from each other than real chips of other specimens are from the target",
        "There are too few chips, or the halves of a micrograph differ; raise "
        "temper.transfer.chips_per_specimen, or give more or larger micrographs.",
        lambda table: table[FLOOR] > table.get(OTHERS, np.inf),
    ),
    (
        "the floor resolves nothing: halves of the real chips of a target are as far from each "
        "other as untransferred sources are from the target",
        "No transfer can be judged by it there.",
        lambda table: table[FLOOR] >= table[SOURCE],
    ),
    (
        "the floor is below 0, so that smaller distances than what chance makes of equal sets "
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


def findings(results: Results) -> tuple[str, ...]:
    """Say in sentences what the tables show, on every measure; what got worse is said first."""
    by_kind = results.effects.groupby(["variant", "compared_with"], sort=False)
    said = [_effect_finding(str(kind), str(other), rows) for (kind, other), rows in by_kind]
    said += spread_finding(results.spread)
    said.append(copies_finding(results.copies))
    wide = by_measure(results.plausibility)
    said += _floor_findings(wide)
    said += rulers_findings(rulers_met(wide))
    if results.labels is not None:
        said += label_findings(results.labels)
    return tuple(said)


def _targets(ways: pd.Index) -> list[str]:
    return list(dict.fromkeys(way.split(" → ")[-1] for way in ways))


def by_measure(plausibility: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Arrange each measure as `by_direction` does, with the direction as index."""
    return {
        measure: table.set_index("direction")
        for (measure, _), table in by_direction(plausibility).items()
    }


def effect_counts(effects: pd.DataFrame) -> pd.DataFrame:
    """Count directions with an effect, by variant and measure, the worst measures first.

    Returns
    -------
    DataFrame
        `variant`, `compared_with`, `measure`, `directions`, `worse` and `better` (of which the
        adjusted probability is below 5 %; where there are none, all that are larger or smaller),
        and `ratio` of the means over all directions; NaN for measures that may be negative.
    """
    made = effects.assign(better=_sure(effects, -1), worse=_sure(effects, 1))
    keys = ["variant", "compared_with", "measure"]
    grouped = made.groupby(keys, sort=False)
    counts = grouped[["worse", "better"]].sum()
    counts.insert(0, "directions", grouped.size())
    means = grouped[["with", "without"]].mean()
    known = (means["without"] > 0) & ~means.index.isin(BELOW_ZERO, level="measure")
    counts["ratio"] = (means["with"] / means["without"]).where(known)
    parts = counts.reset_index().groupby(keys[:2], sort=False)
    order = {"by": ["worse", "better"], "ascending": [False, True], "kind": "stable"}
    return pd.concat([part.sort_values(**order) for _, part in parts], ignore_index=True)


def _sure(effects: pd.DataFrame, sign: int) -> pd.Series:
    """Tell which effects have this sign and are no chance; without probabilities, all with it."""
    sided = effects["difference"] * sign > 0
    return sided & ((effects["p_adjusted"] < LEVEL) | effects["p_adjusted"].isna())


def _effect_finding(kind: str, other: str, rows: pd.DataFrame) -> str:
    """Count directions by measure, and compare means over all directions."""
    resolved = rows["p_adjusted"].notna().all()
    counts = effect_counts(rows)
    words = ("worse", "better") if resolved else ("larger", "smaller")
    how = (
        f"at the level of {100 * LEVEL:.0f} % adjusted for {len(rows)} comparisons"
        if resolved
        else "without intervals to exclude chance"
    )
    one = (rows["trainings"] < 2).any()
    whose = " (of these single trainings: others may differ)" if one else ""
    named = "".join(
        f" {word.capitalize()}: {each}."
        for word, column in zip(words, ("worse", "better"), strict=True)
        if (each := _counted(counts, column))
    )
    return (
        f"{counts['worse'].sum()} {words[0]}, {counts['better'].sum()} {words[1]} of {len(rows)} "
        f"distances to real chips ({len(counts)} measures in {counts['directions'].iloc[0]} "
        f"directions): variant {kind} compared with {other}, {how}{whose}.{named}"
        f"{_ratios(counts, other)}"
    )


def _counted(counts: pd.DataFrame, column: str) -> str:
    """Name the measures with an effect, with the number of directions, the most first."""
    if (counts[column] == counts["directions"]).all():
        return "every measure in all directions"
    found = counts[counts[column] > 0].sort_values(column, ascending=False, kind="stable")
    return "; ".join(f"{row['measure']} in {row[column]}" for _, row in found.iterrows())


def _ratios(counts: pd.DataFrame, other: str) -> str:
    """Give the extremes of the ratios of means, with their measures."""
    known = counts.dropna(subset="ratio")
    if known.empty:
        return ""
    ordered = known.sort_values("ratio", kind="stable")
    ends = [f"{row['ratio']:.2f} ({row['measure']})" for _, row in ordered.iterrows()]
    each = ends[0] if len(ends) == 1 else f"{ends[0]} to {ends[-1]}"
    return f" Mean distances over all directions are {each} times those of {other}."


def _floor_findings(wide: Mapping[str, pd.DataFrame]) -> list[str]:
    """Name the targets whose floor tells nothing, by measure, and why."""
    said = []
    for words, remedy, fails in FLOORS:
        named = {
            measure: _targets(table.index[fails(table)])
            for measure, table in wide.items()
            if FLOOR in table
        }
        each = "; ".join(f"{name}: {', '.join(them)}" for name, them in named.items() if them)
        if each:
            failing = sum(len(them) for them in named.values())
            total = sum(len(_targets(wide[measure].index)) for measure in named)
            said.append(
                f"{failing} of {total} cases (measures and targets): {words}. These are {each}. "
                f"{remedy}"
            )
    return said
