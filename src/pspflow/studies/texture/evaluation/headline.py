"""The paper's numbers on efficiency, likelihood and errors beside ours."""

from collections.abc import Iterator

import numpy as np

from pspflow.report.section import Headline
from pspflow.studies.texture.evaluation import paper
from pspflow.studies.texture.evaluation.arms import ACTIVE
from pspflow.studies.texture.evaluation.efficiency import AT_STOP, MEAN, MOST
from pspflow.studies.texture.evaluation.findings import NO_INTERVAL, between, needs, times
from pspflow.studies.texture.evaluation.results import Results, at_stops

BY = {"judged": "judged by the forward model of arm full", "own": "by the arm's own forward model"}


def headline(results: Results) -> Iterator[Headline]:
    """Yield the paper's values with ours, at the observations where the active arm stopped."""
    yield from _savings(results)
    yield from _losses(results)
    for arm, value in paper.ERRORS_95_PERCENT.items():
        yield _error(
            results,
            f"Error of 95 % of the test textures, arm {arm}, at the stop of active (Figure B.5)",
            value,
            at_stops(results.curves, arm, f"{results.judge}_error_95"),
            better=arm == ACTIVE,
        )
    yield _error(
        results,
        "Mean round-trip error of arm active at its stop (appendix C)",
        paper.MEAN_ERROR_PERCENT,
        at_stops(results.curves, ACTIVE, f"{results.judge}_error_mean"),
        better=True,
    )


def _savings(results: Results) -> Iterator[Headline]:
    table = results.efficiency
    rows = table[(table["arm"] == ACTIVE) & (table["judge"] == results.judge)]
    stops = rows[rows["at"] == AT_STOP].set_index("measure")
    row = stops.loc[MEAN]
    interval = between(row, "random_observations")
    observations = needs(row["random_observations"], row["most_random"])
    factor = times(row["factor"], row)
    if interval:
        factor += f" ({between(row, 'factor')})"
    notes = [results.scale, BY[results.judge]]
    if not interval:
        notes.append(NO_INTERVAL)
    low, high = paper.FACTORS
    yield Headline(
        quantity="Random observations for the error of active at its stop (appendix C)",
        paper=f"{paper.COMPARABLE:,} comparable, {paper.EQUAL:,} equal; active {paper.STOP:,}",
        here=f"{observations}{f' ({interval})' if interval else ''} equal; active "
        f"{row['observations']:,.0f}",
        verdict="not comparable",
        why=f"a number for this pool; compare the factor below; {results.scale}",
    )
    reached = bool(row["factor"] >= low)
    yield Headline(
        quantity="Random observations for one of active, at its stop (section 4.1)",
        paper=f"{low:.0f} to {high:.0f}",
        here=factor,
        verdict=("reached" if reached else "not reached")
        if results.is_papers
        else "not comparable",
        why="; ".join(notes),
    )
    row = stops.loc[MOST]
    interval = between(row, "factor")
    yield Headline(
        quantity="The same by the error that 95 % of the textures do not exceed",
        paper="–",
        here=times(row["factor"], row) + (f" ({interval})" if interval else ""),
        verdict="not comparable",
        why="the paper compares mean errors and likelihoods",
    )


def _losses(results: Results) -> Iterator[Headline]:
    for arm, value in paper.LOSSES.items():
        here = at_stops(results.curves, arm, "test_loss_per_dimension")
        yield Headline(
            quantity=f"Loss of the test textures, arm {arm}, at the stop of active (Figure 2)",
            paper=f"{value:.1f}",
            here=f"{here:.3f}" if np.isfinite(here) else "–",
            verdict="not comparable",
            why="the paper does not say how its loss is normalised; ours is equation 7 per "
            "dimension"
            if np.isfinite(here)
            else f"this run has no arm {arm}",
        )


def _error(results: Results, quantity: str, value: float, here: float, *, better: bool) -> Headline:
    known = bool(np.isfinite(here))
    reached = here <= value if better else True
    verdicts = ("not reached", "reached")
    return Headline(
        quantity=quantity,
        paper=f"{value:g} %",
        here=f"{here:.2f} %" if known else "–",
        verdict=verdicts[reached] if known and better and results.is_papers else "not comparable",
        why="; ".join(
            [results.scale, BY[results.judge]]
            + ([] if better else ["what is compared with, no aim"])
        )
        if known
        else "no error within what was observed",
    )
