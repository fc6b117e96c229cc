"""Sentences about generated chips, computed from the tables; what got worse is said first."""

from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Finding
from pspflow.evaluation.copies import NEAREST_SHARE
from pspflow.studies.steel.generation.baseline import set_name
from pspflow.studies.steel.generation.distances import COVERAGE, OTHERS
from pspflow.studies.steel.generation.headline import with_interval
from pspflow.studies.steel.generation.making import PRIOR
from pspflow.studies.steel.generation.results import Results
from pspflow.studies.steel.generation.rulers import NAMES, ruler_table
from pspflow.studies.steel.morphology.moments import FRACTION, MOMENTS, PATH


def findings(results: Results) -> tuple[str, ...]:
    """Say in sentences what the tables show, on every measure; details are in the tables."""
    said = [*_failures(results)]
    for model in results.models:
        said += [*_baseline(results, model), *_errors(results, model), *_held_out(results, model)]
    said += [*_further(results), *_distances(results), *_coverage(results), *_copies(results)]
    return tuple(each.text for each in sorted(said, key=lambda each: each.outcome))


def _failures(results: Results) -> Iterator[Finding]:
    rows = results.moments[results.moments["failed"] > 0].drop_duplicates(
        ["set", "code_model", "trained_on", "source", "domain", "conditions"]
    )
    if len(rows):
        each = "; ".join(
            f"{row['failed']} of {row['failed'] + row['chips']} {_set(row)}"
            for _, row in rows.iterrows()
        )
        yield Finding(WORSE, f"{each}: chips of one phase, which no table counts.")


def _set(row: pd.Series) -> str:
    parts = (row["set"], row["code_model"], row["source"], row["domain"], row["conditions"])
    return " ".join(str(part) for part in parts if part)


def _baseline(results: Results, model: str) -> Iterator[Finding]:
    """Count by measure where PixelCNN is worse or better than codes drawn each by itself."""
    rows = results.baseline[results.baseline["code_model"] == model]
    if rows.empty:
        return
    domains = rows["domain"].nunique()
    known = rows["low"].notna()
    if not known.any():
        yield Finding(
            UNDECIDED,
            f"0 intervals: whether PixelCNN of {model} is better than codes drawn each by itself "
            f"cannot be told on {results.against}, since there is one test micrograph a domain.",
        )
        return
    sign = rows["better"]
    better = np.where(sign > 0, rows["low"] > 0, rows["high"] < 0)
    worse = np.where(sign > 0, rows["high"] < 0, rows["low"] > 0)
    counts = rows.assign(better=better, worse=worse).groupby("measure", sort=False)
    counts = counts[["worse", "better"]].sum()
    parts = []
    for word in ("worse", "better"):
        found = counts.loc[counts[word] > 0, word].sort_values(ascending=False, kind="stable")
        if len(found):
            each = _listed(f"{_named(name)} ({number})" for name, number in found.items())
            parts.append(f" {word.capitalize()} in {each}.")
    undecided = counts.index[(counts == 0).all(axis=1)]
    if len(undecided):
        parts.append(f" Nowhere told apart in {_listed(map(_named, undecided))}.")
    left = len(rows) - worse.sum() - better.sum()
    yield Finding(
        WORSE if worse.any() else BETTER if better.any() else UNDECIDED,
        f"{worse.sum()} worse, {left} not told apart, {better.sum()} better of {len(rows)} "
        f"({len(counts)} measures in {domains} domains): PixelCNN of {model} compared with codes "
        f"drawn each by itself, on {results.against}, by 95 % intervals.{''.join(parts)}",
    )


def _named(measure: object) -> str:
    return str(measure).replace(", ", " by ")


def _listed(names: Iterable[str]) -> str:
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _errors(results: Results, model: str) -> Iterator[Finding]:
    """Count errors of mean and variance of each quantity by their signs, and say the largest."""
    orders = results.in_order(model)
    parts, rows = [], []
    for quantity, moment in product((FRACTION, PATH), MOMENTS):
        worst = results.worst(model, quantity, moment)
        if worst is not None:
            parts.append(f"{moment} of {quantity} {with_interval(worst)} at {worst.name}")
            rows.append(results.made(model, quantity, moment).dropna(subset="error"))
    if not parts:
        return
    several = len(results.domains) > 1  # one has no order
    wrong = [name for name, right in orders.items() if several and not right]
    order = f" Means of {_listed(wrong)} are not in the order of the real ones." if wrong else ""
    if several and not wrong:
        order = " Means are in the order of the real ones."
    counted = _counted(pd.concat(rows))
    yield Finding(
        WORSE if wrong else _outcome(pd.concat(rows)),
        f"{counted} of {model} against {results.against}; largest: {', '.join(parts)}.{order}",
    )


def _counted(rows: pd.DataFrame) -> str:
    """Count the errors whose interval excludes 0, by sign; without intervals, all of them."""
    if rows["error_low"].isna().all():
        return f"{len(rows)} errors without intervals"
    above, below = (rows["error_low"] > 0).sum(), (rows["error_high"] < 0).sum()
    return f"{above} of {len(rows)} too large and {below} too small by intervals: errors"


def _further(results: Results) -> Iterator[Finding]:
    """Say the largest errors at further conditions, of all models together."""
    known = (results.moments["conditions"] != "") & results.moments["error"].notna()
    rows = results.moments[known & results.moments["code_model"].isin(results.models)]
    if rows.empty:
        return
    each = []
    for (quantity, moment), part in rows.groupby(["quantity", "moment"], sort=False):
        worst = part.loc[part["error"].abs().idxmax()]
        at = f"{worst['code_model']} at {worst['conditions']}"
        each.append(f"{moment} of {quantity} {with_interval(worst)} by {at}")
    conditions = _listed(dict.fromkeys(rows["conditions"]))
    yield Finding(
        _outcome(rows),
        f"{_counted(rows)} at conditions which no network has seen ({conditions}; "
        f"{_listed(dict.fromkeys(rows['code_model']))}), against freshly simulated micrographs; "
        f"largest: {', '.join(each)}.",
    )


