"""The paper's numbers on generated chips, and the aims, beside ours."""

from collections.abc import Iterator

import pandas as pd

from pspflow.report.section import Headline
from pspflow.studies.steel.generation import paper
from pspflow.studies.steel.generation.results import Results
from pspflow.studies.steel.morphology.moments import FRACTION, MEAN, PATH, VARIANCE


def headline(results: Results) -> Iterator[Headline]:
    """Yield a row for each aim and model of codes.

    What is aimed at is that generated chips agree with the real ones of the same run, and so is
    reached or not on simulated micrographs too, which the row names; chips or pixels of another
    size do not compare, and for other domains than the paper's there is no aim.
    """
    if not results.papers_domains:
        return
    for model in results.models:
        yield from _means(results, model)
        yield from _variances(results, model)
        yield _order(results, model)
    yield from _held_out(results)


def _row(
    results: Results, quantity: str, said: str, here: str, reached: bool, why: str
) -> Headline:
    return Headline(
        quantity=quantity,
        paper=said,
        here=here,
        verdict="not comparable"
        if results.differences
        else ("reached" if reached else "not reached"),
        why="; ".join(results.differences) or why,
    )


def _means(results: Results, model: str) -> Iterator[Headline]:
    for quantity, aim, unit, table in (
        (FRACTION, paper.FRACTION_AIM_POINTS, "points", "I"),
        (PATH, paper.PATH_AIM_PERCENT, "%", "II"),
    ):
        row = results.worst(model, quantity, MEAN)
        if row is None:
            continue
        yield _row(
            results,
            f"Largest error of the mean of {quantity}, {model} (table {table})",
            f"{paper.worst_error(quantity):.1f} {unit} against training chips",
            f"{with_interval(row)} at {row.name} against {results.against}",
            abs(row["error"]) <= aim,
            f"aim {aim:g} {unit}",
        )


def _variances(results: Results, model: str) -> Iterator[Headline]:
    for quantity, table in ((FRACTION, "I"), (PATH, "II")):
        rows = results.made(model, quantity, VARIANCE).dropna(subset="error")
        if rows.empty:
            continue
        known = paper.VALUES[quantity, VARIANCE]
        most = pd.Series({name: abs(each.error_percent) for name, each in known.items()})
        within = rows["error"].abs() <= most[rows.index]
        outside = (rows["error_low"] > most[rows.index]) | (rows["error_high"] < -most[rows.index])
        known_ends = rows["error_low"].notna().any()
        real = results.training_errors(quantity, VARIANCE).dropna()
        yield _row(
            results,
            f"Errors of the variance of {quantity}, {model} (table {table})",
            ", ".join(signed(known[name].error_percent) for name in results.domains)
            + " % against training chips",
            ", ".join(signed(error) for error in rows["error"]) + f" % against {results.against}",
            bool(within.all()),
            f"{within.sum()} of {len(within)} within the paper's, the aim"
            + (f", {outside.sum()} outside by their whole intervals" if known_ends else "")
            + f"; of real training chips {(real.abs() <= most[real.index]).sum()} of {len(real)}",
        )


def _order(results: Results, model: str) -> Headline:
    wrong = [name for name, right in results.in_order(model).items() if not right]
    here = f"another for {' and '.join(wrong)}" if wrong else f"that of {results.against}"
    close = sum(results.overlapping(model, quantity) for quantity in (FRACTION, PATH))
    return _row(
        results,
        f"Order of the means over the cooling rates, {model} (tables I and II)",
        "that of training chips",
        here,
        not wrong,
        f"intervals of {close} pairs of means overlap" if close else "no intervals overlap",
    )


def _held_out(results: Results) -> Iterator[Headline]:
    rows = results.held_out
    for (model, domain), part in rows[rows["moment"] == MEAN].groupby(
        ["code_model", "domain"], sort=False
    ):
        inside = {each: results.between(model, each, domain) for each in (FRACTION, PATH)}
        if None in inside.values():
            continue
        errors = ", ".join(f"{row['quantity']} {with_interval(row)}" for _, row in part.iterrows())
        outside = [name for name, between in inside.items() if not between]
        yield _row(
            results,
            f"Means at {domain} by networks that have not seen it, {model} (figure 9); aim: "
            "between its neighbours'",
            "looks alike",
            f"{'not between' if outside else 'between'} those of its neighbours; errors against "
            f"{results.against}: {errors}",
            not outside,
            "aim: between its neighbours'"
            + (f", missed by {' and '.join(outside)}" * bool(outside)),
        )


def with_interval(row: pd.Series) -> str:
    """Write an error with its unit and its interval, where it has one."""
    value = f"{signed(row['error'])} {row['error_unit']}"
    if pd.isna(row["error_low"]):
        return value
    return f"{value} ({signed(row['error_low'])} to {signed(row['error_high'])})"


def signed(value: float) -> str:
    """Write a number with its sign and one decimal."""
    return f"{round(value, 1) + 0.0:+.1f}"  # no -0.0
