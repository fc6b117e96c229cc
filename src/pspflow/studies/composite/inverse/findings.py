"""What was found on inverse design and annealing, in sentences computed from tables."""

from collections.abc import Mapping
from typing import Final, cast, get_args

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Finding, joined, verdict
from pspflow.studies.composite.inverse import paper
from pspflow.studies.composite.inverse.accuracy import summary
from pspflow.studies.composite.inverse.comparisons import (
    MEASURES,
    Key,
    Paired,
    paired,
    search_change,
    search_summary,
)
from pspflow.studies.composite.inverse.headline import OURS, PAPERS_PRIORS, QUANTITIES, DesignSet
from pspflow.studies.composite.inverse.options import DESIGNER, KEYS
from pspflow.studies.composite.inverse.separation import over_runs
from pspflow.studies.composite.structures.options import SetName
from pspflow.studies.composite.structures.properties import Target

LOWER_IS_BETTER: Final = -1
HALF: Final = 0.5
"""Separation above which components are nearer to the morphologies than to one another."""
PAPERS_GAUSSIAN, PAPERS_MIXTURE = PAPERS_PRIORS
COMPARED: Final[tuple[tuple[Key, Key, str, str], ...]] = (
    (
        PAPERS_MIXTURE,
        PAPERS_GAUSSIAN,
        "the paper's mixture (joint prior)",
        "its Gaussian",
    ),
    (
        ("mixture", "refitted"),
        PAPERS_MIXTURE,
        "the refitted prior of the paper's mixture",
        "its joint prior",
    ),
    (
        ("gaussian_log", "joint"),
        PAPERS_GAUSSIAN,
        "the paper's Gaussian with copies, logarithms and a schedule",
        "the same without",
    ),
    (
        ("mixture_log", "joint"),
        ("gaussian_log", "joint"),
        "the paper's mixture with copies, logarithms and a schedule (joint prior)",
        "its Gaussian with the same",
    ),
    (
        OURS,
        PAPERS_GAUSSIAN,
        f"our {DESIGNER} (refitted prior)",
        "the paper's Gaussian",
    ),
    (
        OURS,
        ("mixture", "refitted"),
        f"our {DESIGNER} (refitted prior)",
        "the paper's mixture with a refitted prior",
    ),
    (
        OURS,
        ("mixture_log", "refitted"),
        f"our {DESIGNER} (refitted prior)",
        "the paper's mixture with copies, logarithms, a schedule and a refitted prior",
    ),
)
"""Pairs of model and prior that are compared, and how each is called."""
SEPARATING: Final = {
    PAPERS_MIXTURE: "the paper's mixture (joint prior)",
    ("mixture_log", "refitted"): "the paper's mixture with copies, logarithms, a schedule and a "
    "refitted prior",
    OURS: f"our {DESIGNER} (refitted prior)",
}
SEPARATION: Final = {
    "assigned": "test structures",
    "fractions": "decoded volume fractions",
    "forms": "decoded forms",
}
PAPERS_FRACTIONS: Final = (
    "In the paper the components' volume fractions are "
    + " and ".join(
        f"{min(paper.INVERSE_VOLUME_FRACTIONS[f'mixture component {k}']):.2f}–"
        f"{max(paper.INVERSE_VOLUME_FRACTIONS[f'mixture component {k}']):.2f}"
        for k in (1, 2)
    )
    + "."
)


def findings(
    candidates: Mapping[Target, pd.DataFrame],
    measured: pd.DataFrame,
    searches: pd.DataFrame,
    learned: Mapping[SetName, DesignSet],
) -> tuple[str, ...]:
    """Say how each of the paper's claims on inverse design fares here, what is worse first.

    Parameters
    ----------
    candidates
        Target, and its candidates as `infer` writes them, of all sets and runs.
    measured
        As from `pspflow.studies.composite.inverse.separation.separation`.
    searches
        As `anneal` writes them, of all models.
    learned
        The structures behind each set; that of both targets first.
    """
    judged = [
        found
        for target in get_args(Target)
        for name, part in candidates[target].groupby("set", sort=False)
        for found in _inferred(part, target, learned[cast("SetName", name)])
    ]
    for name, each in learned.items():
        if len(each.morphologies) == 2:
            judged += _separated(measured[measured["set"] == name], each)
    first = next(iter(learned.values()))
    judged += [_searched(part, first) for _, part in searches.groupby("model", sort=False)]
    return tuple(each.text for each in sorted(judged, key=lambda each: each.outcome))


def _inferred(candidates: pd.DataFrame, target: Target, learned: DesignSet) -> list[Finding]:
    """Compare priors on the same targets; those outside the training range do not count."""
    known = candidates[candidates["inside"]]
    runs = ["run", "instance"]
    wanted, counted = (len(each[runs].drop_duplicates()) for each in (candidates, known))
    start = f"{QUANTITIES[target]}, {learned.edge_voxels} voxels per edge"
    if known.empty:
        text = "no target is within the range of the training structures: no error is counted"
        return [Finding(UNDECIDED, f"0 of {wanted} targets of {start}: {text}.")]
    if counted < wanted:
        start += f" ({counted} of {wanted} targets, those in the range of the training structures)"
    rows = summary(known, target, papers_material=False).set_index(KEYS)
    compared = []
    for one, other, said, said_of_other in COMPARED:
        differences = paired(known, one, other)
        if not differences:
            continue
        outcome, text = _judged(differences)
        sentence = (
            f"{text}, {rows.loc[one, 'error_percent']:.1f} % with {said} and "
            f"{rows.loc[other, 'error_percent']:.1f} % with {said_of_other}"
        )
        if target == "c11" and learned.papers_material and one == PAPERS_MIXTURE:
            sentence += f" (the paper's mixture has {_papers_error(learned)})"
        compared.append(Finding(outcome, sentence))
    runs = known["run"].nunique()
    over = f"95 % intervals over {runs} runs" if runs > 1 else "one run, which decides nothing"
    return joined(
        compared,
        f"mean errors of inverse design of one prior less those of another, {start}, {over}, and "
        "over targets; by every measure",
    )