def _outcome(rows: pd.DataFrame) -> int:
    """Judge errors: worse where an interval excludes 0."""
    excluded = (rows["error_low"] > 0) | (rows["error_high"] < 0)
    return WORSE if excluded.any() else UNDECIDED


def _held_out(results: Results, model: str) -> Iterator[Finding]:
    rows = results.held_out
    for domain, part in rows[rows["code_model"] == model].groupby("domain", sort=False):
        known = part.dropna(subset="error")
        if known.empty:
            continue
        each = ", ".join(
            f"{row['moment']} of {row['quantity']} {with_interval(row)}"
            for _, row in known.iterrows()
        )
        sides = {name: results.between(model, name, str(domain)) for name in (FRACTION, PATH)}
        outside = [name for name, inside in sides.items() if inside is False]
        inside = [name for name, inside in sides.items() if inside]
        said = [f"{_listed(outside)} not between"] if outside else []
        said += [f"{_listed(inside)} between"] if inside else []
        ends = f"; means of {' and of '.join(said)} those of its neighbours" if said else ""
        yield Finding(
            WORSE if outside else _outcome(known),
            f"{_counted(known)} of {model} at {domain} by networks trained without it, against its "
            f"own {results.against}: {each}{ends}.",
        )


def _distances(results: Results) -> Iterator[Finding]:
    """Count the comparisons in which generated chips are farther than each ruler."""
    table = ruler_table(results.distances, results.models)
    if table.empty:
        return
    known = results.distances["low"].notna().any()
    each = []
    for ruler, rows in table.groupby("ruler", sort=False):
        sums = rows.groupby("code_model", sort=False)[["farther", "apart", "domains"]].sum()
        counts = ", ".join(
            f"{farther}{f' [{apart}]' if known else ''} ({model})"
            for model, farther, apart, _ in sums.itertuples(name=None)
        )
        each.append(f"{counts} of {sums['domains'].iloc[0]} farther than {NAMES[str(ruler)]}")
    brackets = "; in brackets those with intervals that do not overlap" if known else ""
    yield Finding(
        WORSE if table["farther"].any() else BETTER,
        f"{'; '.join(each)}: distances of chips to {results.against}, by measure of spatial "
        f"statistics and domain{brackets}.",
    )


def _coverage(results: Results) -> Iterator[Finding]:
    """Say coverage of the domain that each model covers least, beside that of real chips."""
    table = results.distances
    parts, outcome = [], UNDECIDED
    for measure in dict.fromkeys(table["measure"]):
        kind, _, features = str(measure).partition(", ")
        if kind != COVERAGE:
            continue
        each = []
        for model in results.models:
            name = set_name(f"{model}/all", PRIOR)
            made = table[(table["measure"] == measure) & (table["made"] == name)]
            if made.empty:
                continue
            ours = made.loc[made["value"].idxmin()]
            real = _row(table, str(measure), OTHERS, str(ours["domain"]))
            outcome = WORSE if ours["high"] < real["low"] else outcome
            each.append(
                f"{_percent(ours)} at {ours['domain']} by {model} (real training chips "
                f"{_percent(real)})"
            )
        if each:
            parts.append(f"{', '.join(each)} on features of {features}")
    if parts:
        yield Finding(
            outcome,
            f"{'; '.join(parts)}: least share of the {results.against} of a domain that chips "
            "cover.",
        )


def _row(table: pd.DataFrame, measure: str, made: str, domain: str) -> pd.Series:
    here = (table["measure"] == measure) & (table["made"] == made) & (table["domain"] == domain)
    return table[here].iloc[0]


def _percent(row: pd.Series, name: str = "value", low: str = "low", high: str = "high") -> str:
    value = f"{100 * row[name]:.1f} %"
    if pd.isna(row[low]):
        return value
    return f"{value} ({100 * row[low]:.1f} to {100 * row[high]:.1f})"


def _copies(results: Results) -> Iterator[Finding]:
    """Say whether copies of training chips are suspected: where the interval says it."""
    table = results.copies
    parts, suspected, known = [], [], []
    for model in results.models:
        rows = table[table["made"] == set_name(f"{model}/all", PRIOR)]
        if rows.empty:
            continue
        known.append(bool(rows["closer_share_low"].notna().all()))
        found = rows.loc[rows["closer_share_low"] > NEAREST_SHARE, "features"].tolist()
        if found:
            suspected.append(f"{model} (by {_listed(found)})")
        ends = ("closer_share", "closer_share_low", "closer_share_high")
        shares = [f"{_percent(row, *ends)} by {row['features']}" for _, row in rows.iterrows()]
        parts.append(f"{_listed(shares)} ({model})")
    if not parts:
        return
    what = (
        f"copies of training chips are suspected of {_listed(suspected)}"
        if suspected
        else "no copies of training chips are suspected"
        if all(known)
        else "copies of training chips cannot be told without intervals"
    )
    yield Finding(
        WORSE if suspected else BETTER if all(known) else UNDECIDED,
        f"{'; '.join(parts)} of the chips are nearer to a training chip than the nearest "
        f"{100 * NEAREST_SHARE:g} % of {results.against}: {what}.",
    )
