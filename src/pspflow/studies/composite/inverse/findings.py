"""What was found on inverse design and annealing, in sentences computed from tables."""

from collections.abc import Mapping
from typing import Final, get_args

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Difference
from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.inverse.accuracy import summary
from pspflow.studies.composite.inverse.comparisons import search_summary
from pspflow.studies.composite.inverse.headline import OURS, PAPERS_PRIORS, QUANTITIES, DesignSet
from pspflow.studies.composite.inverse.options import DESIGNER, KEYS
from pspflow.studies.composite.structures.properties import Target

LOWER_IS_BETTER: Final = -1
Judged = tuple[int, str]
"""Outcome of a comparison, and the sentence on it."""


def findings(
    candidates: Mapping[Target, pd.DataFrame],
    searches: pd.DataFrame,
    learned: DesignSet,
) -> tuple[str, ...]:
    """Say how each of the paper's claims on inverse design fares here, what is worse first.

    Parameters
    ----------
    candidates
        Target, and its candidates as `infer` writes them.
    searches
        As `anneal` writes them.
    learned
        The structures behind them.
    """
    judged = [_searched(searches, learned)]
    for target in get_args(Target):
        judged += _inferred(candidates[target], target, learned)
    return tuple(sentence for _, sentence in sorted(judged, key=lambda each: each[0]))


def _inferred(candidates: pd.DataFrame, target: Target, learned: DesignSet) -> list[Judged]:
    """Compare priors, and ours with the paper; targets outside the training range do not count."""
    known = candidates[candidates["inside"]]
    wanted, counted = (each["instance"].nunique() for each in (candidates, known))
    start = f"Inverse design, {QUANTITIES[target]}"
    if known.empty:
        text = "no target is within the range of the training structures: no error is counted."
        return [(UNDECIDED, f"{start}: {text}")]
    if counted < wanted:
        start += f" ({counted} of {wanted} targets, those in the range of the training structures)"
    rows = summary(known, target, papers_material=False).set_index(KEYS)
    errors = known.groupby([*KEYS, "instance"])["error_percent"].mean()
    beside = target == "c11" and learned.papers_material
    judged = []
    if set(PAPERS_PRIORS) <= set(rows.index):
        gaussian, mixture = (rows.loc[key, "error_percent"] for key in PAPERS_PRIORS)
        one, two = (errors.loc[key] for key in PAPERS_PRIORS)
        outcome, difference = _difference(two - one)
        unlike, like = (
            (", unlike in the paper", ", as in the paper") if learned.papers_material else ("", "")
        )
        verdict = {
            WORSE: f"the mixture's error is larger{unlike}.",
            UNDECIDED: "which error is smaller is undecided.",
            BETTER: f"the mixture's error is smaller{like}.",
        }[outcome]
        judged.append(
            (
                outcome,
                f"{start}: with the paper's loss and joint prior the mean error is {mixture:.1f} % "
                f"with the mixture and {gaussian:.1f} % with the Gaussian; {difference}: {verdict}"
                + (f" The paper's mixture has {_papers_error(learned)}." if beside else ""),
            )
        )
    if OURS in rows.index:
        row = rows.loc[OURS]
        above = row["error_percent"] >= paper.INVERSE_ERROR_PERCENT
        compared = "not below" if above else "below"
        judged.append(
            (
                WORSE if beside and above else UNDECIDED,
                f"{start}: our {DESIGNER} with the refitted prior has a mean error of "
                f"{row['error_percent']:.1f} % over all components of the prior"
                + (f", {compared} the paper's {_papers_error(learned)}" if beside else "")
                + "; over the best component of the prior for each target it is "
                f"{row['best_error_percent']:.1f} %.",
            )
        )
    return judged


def _papers_error(learned: DesignSet) -> str:
    elsewhere = "" if learned.is_papers else ", which is of another set of structures"
    return f"{paper.INVERSE_ERROR_PERCENT:g} %{elsewhere}"


def _searched(searches: pd.DataFrame, learned: DesignSet) -> Judged:
    """Say where searches end, and whether that is below the paper's bound."""
    rows = search_summary(searches, papers_material=learned.papers_material).set_index("start")
    parts = [
        f"from {start} latents, the mean error of C11 is {row['error_percent']:.1f} % after "
        f"{row['evaluations']:.0f} evaluations ({row['best_error_percent']:.1f} % in the best "
        "search for each target)"
        for start, row in rows.iterrows()
    ]
    text = f"Annealing: {'; '.join(parts)}."
    if not learned.papers_material:
        return UNDECIDED, text
    above = (rows["error_percent"] >= paper.ANNEALED_ERROR_PERCENT).any()
    elsewhere = "" if learned.is_papers else ", but of another set of structures"
    text += f" The paper's are below {paper.ANNEALED_ERROR_PERCENT:g} % from both{elsewhere}."
    return WORSE if above else UNDECIDED, text


def _difference(points: pd.Series) -> Judged:
    """Judge a difference of errors over the targets, in percentage points, and say it."""
    each = Difference.of(points.to_numpy(np.float64))
    if len(points) < 2:
        return UNDECIDED, f"difference {each.mean:+.1f} points for one target"
    return each.outcome(LOWER_IS_BETTER), (
        f"difference over {len(points)} targets {each.mean:+.1f} points (95 % interval "
        f"{each.low:+.1f} to {each.high:+.1f})"
    )
