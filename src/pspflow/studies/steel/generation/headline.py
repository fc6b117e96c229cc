"""The paper's numbers on generated chips, and the aims, beside ours."""

from collections.abc import Iterator
from typing import Literal

import pandas as pd

from pspflow.report.section import Headline
from pspflow.studies.steel.generation import paper
from pspflow.studies.steel.generation.paper import FRACTION, MEAN, PATH, VARIANCE
from pspflow.studies.steel.generation.results import Results

WHOLE = 9.5
Verdict = Literal["reached", "not reached", "not comparable"]


def headline(results: Results) -> Iterator[Headline]:
    """Yield a row for each aim and model of codes.

    What is aimed at is that generated chips agree with the real ones of the same run, and so is
    reached or not on any data; for other domains than the paper's there is no aim.
    """
    if not results.papers_domains:
        return
    for model in results.models:
        yield from _means(results, model)
        yield from _variances(results, model)
        orders = results.in_order(model)
        wrong = [name for name, right in orders.items() if not right]
        yield Headline(
            quantity=f"Order of the means over the cooling rates, {model} (tables I and II)",
            paper="that of the training chips",
            here="the same" if not wrong else f"another for {' and '.join(wrong)}",
            verdict=verdict(not wrong),
            why=_why(results),
        )
    yield from _held_out(results)


def _means(results: Results, model: str) -> Iterator[Headline]:
    for quantity, aim, unit, table in (
        (FRACTION, paper.FRACTION_AIM_POINTS, "points", "I"),
        (PATH, paper.PATH_AIM_PERCENT, "%", "II"),
    ):
        row = results.worst(model, quantity, MEAN)
        yield Headline(
            quantity=f"Largest error of the mean of {quantity}, {model}; aim {aim:g} {unit} "
            f"(table {table})",
            paper=f"{paper.worst_error(quantity):.2g} {unit}",
            here="–" if row is None else f"{with_interval(row)} at {row.name}",
            verdict="not comparable" if row is None else verdict(abs(row["error"]) <= aim),
            why=_why(results),
        )


def _variances(results: Results, model: str) -> Iterator[Headline]:
    for quantity, table in ((FRACTION, "I"), (PATH, "II")):
        rows = results.made(model, quantity, VARIANCE).dropna(subset="error")
        known = paper.VALUES[quantity, VARIANCE]
        within = [
            abs(row["error"]) <= abs(known[str(at)].error_percent) for at, row in rows.iterrows()
        ]
        yield Headline(
            quantity=f"Errors of the variance of {quantity}, {model}; aim: within the paper's "
            f"(table {table})",
            paper=", ".join(f"{known[name].error_percent:+.0f}" for name in results.domains) + " %",
            here=", ".join(f"{row['error']:+.0f}" for _, row in rows.iterrows()) + " %",
            verdict=verdict(all(within)) if within else "not comparable",
            why="; ".join([f"within at {sum(within)} of {len(within)}", _why(results)]),
        )


def _held_out(results: Results) -> Iterator[Headline]:
    rows = results.held_out
    for (model, domain), part in rows[rows["moment"] == MEAN].groupby(
        ["code_model", "domain"], sort=False
    ):
        inside = [results.between(model, quantity, domain) for quantity in (FRACTION, PATH)]
        if None in inside:
            continue
        errors = ", ".join(f"{row['quantity']} {with_interval(row)}" for _, row in part.iterrows())
        yield Headline(
            quantity=f"Means at {domain} by networks that have not seen it, {model}; aim: between "
            "its neighbours' (figure 9)",
            paper="looks alike",
            here=f"{'between' if all(inside) else 'not between'}; errors: {errors}",
            verdict=verdict(all(inside)),
            why=_why(results),
        )


def verdict(reached: bool) -> Verdict:
    """Name what a comparison says."""
    return "reached" if reached else "not reached"


def with_interval(row: pd.Series) -> str:
    """Write an error with its unit and its interval, where it has one."""
    value = f"{signed(row['error'])} {row['error_unit']}"
    if pd.isna(row["error_low"]):
        return value
    return f"{value} ({signed(row['error_low'])} to {signed(row['error_high'])})"


def signed(value: float) -> str:
    """Write a number with its sign, two digits, and whole from 10 on."""
    return f"{value:+.0f}" if abs(value) >= WHOLE else f"{value:+.2g}"


def _why(results: Results) -> str:
    return "; ".join(results.differences) or "micrographs of this run's sheet"
