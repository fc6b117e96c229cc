"""Sentences about generated chips, computed from the tables; what got worse is said first."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Finding
from pspflow.evaluation.copies import NEAREST_SHARE
from pspflow.studies.steel.generation.baseline import set_name
from pspflow.studies.steel.generation.distances import COVERAGE, DENSITY, OTHERS
from pspflow.studies.steel.generation.headline import with_interval
from pspflow.studies.steel.generation.making import PRIOR
from pspflow.studies.steel.generation.results import Results
from pspflow.studies.steel.generation.rulers import NAMES, ruler_table
from pspflow.studies.steel.morphology.moments import FRACTION, MOMENTS, PATH


def findings(results: Results) -> tuple[str, ...]:
    """Say in sentences what the tables show, on every measure; details are in the tables."""
    said = [*_failures(results)]
    for model in results.models:
        said += [*_baseline(results, model), *_errors(results, model), *_further(results, model)]
        said += [*_held_out(results, model), *_distances(results, model)]
        said += [*_coverage(results, model), *_copies(results, model)]
    return tuple(each.text for each in sorted(said, key=lambda each: each.outcome))


def _failures(results: Results) -> Iterator[Finding]:
    rows = results.moments[results.moments["failed"] > 0].drop_duplicates(
        ["set", "code_model", "trained_on", "source", "domain", "conditions"]
    )
    if len(rows):
        each = "; ".join(
            f"{_set(row)} {row['failed']} of {row['failed'] + row['chips']}"
            for _, row in rows.iterrows()
        )
        yield Finding(WORSE, f"Chips of one phase, which no table counts: {each}.")


def _set(row: pd.Series) -> str:
    parts = (row["set"], row["code_model"], row["source"], row["domain"], row["conditions"])
    return " ".join(str(part) for part in parts if part)


def _baseline(results: Results, model: str) -> Iterator[Finding]:
    """Say by which measures PixelCNN is worse or better than codes drawn each by itself."""
    rows = results.baseline[results.baseline["code_model"] == model]
    if rows.empty:
        return
    domains = rows["domain"].nunique()
    on = f"on {results.against}"
    known = rows["low"].notna()
    if not known.any():
        yield Finding(
            UNDECIDED,
            f"{model}: whether PixelCNN is better than codes drawn each by itself cannot be told "
            f"{on}, since one test micrograph a domain gives no interval.",
        )
        return
    sign = rows["better"]
    better = np.where(sign > 0, rows["low"] > 0, rows["high"] < 0)
    worse = np.where(sign > 0, rows["high"] < 0, rows["low"] > 0)
    counts = rows.assign(better=better, worse=worse).groupby("measure", sort=False)
    counts = counts[["worse", "better"]].sum()
    for outcome, word in ((WORSE, "worse"), (BETTER, "better")):
        found = counts.loc[counts[word] > 0, word].sort_values(ascending=False, kind="stable")
        each = _listed(f"{_named(name)} ({number})" for name, number in found.items())
        if each:
            yield Finding(
                outcome,
                f"{model}: PixelCNN is {word} than codes drawn each by itself in {each} {on}; in "
                f"brackets those of {domains} domains whose 95 % interval excludes 0.",
            )
    undecided = counts.index[(counts == 0).all(axis=1)]
    if len(undecided):
        yield Finding(
            UNDECIDED,
            f"{model}: PixelCNN cannot be told from codes drawn each by itself in "
            f"{_listed(map(_named, undecided))} {on}: every 95 % interval includes 0.",
        )


def _named(measure: object) -> str:
    return str(measure).replace(", ", " by ")


def _listed(names: Iterable[str]) -> str:
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _errors(results: Results, model: str) -> Iterator[Finding]:
    """Say the largest error of mean and variance of each quantity, and their signs."""
    orders = results.in_order(model)
    for quantity in (FRACTION, PATH):
        parts, outcome = [], UNDECIDED
        for moment in MOMENTS:
            row = results.worst(model, quantity, moment)
            if row is None:
                continue
            rows = results.made(model, quantity, moment).dropna(subset="error")
            text = f"of the {moment} {with_interval(row)} at {row.name}"
            if rows["error_low"].notna().any():
                above, below = (rows["error_low"] > 0).sum(), (rows["error_high"] < 0).sum()
                text += f" (by intervals too large in {above} and too small in {below} of "
                text += f"{len(rows)} domains)"
                outcome = WORSE if above + below else outcome
            parts.append(text)
        if parts:
            ordered = len(results.domains) < 2 or orders[quantity]  # one has no order
            order = f"; means {'' if ordered else 'not '}in the order of the real ones"
            yield Finding(
                outcome if ordered else WORSE,
                f"{model}, largest errors of {quantity} against {results.against}: "
                f"{', '.join(parts)}{order if len(results.domains) > 1 else ''}.",
            )


def _further(results: Results, model: str) -> Iterator[Finding]:
    """Say the largest errors at further conditions."""
    rows = results.moments[
        (results.moments["code_model"] == model)
        & (results.moments["conditions"] != "")
        & results.moments["error"].notna()
    ]
    if rows.empty:
        return
    each = []
    for (quantity, moment), part in rows.groupby(["quantity", "moment"], sort=False):
        worst = part.loc[part["error"].abs().idxmax()]
        each.append(f"{moment} of {quantity} {with_interval(worst)} at {worst['conditions']}")
    conditions = _listed(dict.fromkeys(rows["conditions"]))
    yield Finding(
        _outcome(rows),
        f"{model}, largest errors at conditions which no network has seen ({conditions}), against "
        f"freshly simulated micrographs: {', '.join(each)}.",
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
            f"{model}, errors at {domain} by networks trained without it, against its own "
            f"{results.against}: {each}{ends}.",
        )


def _distances(results: Results, model: str) -> Iterator[Finding]:
    """Count the comparisons in which generated chips are farther than each ruler."""
    table = ruler_table(results.distances, [model])
    if table.empty:
        return
    known = results.distances["low"].notna().any()
    each = []
    for ruler, rows in table.groupby("ruler", sort=False):
        farther, apart, total = rows[["farther", "apart", "domains"]].sum()
        everywhere = rows.loc[rows["farther"] == rows["domains"], "measure"]
        notes = [f"{apart} with intervals that do not overlap"] if known else []
        if 0 < len(everywhere) < len(rows):
            notes.append(f"everywhere in {_listed(everywhere)}")
        brackets = f" ({'; '.join(notes)})" if notes else ""
        each.append(f"than {NAMES[str(ruler)]} in {farther} of {total}{brackets}")
    yield Finding(
        WORSE if table["farther"].any() else BETTER,
        f"{model}, spatial statistics by measure and domain: chips are farther from "
        f"{results.against} {', '.join(each)}.",
    )


def _coverage(results: Results, model: str) -> Iterator[Finding]:
    """Say coverage and density of the domain that is covered least, beside real chips'."""
    name = set_name(f"{model}/all", PRIOR)
    table = results.distances
    parts, outcome = [], UNDECIDED
    for measure in dict.fromkeys(table["measure"]):
        kind, _, features = str(measure).partition(", ")
        made = table[(table["measure"] == measure) & (table["made"] == name)]
        if kind != COVERAGE or made.empty:
            continue
        ours = made.loc[made["value"].idxmin()]
        least = str(ours["domain"])
        real = _row(table, str(measure), OTHERS, least)
        dense = [_row(table, f"{DENSITY}, {features}", each, least) for each in (name, OTHERS)]
        outcome = WORSE if ours["high"] < real["low"] else outcome
        parts.append(
            f"by {features} {_percent(ours)} at {least} (real training chips {_percent(real)}, "
            f"density {dense[0]['value']:.2f} and {dense[1]['value']:.2f})"
        )
    if parts:
        yield Finding(
            outcome,
            f"{model}, least share of the {results.against} of a domain that chips cover: "
            f"{'; '.join(parts)}.",
        )


