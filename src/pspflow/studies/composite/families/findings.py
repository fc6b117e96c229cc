"""What was found on families of structures, in sentences computed from the tables."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Difference, Finding
from pspflow.studies.composite.families.rebuilding import BEYOND, OBSERVED, excess, gain
from pspflow.studies.composite.families.transfer import abroad, growth

FILTERED: Final = "mixture_statistics"
CONVOLVED: Final = "mixture_convolved"
SAID: Final = {"distance_lineal_path": "lineal paths", "distance_persistence": "persistence"}


def findings(errors: pd.DataFrame, rebuilt: pd.DataFrame) -> tuple[str, ...]:
    """Say what breaks on other families, then what does not.

    Parameters
    ----------
    errors
        One row per network, trained_on, tested_on and run.
    rebuilt
        One row per family, model, run and structure.
    """
    judged = [
        *_of_networks(errors),
        *_of_decoders(rebuilt),
        *_of_convolution(rebuilt),
    ]
    return tuple(each.text for each in sorted(judged, key=lambda each: each.outcome))


def _of_networks(errors: pd.DataFrame) -> Iterator[Finding]:
    """Compare each network's error on other families with that on its own."""
    for network in errors["network"].unique():
        found, means = growth(errors, network), abroad(errors, network).mean()
        mine = errors[errors["network"] == network]
        pairs = mine.groupby(["trained_on", "tested_on"])["mean_relative_error"].mean()
        trained, tested = pairs.idxmax()
        outcome = found.outcome(-1)
        words = {
            WORSE: "it does not carry over",
            UNDECIDED: _undecided(found),
            BETTER: "it carries over",
        }
        yield Finding(
            outcome,
            f"Families, C11: {network} has a mean relative error of {means['own']:.1f} % on the "
            f"family that it was trained on and {means['other']:.1f} % on the others; "
            f"{_interval(found, ' points')}: {words[outcome]}. The largest is {pairs.max():.1f} %, "
            f"trained on {trained} and tested on {tested}.",
        )


def _of_decoders(rebuilt: pd.DataFrame) -> Iterator[Finding]:
    """Say of each decoder on which families its structures are farther than real ones."""
    for model in rebuilt["model"].unique():
        if model == OBSERVED:
            continue
        farther: list[str] = []
        undecided: list[str] = []
        nearer: list[str] = []
        for family in rebuilt["family"].unique():
            found = {column: excess(rebuilt, family, model, column) for column in BEYOND}
            outcomes = [each.outcome(-1) for each in found.values()]
            mine = rebuilt[rebuilt["family"] == family].groupby("model")[list(BEYOND)].mean()
            means = " and ".join(
                f"{mine[column][model]:.2f} in {SAID[column]} ({mine[column][OBSERVED]:.2f})"
                for column in BEYOND
            )
            kind = farther if WORSE in outcomes else undecided if UNDECIDED in outcomes else nearer
            kind.append(f"{family} {means}")
        parts = [
            ("farther than real test structures on", farther),
            ("not shown to be farther on", undecided),
            ("nearer on", nearer),
        ]
        runs = rebuilt["run"].nunique()
        yield Finding(
            WORSE if farther else UNDECIDED if undecided else BETTER,
            f"Families, decoders: structures that {model} rebuilds are, in units of "
            "real-against-real (test structures themselves in brackets), "
            + "; ".join(f"{said} {', '.join(names)}" for said, names in parts if names)
            + f" ({runs} run{'s' if runs > 1 else ''}, 95 % intervals).",
        )


def _of_convolution(rebuilt: pd.DataFrame) -> Iterator[Finding]:
    """Compare the decoder that is not confined to cut Gaussian fields with the one that is."""
    if not {FILTERED, CONVOLVED} <= set(rebuilt["model"]):
        return
    if set(rebuilt["family"]) == {"gaussian"}:
        return
    for column, said, unit in (
        *((column, f"distance in {SAID[column]}", "") for column in BEYOND),
        ("c11_error_percent", "error of the solved C11", " points"),
    ):
        found = gain(rebuilt, CONVOLVED, FILTERED, column)
        outcome = found.outcome(-1)
        words = {
            WORSE: "it is worse",
            UNDECIDED: _undecided(found),
            BETTER: "it is better",
        }
        others = rebuilt[rebuilt["family"] != "gaussian"]
        means = others.groupby("model")[column].mean()
        yield Finding(
            outcome,
            f"Families, decoders: over the families that are no cut Gaussian fields, {CONVOLVED} "
            f"has a mean {said} of {means[CONVOLVED]:.2f}, {FILTERED} of {means[FILTERED]:.2f}; "
            f"{_interval(found, unit)}: {words[outcome]}.",
        )


def _undecided(found: Difference) -> str:
    if found.runs < 2:
        return "one run cannot tell whether it differs"
    return "whether it differs cannot be told, since the interval holds 0"


def _interval(found: Difference, unit: str) -> str:
    said = f"difference {found.mean:+.2f}{unit}"
    if not np.isfinite(found.low):
        return f"{said} in one run"
    return f"{said}, 95 % interval {found.low:+.2f} to {found.high:+.2f} over {found.runs} runs"
