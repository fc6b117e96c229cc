"""Sentences about generated chips, computed from the tables; what got worse is said first."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pspflow.studies.steel.generation.copies import NEAREST_SHARE
from pspflow.studies.steel.generation.distances import (
    COVERAGE,
    DENSITY,
    FLOOR,
    KID,
    NEIGHBOUR,
    OTHERS,
    RULERS,
)
from pspflow.studies.steel.generation.headline import with_interval
from pspflow.studies.steel.generation.making import PRIOR
from pspflow.studies.steel.generation.moments import MOMENTS
from pspflow.studies.steel.generation.paper import FRACTION, MEAN, PATH
from pspflow.studies.steel.generation.results import Results


def findings(results: Results) -> tuple[str, ...]:
    """Say in sentences what the tables show, on every measure."""
    said = [*_failures(results), *_baseline(results), *_errors(results), *_further(results)]
    said += [*_held_out(results), *_distances(results), *_coverage(results), *_copies(results)]
    return tuple(said)


def _failures(results: Results) -> Iterator[str]:
    rows = results.moments[results.moments["failed"] > 0].drop_duplicates(
        ["set", "code_model", "trained_on", "source", "domain", "conditions"]
    )
    if len(rows):
        each = "; ".join(
            f"{_named(row)} {row['failed']} of {row['failed'] + row['chips']}"
            for _, row in rows.iterrows()
        )
        yield f"Chips of one phase, which no table counts: {each}."


def _named(row: pd.Series) -> str:
    parts = (row["set"], row["code_model"], row["source"], row["domain"], row["conditions"])
    return " ".join(str(part) for part in parts if part)


def _baseline(results: Results) -> Iterator[str]:
    """Count domains where PixelCNN is worse or better than codes drawn by themselves."""
    for model, rows in results.baseline.groupby("code_model", sort=False):
        resolved = rows["low"].notna().any()
        sign = rows["better"].to_numpy()
        least, most = (
            (rows["low"], rows["high"]) if resolved else (rows["difference"], rows["difference"])
        )
        above, below = (least > 0).to_numpy(), (most < 0).to_numpy()
        better = np.where(sign > 0, above, below)
        worse = np.where(sign > 0, below, above)
        counts = rows.assign(better=better, worse=worse).groupby("measure", sort=False)
        counts = counts[["worse", "better"]].sum()
        ordered = counts.sort_values(["worse", "better"], ascending=[False, True], kind="stable")
        words = ("worse", "better") if resolved else ("larger error", "smaller error")
        each = "; ".join(
            f"{measure}: {words[0]} in {more}, {words[1]} in {less}"
            for measure, more, less in ordered.itertuples(name=None)
        )
        sure = "with an interval that excludes 0" if resolved else "without intervals"
        yield (
            f"{model}, PixelCNN compared with codes drawn each by itself (the baseline), in how "
            f"many of {rows['domain'].nunique()} domains it is worse or better, {sure}: {each}."
        )


def _errors(results: Results) -> Iterator[str]:
    on = " of simulated micrographs" if results.simulated else ""
    for model in results.models:
        for quantity in (FRACTION, PATH):
            for moment in MOMENTS:
                rows = results.made(model, quantity, moment).dropna(subset="error")
                if rows.empty:
                    continue
                low, high = rows["error_low"] > 0, rows["error_high"] < 0
                each = ", ".join(f"{name} {with_interval(row)}" for name, row in rows.iterrows())
                known = rows["error_low"].notna().any()
                sure = (
                    f"; too large in {int(low.sum())} and too small in {int(high.sum())} of "
                    f"{len(rows)} domains, with an interval that excludes 0"
                    if known
                    else ""
                )
                yield (
                    f"{model}, {moment} of {quantity}, generated against real test chips{on}: "
                    f"{each}{sure}."
                )
        if len(results.domains) < 2:  # one has no order
            continue
        wrong = [name for name, right in results.in_order(model).items() if not right]
        order = f"not for {' and '.join(wrong)}" if wrong else "for both measures"
        yield f"{model}: means over the domains are in the order of the real ones {order}."


def _further(results: Results) -> Iterator[str]:
    rows = results.moments[
        (results.moments["conditions"] != "")
        & (results.moments["moment"] == MEAN)
        & results.moments["error"].notna()
    ]
    for model, part in rows.groupby("code_model", sort=False):
        each = "; ".join(
            f"{quantity}: "
            + ", ".join(f"{row['conditions']} {with_interval(row)}" for _, row in some.iterrows())
            for quantity, some in part.groupby("quantity", sort=False)
        )
        yield (
            f"{model}, means at further conditions, which no network has seen, against freshly "
            f"simulated micrographs: {each}."
        )


def _held_out(results: Results) -> Iterator[str]:
    rows = results.held_out
    for (model, domain), part in rows.groupby(["code_model", "domain"], sort=False):
        each = ", ".join(
            f"{row['moment']} of {row['quantity']} {with_interval(row)}"
            for _, row in part.iterrows()
            if pd.notna(row["error"])
        )
        if not each:
            continue
        sides = {
            quantity: results.between(str(model), quantity, str(domain))
            for quantity in (FRACTION, PATH)
        }
        placed = {
            "not between": [name for name, inside in sides.items() if inside is False],
            "between": [name for name, inside in sides.items() if inside],
        }
        said = "; ".join(
            f"{' and '.join(names)} {where} those of its neighbours"
            for where, names in placed.items()
            if names
        )
        ends = f"; means of {said}" if said else ""
        yield (
            f"{model}, {domain} by networks trained without it, against its own real test chips: "
            f"{each}{ends}."
        )


def _distances(results: Results) -> Iterator[str]:
    """Count domains in which generated chips meet each ruler, by measure."""
    table = results.distances[~results.distances["measure"].str.startswith((DENSITY, COVERAGE))]
    made = [name for name in dict.fromkeys(table["made"]) if name not in RULERS]
    for name in made:
        if not name.endswith(f"/all {PRIOR}"):
            continue
        for ruler, factor, what in (
            (
                NEIGHBOUR,
                1,
                "at least as far from real test chips as those of a neighbouring domain",
            ),
            (OTHERS, 1, "farther from real test chips than training chips of the same domain are"),
            (FLOOR, 2, "more than twice as far from real test chips as their halves are apart"),
        ):
            counts = {}
            for measure, rows in table.groupby("measure", sort=False):
                if ruler == FLOOR and measure == KID:  # of equal sets it is 0 on average
                    continue
                wide = rows.pivot_table(index="domain", columns="made", values="value", sort=False)
                if ruler in wide and name in wide:
                    pair = wide[[name, ruler]].dropna()
                    counts[str(measure)] = (
                        int((pair[name] > factor * pair[ruler]).sum()),
                        len(pair),
                    )
            if counts:
                ordered = sorted(counts.items(), key=lambda item: -item[1][0])
                each = "; ".join(f"{measure}: {n} of {total}" for measure, (n, total) in ordered)
                yield f"{name.split('/')[0]}, domains in which generated chips are {what}: {each}."


def _coverage(results: Results) -> Iterator[str]:
    rows = results.distances[results.distances["measure"].str.startswith((COVERAGE, DENSITY))]
    means = rows.groupby(["measure", "made"], sort=False)["value"].mean()
    for model in results.models:
        name = f"{model}/all {PRIOR}"
        parts = [
            f"{measure} {means[measure, name]:.2f} ({means[measure, OTHERS]:.2f})"
            for measure in dict.fromkeys(rows["measure"])
            if {(measure, name), (measure, OTHERS)} <= set(means.index)
        ]
        if parts:
            yield (
                f"{model}, means over the domains, in brackets those of real training chips: "
                f"{', '.join(parts)}."
            )


def _copies(results: Results) -> Iterator[str]:
    table = results.copies
    for model in results.models:
        rows = table[table["made"] == f"{model}/all {PRIOR}"]
        if rows.empty:
            continue
        crowded = rows["closer_share_low"].fillna(0) > NEAREST_SHARE
        suspected = rows.loc[crowded, "features"].tolist()
        each = "; ".join(
            f"{row['features']}: {row['ratio']:.2f}"
            + (
                f" ({row['ratio_low']:.2f} to {row['ratio_high']:.2f})"
                if pd.notna(row["ratio_low"])
                else ""
            )
            + f", nearer than the nearest 2.5 % of the test chips {100 * row['closer_share']:.1f} %"
            for _, row in rows.iterrows()
        )
        what = (
            f"copies are suspected by {' and '.join(suspected)}"
            if suspected
            else "no copies are suspected"
        )
        yield (
            f"{model}: {what}; distance of generated chips to their nearest training chip over "
            f"that of test chips to theirs, by {each}."
        )
