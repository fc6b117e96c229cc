"""What the chapter's figures show: chips by row and column, measures by place."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pspflow.studies.steel.generation.compared import RealChips
from pspflow.studies.steel.generation.figures import coloured
from pspflow.studies.steel.generation.making import FURTHER, INDEPENDENT, PRIOR
from pspflow.studies.steel.generation.moments import (
    GENERATED,
    REAL,
    TRUTH,
    Measured,
)
from pspflow.studies.steel.generation.sets import Generated

ACROSS = 3
"""Chips beside each other in a sheet, as in the paper."""
REALITY = "real"
Sheets = dict[str, dict[str, np.ndarray]]
"""Row and column of a figure, chips."""


def by_domain(real: RealChips, made: Mapping[str, Generated], domains: Sequence[str]) -> Sheets:
    """Collect real chips, and generated ones of each model, by domain (figure 7)."""
    rows: Sheets = {"real test": real_sheets(real, domains)}
    for name, each in made.items():
        if name.endswith("/all"):
            model = name.partition("/")[0]
            rows[model] = _sheets(each, PRIOR, domains)
    first = next(each for name, each in made.items() if name.endswith("/all"))
    independent = _sheets(first, INDEPENDENT, domains)
    if independent:
        rows["independent codes"] = independent
    return rows


def real_sheets(real: RealChips, domains: Sequence[str]) -> dict[str, np.ndarray]:
    """Cut a few test chips of every domain, of different micrographs where there are some."""
    return {domain: real.few(domain, ACROSS**2) for domain in domains}


def _sheets(each: Generated, source: str, domains: Sequence[str]) -> dict[str, np.ndarray]:
    found = {domain: each.rows(source, domain, ACROSS**2, measured=False) for domain in domains}
    return {domain: each.at(at) for domain, at in found.items() if len(at)}


def at_further(
    made: Mapping[str, Generated],
    truth: tuple[pd.DataFrame, np.ndarray] | None,
    names: Sequence[str],
) -> Sheets:
    """Collect chips (n, rows, columns) at further conditions, with the simulator's (figure 8)."""
    rows: Sheets = {}
    if truth is not None:
        rows["simulated"] = _by_conditions(*truth, names)
    for name, each in made.items():
        at = each.rows(PRIOR, FURTHER, measured=False)
        if len(at):
            found = _by_conditions(each.table.iloc[at], each.at(at), names)
            rows[name.partition("/")[0]] = found
    return rows


def _by_conditions(
    table: pd.DataFrame, images: np.ndarray, names: Sequence[str]
) -> dict[str, np.ndarray]:
    groups = table.reset_index(drop=True).groupby(list(names), sort=True).indices
    found = {}
    for values, at in groups.items():
        spread = np.linspace(0, len(at) - 1, min(ACROSS**2, len(at))).astype(np.int64)
        key = values if isinstance(values, tuple) else (values,)
        title = ", ".join(f"{name} {value:g}" for name, value in zip(names, key, strict=True))
        found[title] = images[np.asarray(at)[spread]]
    return found


def of_held_out(real: RealChips, made: Mapping[str, Generated]) -> Sheets:
    """Collect chips of the held-out domain: real, and by networks with and without it (figure 9).

    Empty where no networks are trained without a domain.
    """
    row: dict[str, np.ndarray] = {}
    domain = ""
    for name, each in made.items():
        if not name.endswith("/held_out"):
            continue
        ((_, domain),) = each.sets()
        model = name.partition("/")[0]
        seen = made[f"{model}/all"]
        for title, some in (("without it", each), ("with it", seen)):
            row[f"{model}, trained {title}"] = _sheets(some, PRIOR, [domain])[domain]
    if domain in real.domains:
        row = {"real test": real.few(domain, ACROSS**2), **row}
    return {domain: row} if row else {}


def code_maps(each: Generated, domains: Sequence[str]) -> Sheets:
    """Collect generated chips and the coloured maps of their codes (figure 17)."""
    rows: Sheets = {"chips": {}, "codes": {}}
    for domain in domains:
        at = each.rows(PRIOR, domain, ACROSS**2, measured=False)
        chips = each.at(at)
        rows["chips"][domain] = chips
        rows["codes"][domain] = coloured(each.codes(at), each.colours, chips.shape[1])
    return rows


def measures_by_place(
    sets: Sequence[Measured], names: Sequence[str], *, further: bool
) -> dict[str, dict[str, pd.DataFrame]]:
    """Arrange measures for box plots: by domain, and by further condition where asked for.

    Parameters
    ----------
    sets
        Sets of measured chips.
    names
        Columns of the conditions; places are sorted by the first.
    further
        Whether to show further conditions too.
    """
    places: dict[str, dict[str, pd.DataFrame]] = {}
    at: dict[str, float] = {}
    domains = {each.domain for each in sets if each.domain}
    for each in sets:
        if each.trained_on == "held_out" or (each.conditions and not further):
            continue
        if each.kind == GENERATED:
            independent = each.source == INDEPENDENT
            if independent and further:
                continue
            kind = f"{each.code_model}, independent codes" if independent else each.code_model
        elif each.kind in {REAL, TRUTH}:
            kind = REALITY
        else:
            continue
        # a domain may be named as its condition
        twin = " (further)" if each.conditions in domains else ""
        place = each.domain or f"{each.conditions}{twin}"
        at.setdefault(place, float(each.measures[names[0]].mean()))
        places.setdefault(place, {})[kind] = each.measures
    return {name: places[name] for name in sorted(places, key=lambda name: at[name])}


def kinds_of(places: Mapping[str, Mapping[str, pd.DataFrame]]) -> list[str]:
    """List the kinds of chips of box plots, the real ones first."""
    found = dict.fromkeys(kind for shown in places.values() for kind in shown)
    return [REALITY, *(kind for kind in found if kind != REALITY)]
