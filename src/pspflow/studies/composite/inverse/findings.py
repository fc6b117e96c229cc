"""What was found on inverse design and annealing, in sentences computed from tables."""

from collections.abc import Mapping
from typing import Final, cast, get_args

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, verdict
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
Judged = tuple[int, str]
"""Outcome of a comparison, and the sentence on it."""


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
    return tuple(sentence for _, sentence in sorted(judged, key=lambda each: each[0]))


def _inferred(candidates: pd.DataFrame, target: Target, learned: DesignSet) -> list[Judged]:
    """Compare priors on the same targets; those outside the training range do not count."""
    known = candidates[candidates["inside"]]
    runs = ["run", "instance"]
    wanted, counted = (len(each[runs].drop_duplicates()) for each in (candidates, known))
    start = f"Inverse design, {QUANTITIES[target]}, {learned.edge_voxels} voxels per edge"
    if known.empty:
        text = "no target is within the range of the training structures: no error is counted."
        return [(UNDECIDED, f"{start}: {text}")]
    if counted < wanted:
        start += f" ({counted} of {wanted} targets, those in the range of the training structures)"
    rows = summary(known, target, papers_material=False).set_index(KEYS)
    judged = []
    for one, other, said, said_of_other in COMPARED:
        differences = paired(known, one, other)
        if not differences:
            continue
        outcome, text = _judged(differences)
        sentence = (
            f"{start}: the mean error is {_errors_of(rows.loc[one])} with {said} and "
            f"{_errors_of(rows.loc[other])} with {said_of_other}; {text}."
        )
        if target == "c11" and learned.papers_material and one == PAPERS_MIXTURE:
            sentence += f" The paper's mixture has {_papers_error(learned)}."
        judged.append((outcome, sentence))
    return judged


def _errors_of(row: pd.Series) -> str:
    """Say the mean error over all components, and that of the likeliest where there are more."""
    said = f"{row['error_percent']:.1f} %"
    if row["components"] > 1:
        said += f" ({row['likeliest_error_percent']:.1f} % of its likeliest component)"
    return said


def _judged(differences: Mapping[str, Paired]) -> Judged:
    """Judge by every measure, over the runs, and say the difference of the mean error."""
    outcomes = {
        MEASURES[name]: each.over_runs.outcome(LOWER_IS_BETTER)
        for name, each in differences.items()
    }
    runs, targets = differences["all"]
    said = f"difference {runs.mean:+.1f} points ("
    if runs.runs > 1:
        said += f"95 % interval over {runs.runs} runs {runs.low:+.1f} to {runs.high:+.1f}"
    else:
        said += "one run"
    if targets.runs > 1:
        said += f"; over {targets.runs} targets {targets.low:+.1f} to {targets.high:+.1f}"
    undecided = "the interval holds 0" if runs.runs > 1 else "one run has no interval"
    return min(outcomes.values()), f"{said}): {verdict(outcomes, undecided)}"


def _papers_error(learned: DesignSet) -> str:
    elsewhere = "" if learned.is_papers else ", which is of another set of structures"
    return f"{paper.INVERSE_ERROR_PERCENT:g} %{elsewhere}"


def _separated(measured: pd.DataFrame, learned: DesignSet) -> list[Judged]:
    """Say whether the components of the paper's mixture, and of ours, separate the morphologies."""
    rows = over_runs(measured).set_index([*KEYS, "measure"])
    judged = []
    for key, said in SEPARATING.items():
        if key not in rows.index.droplevel("measure"):
            continue
        part = rows.loc[key]
        outcomes = {
            SEPARATION[name]: WORSE
            if row["high"] < HALF
            else BETTER
            if row["low"] > HALF
            else UNDECIDED
            for name, row in part.iterrows()
        }
        numbers = ", ".join(
            f"{row['mean']:.2f}{_interval(row)} by {SEPARATION[str(name)]}"
            for name, row in part.iterrows()
        )
        runs = int(part["runs"].max())
        verdicts = {
            WORSE: "does not separate them",
            UNDECIDED: "whether it separates them cannot be told",
            BETTER: "separates them",
        }
        named = {
            kind: [name for name, each in outcomes.items() if each == kind] for kind in verdicts
        }
        decided = "; ".join(
            f"by {' and '.join(names)} {'it ' if kind != UNDECIDED else ''}{verdicts[kind]}"
            for kind, names in named.items()
            if names
        )
        repeated = f"{runs} run{'s' if runs > 1 else ''}"
        sentence = (
            f"Separation of the two morphologies, {learned.edge_voxels} voxels per edge, by the "
            f"components of {said}, from 0 (none) to 1 (full), {repeated}: {numbers}; {decided}."
        )
        if learned.papers_material:
            sentence += f" {PAPERS_FRACTIONS}"
        judged.append((min(outcomes.values()), sentence))
    return judged


def _interval(row: pd.Series) -> str:
    if not np.isfinite(row["low"]):
        return ""
    return f" ({row['low']:.2f} to {row['high']:.2f})"


def _searched(searches: pd.DataFrame, learned: DesignSet) -> Judged:
    """Say where the searches of one latent space start and end, and what the guide believes."""
    rows = search_summary(searches, papers_material=learned.papers_material).set_index("start")
    model, prior = searches[KEYS].iloc[0]
    parts, outcomes = [], []
    for start in sorted(rows.index):  # the inferred ones, of which the paper's claim is, first
        row = rows.loc[start]
        change = search_change(searches[searches["start"] == start])
        outcome = change.outcome(LOWER_IS_BETTER)
        outcomes.append(WORSE if change.mean > 0 else outcome)
        moves = "rises" if change.mean > 0 else "falls"
        words = {WORSE: "worse", UNDECIDED: "not told apart", BETTER: "better"}[outcome]
        interval = (
            f"95 % interval over {change.runs} targets {change.low:+.1f} to {change.high:+.1f}: "
            f"the ends are {words}"
            if change.runs > 1
            else "one target"
        )
        parts.append(
            f"from {start} latents the solved error of C11 {moves} from "
            f"{row['start_error_percent']:.1f} % at the starts to {row['error_percent']:.1f} % at "
            f"the ends after {row['evaluations']:.0f} evaluations ({change.mean:+.1f} points, "
            f"{interval}), where the guide predicts {row['predicted_error_percent']:.1f} %"
        )
    text = f"Annealing in the latent space of {model}, {prior} prior: {'; '.join(parts)}."
    missed = (rows["error_percent"] > rows["predicted_error_percent"]).all()
    if missed:
        text += " The guide predicts smaller errors at the ends than the solver finds there."
    if learned.papers_material:
        if (rows["error_percent"] >= paper.ANNEALED_ERROR_PERCENT).any():
            outcomes.append(WORSE)
        elsewhere = "" if learned.is_papers else ", but of another set of structures"
        text += f" The paper's are below {paper.ANNEALED_ERROR_PERCENT:g} % from both{elsewhere}."
    return min(outcomes), text