def _row(table: pd.DataFrame, measure: str, made: str, domain: str) -> pd.Series:
    here = (table["measure"] == measure) & (table["made"] == made) & (table["domain"] == domain)
    return table[here].iloc[0]


def _percent(row: pd.Series, name: str = "value", low: str = "low", high: str = "high") -> str:
    value = f"{100 * row[name]:.1f} %"
    if pd.isna(row[low]):
        return value
    return f"{value} ({100 * row[low]:.1f} to {100 * row[high]:.1f})"


def _copies(results: Results, model: str) -> Iterator[Finding]:
    """Say whether copies of training chips are suspected: where the interval says it."""
    table = results.copies
    rows = table[table["made"] == set_name(f"{model}/all", PRIOR)]
    if rows.empty:
        return
    known = bool(rows["closer_share_low"].notna().all())
    suspected = rows.loc[rows["closer_share_low"] > NEAREST_SHARE, "features"].tolist()
    ends = ("closer_share", "closer_share_low", "closer_share_high")
    shares = _listed(f"{_percent(row, *ends)} by {row['features']}" for _, row in rows.iterrows())
    ratios = _listed(f"{row['ratio']:.2f}" for _, row in rows.iterrows())
    nearest, others = (
        _listed(f"{row[name] / row['test_distance']:.2f}" for _, row in rows.iterrows())
        for name in ("least", "test_least")
    )
    what = (
        f"copies of training chips are suspected by {_listed(suspected)}"
        if suspected
        else "no copies of training chips are suspected"
        if known
        else "copies of training chips cannot be told without intervals"
    )
    yield Finding(
        WORSE if suspected else BETTER if known else UNDECIDED,
        f"{model}: {what}: {shares} are nearer to one than the nearest {100 * NEAREST_SHARE:g} % "
        f"of {results.against}; mean distances are {ratios} times theirs, and the nearest of all "
        f"lie at {nearest} of theirs (a copy lies at 0; the nearest test chips at {others}).",
    )