def _judged(differences: Mapping[str, Paired]) -> tuple[int, str]:
    """Judge by every measure, over the runs, and say the difference of the mean error."""
    outcomes = {
        MEASURES[name]: each.over_runs.outcome(LOWER_IS_BETTER)
        for name, each in differences.items()
    }
    runs, targets = differences["all"]
    ends = [f"{runs.low:+.1f} to {runs.high:+.1f}"] if runs.runs > 1 else []
    if targets.runs > 1:
        ends.append(f"{targets.low:+.1f} to {targets.high:+.1f} over {targets.runs} targets")
    said = f"{runs.mean:+.1f} points" + (f" ({'; '.join(ends)})" if ends else "")
    if len(set(outcomes.values())) > 1:
        said += f" [{verdict(outcomes, 'the interval holds 0')}]"
    return min(outcomes.values()), said


def _papers_error(learned: DesignSet) -> str:
    elsewhere = "" if learned.is_papers else ", which is of another set of structures"
    return f"{paper.INVERSE_ERROR_PERCENT:g} %{elsewhere}"


def _separated(measured: pd.DataFrame, learned: DesignSet) -> list[Finding]:
    """Say whether the components of the paper's mixture, and of ours, separate the morphologies."""
    rows = over_runs(measured).set_index([*KEYS, "measure"])
    judged, runs = [], 0
    for key, said in SEPARATING.items():
        if key not in rows.index.droplevel("measure"):
            continue
        for name, row in rows.loc[key].iterrows():
            outcome = WORSE if row["high"] < HALF else BETTER if row["low"] > HALF else UNDECIDED
            text = f"{row['mean']:.2f}{_interval(row)} by {SEPARATION[str(name)]} with {said}"
            judged.append((outcome, text))
            runs = max(runs, int(row["runs"]))
    if not judged:
        return []
    words = {
        WORSE: "do not separate them",
        UNDECIDED: "cannot be told to separate them",
        BETTER: "separate them",
    }
    named = {kind: [text for each, text in judged if each == kind] for kind in words}
    counts = ", ".join(f"{len(named[kind])} {word}" for kind, word in words.items())
    each = " ".join(
        f"{word.capitalize()}: {', '.join(named[kind])}."
        for kind, word in words.items()
        if named[kind]
    )
    papers = f" {PAPERS_FRACTIONS}" if learned.papers_material else ""
    text = (
        f"{counts}: separation of the two morphologies by the components of a prior, "
        f"{learned.edge_voxels} voxels per edge, from 0 (none) to 1 (full), {runs} "
        f"run{'s' if runs > 1 else ''}. {each}{papers}"
    )
    return [Finding(min(outcome for outcome, _ in judged), text)]


def _interval(row: pd.Series) -> str:
    if not np.isfinite(row["low"]):
        return ""
    return f" ({row['low']:.2f} to {row['high']:.2f})"


def _searched(searches: pd.DataFrame, learned: DesignSet) -> Finding:
    """Say where the searches of one latent space start and end, and what the guide believes."""
    rows = search_summary(searches, papers_material=learned.papers_material).set_index("start")
    model, prior = searches[KEYS].iloc[0]
    parts, outcomes = [], []
    for start in sorted(rows.index):  # the inferred ones, of which the paper's claim is, first
        row = rows.loc[start]
        change = search_change(searches[searches["start"] == start])
        outcome = change.outcome(LOWER_IS_BETTER)
        outcomes.append(WORSE if change.mean > 0 else outcome)
        words = {WORSE: "worse", UNDECIDED: "not told apart", BETTER: "better"}[outcome]
        interval = (
            f"{change.low:+.1f} to {change.high:+.1f} over {change.runs} targets: {words}"
            if change.runs > 1
            else "one target"
        )
        parts.append(
            f"{change.mean:+.1f} points ({interval}) from {start} latents, from "
            f"{row['start_error_percent']:.1f} % to {row['error_percent']:.1f} % after "
            f"{row['evaluations']:.0f} evaluations, where the guide predicts "
            f"{row['predicted_error_percent']:.1f} %"
        )
    text = (
        f"{'; '.join(parts)}: solved error of C11 by annealing in the latent space of {model}, "
        f"{prior} prior."
    )
    missed = (rows["error_percent"] > rows["predicted_error_percent"]).all()
    if missed:
        text += " The guide predicts smaller errors at the ends than the solver finds there."
    if learned.papers_material:
        if (rows["error_percent"] >= paper.ANNEALED_ERROR_PERCENT).any():
            outcomes.append(WORSE)
        elsewhere = "" if learned.is_papers else ", but of another set of structures"
        text += f" The paper's are below {paper.ANNEALED_ERROR_PERCENT:g} % from both{elsewhere}."
    return Finding(min(outcomes), text)
