"""Comparisons of two models: a difference with its interval, and what it decides."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from scipy.special import stdtrit

from pspflow.arrays import refuses_masks

CONFIDENCE: Final = 0.95
LEVEL: Final = 0.05
"""Probability, adjusted for the number of comparisons, below which a difference is called one."""
WORSE, UNDECIDED, BETTER = range(3)
"""Outcomes of a comparison, in the order in which they are reported."""


class Finding(NamedTuple):
    """A sentence, and what it says."""

    outcome: int
    """`WORSE`, `UNDECIDED` or `BETTER`."""
    text: str


class Difference(NamedTuple):
    """A measure of one model less that of another, over repetitions: runs, or targets."""

    runs: int
    mean: float
    sd: float
    """Over the repetitions; NaN for one alone."""
    low: float
    high: float
    """Ends of the 95 % interval of the mean by Student's t; infinite for one repetition alone."""

    @classmethod
    @refuses_masks
    def of(cls, values: np.ndarray) -> "Difference":
        """Summarise the differences of the repetitions, (runs,)."""
        runs, mean = len(values), float(np.mean(values))
        if runs < 2:
            return cls(runs, mean, np.nan, -np.inf, np.inf)
        sd = float(np.std(values, ddof=1))
        half = float(stdtrit(runs - 1, (1 + CONFIDENCE) / 2)) * sd / np.sqrt(runs)
        return cls(runs, mean, sd, mean - half, mean + half)

    def outcome(self, sign: int) -> int:
        """Judge the difference; that of a better model has this sign."""
        if self.low <= 0 <= self.high:
            return UNDECIDED
        return BETTER if self.mean * sign > 0 else WORSE


OUTCOMES: Final = {WORSE: "worse", UNDECIDED: "undecided", BETTER: "better"}


def joined(findings: Sequence[Finding], about: str) -> list[Finding]:
    """Join comparisons of one kind into one finding, if there are any.

    Parameters
    ----------
    findings
        Each with a text that needs neither a verdict nor a full stop.
    about
        What is compared.

    Returns
    -------
    How many are worse, undecided and better, what is compared, then each by its outcome, the worse
    first.
    """
    if not findings:
        return []
    by_outcome = {
        kind: [each.text for each in findings if each.outcome == kind] for kind in OUTCOMES
    }
    counts = ", ".join(f"{len(by_outcome[kind])} {word}" for kind, word in OUTCOMES.items())
    each = " ".join(
        f"{word.capitalize()}: {'; '.join(by_outcome[kind])}."
        for kind, word in OUTCOMES.items()
        if by_outcome[kind]
    )
    return [Finding(min(each.outcome for each in findings), f"{counts}: {about}. {each}")]


def verdict(outcomes: Mapping[str, int], undecided: str) -> str:
    """Say what the measures decide.

    Parameters
    ----------
    outcomes
        Outcome of the comparison by the name of the measure.
    undecided
        What leaves a measure undecided.
    """
    words = {
        WORSE: "it is worse",
        UNDECIDED: f"which is better cannot be told, since {undecided}",
        BETTER: "it is better",
    }
    if len(set(outcomes.values())) == 1:
        (only,) = set(outcomes.values())
        return words[only] + ("" if only == UNDECIDED else " by every measure")
    named = {kind: [name for name, each in outcomes.items() if each == kind] for kind in words}
    return "; ".join(
        f"by {' and '.join(named[kind])} {words[kind]}" for kind in words if named[kind]
    )
