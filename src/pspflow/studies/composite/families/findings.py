"""What was found on families of structures, in sentences computed from the tables."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Difference, Finding, joined
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


def _of_networks(errors: pd.DataFrame) -> list[Finding]:
    """Compare each network's error on other families with that on its own."""
    said = []
    for network in errors["network"].unique():
        found, means = growth(errors, network), abroad(errors, network).mean()
        mine = errors[errors["network"] == network]
        pairs = mine.groupby(["trained_on", "tested_on"])["mean_relative_error"].mean()
        trained, tested = pairs.idxmax()
        text = (
            f"{_interval(found, ' points')} by {network}, {means['own']:.1f} % on its own family, "
            f"{means['other']:.1f} % on others and at most {pairs.max():.1f} %, trained on "
            f"{trained} and tested on {tested}"
        )
        said.append(Finding(found.outcome(-1), text))
    return joined(
        said,
        "mean relative error of C11 on families that a network was not trained on, less that on "
        f"the family that it was{_runs(errors)}",
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
            ("farther than real test structures", farther),
            ("not shown to be farther", undecided),
            ("nearer", nearer),
        ]
        counts = ", ".join(f"{len(names)} {said}" for said, names in parts)
        each = " ".join(
            f"{said.capitalize()}: {', '.join(names)}." for said, names in parts if names
        )
        yield Finding(
            WORSE if farther else UNDECIDED if undecided else BETTER,
            f"{counts}: families by structures that {model} rebuilds, in units of "
            f"real-against-real, test structures themselves in brackets{_runs(rebuilt)}. {each}",
        )


def _of_convolution(rebuilt: pd.DataFrame) -> list[Finding]:
    """Compare the decoder that is not confined to cut Gaussian fields with the one that is."""
    if not {FILTERED, CONVOLVED} <= set(rebuilt["model"]):
        return []
    if set(rebuilt["family"]) == {"gaussian"}:
        return []
    said = []
    for column, name, unit in (
        *((column, f"distance in {SAID[column]}", "") for column in BEYOND),
        ("c11_error_percent", "error of the solved C11", " points"),
    ):
        found = gain(rebuilt, CONVOLVED, FILTERED, column)
        others = rebuilt[rebuilt["family"] != "gaussian"]
        means = others.groupby("model")[column].mean()
        text = (
            f"{_interval(found, unit)} in the {name}, {means[CONVOLVED]:.2f} against "
            f"{means[FILTERED]:.2f}"
        )
        said.append(Finding(found.outcome(-1), text))
    return joined(
        said,
        f"{CONVOLVED} less {FILTERED}, structures rebuilt over the families that are no cut "
        f"Gaussian fields{_runs(rebuilt)}",
    )


def _runs(table: pd.DataFrame) -> str:
    runs = table["run"].nunique()
    if runs < 2:
        return "; one run cannot tell what differs"
    return f" (95 % intervals over {runs} runs)"


def _interval(found: Difference, unit: str) -> str:
    said = f"{found.mean:+.2f}{unit}"
    return said + (f" ({found.low:+.2f} to {found.high:+.2f})" if np.isfinite(found.low) else "")
