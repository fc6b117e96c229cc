"""Sentences of the report, computed from the tables; what got worse is said first."""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import (
    BETTER,
    UNDECIDED,
    WORSE,
    Difference,
    Finding,
)
from pspflow.studies.steel.inverse.inference import CORRECTED, GENERATED, REAL
from pspflow.studies.steel.inverse.posterior import LEVEL
from pspflow.studies.steel.inverse.reached import ERRORS, difference_of
from pspflow.studies.steel.inverse.tested import compared
from pspflow.studies.steel.inverse.wishes import PROCESS, PROPERTIES, RANDOM

LOWER: Final = -1
"""Sign of the difference of a better model: errors and widths are better where they are lower."""
THAN: Final = {
    RANDOM: "training chips at random",
    PROCESS: "chips of PixelCNN at the best process condition",
}
OF: Final = {
    GENERATED: "from generated chips as they are",
    CORRECTED: "from generated chips with the path corrected",
    REAL: "from real training micrographs without a generative model",
}
NAMES: Final = {
    "squared error": "squared error of the posterior mean",
    "width": "mean width of the 90 % intervals",
}
WORDS: Final = {
    WORSE: "higher than",
    UNDECIDED: "not to be told from",
    BETTER: "lower than",
}

JUDGED: Final = {WORSE: "higher", UNDECIDED: "not told apart", BETTER: "lower"}


def findings(
    errors: pd.DataFrame,
    wishes: pd.DataFrame,
    calibration: pd.DataFrame,
    tested: pd.DataFrame,
    *,
    simulated: bool,
) -> tuple[str, ...]:
    """Say what the tables say.

    Parameters
    ----------
    errors
        As of `reached.error_table`, of all models of codes, with column `code_model`.
    wishes, tested
        As of the stages, with column `code_model`.
    calibration
        As of `tested.calibration_table`, with column `code_model`.
    simulated
        Whether micrographs are simulated.
    """
    wanted, data = (
        ("of simulated chips", "simulated micrographs")
        if simulated
        else ("of test chips", "test micrographs")
    )
    said = [*_wishes(errors, wishes, wanted), *_intervals(calibration, tested, data)]
    return tuple(each.text for each in sorted(said, key=lambda each: each.outcome))


def _wishes(errors: pd.DataFrame, wishes: pd.DataFrame, wanted: str) -> Iterable[Finding]:
    """Say of each measure how far chips miss the wishes, and what else comes as near."""
    for model, rows in errors.groupby("code_model", sort=False):
        table = rows.set_index("source")
        part = wishes[wishes["code_model"] == model]
        for name, (measure, unit) in ERRORS.items():
            reached = table.loc[PROPERTIES]
            bias, low, high = (reached[f"{name}_bias{end}"] for end in ("", "_low", "_high"))
            if not np.isfinite(bias):
                continue
            outcomes = [UNDECIDED if low <= 0 <= high else WORSE]
            parts = []
            for other, text in THAN.items():
                found = difference_of(part, name, PROPERTIES, other)
                outcomes.append(found.outcome(LOWER))
                word = WORDS[outcomes[-1]]
                parts.append(f"{word} that of {text} ({_said(found, unit)})")
            yield Finding(
                min(outcomes),
                f"{bias:+.1f} {unit} ({low:+.1f} to {high:+.1f}) on average and "
                f"{reached[f'{name}_rms']:.1f} {unit} root mean square: error of chips by {model} "
                f"for a wanted {measure} {wanted}, {found.runs} wishes; {' and '.join(parts)}.",
            )


def _intervals(calibration: pd.DataFrame, tested: pd.DataFrame, data: str) -> Iterable[Finding]:
    """Say how many intervals of each condition hold the truth, and what the correction changes."""
    for (model, condition), rows in calibration.groupby(["code_model", "condition"], sort=False):
        outcomes, parts = [], []
        for row in rows.to_dict("records"):
            fits = row["share_low"] <= LEVEL <= row["share_high"]
            outcomes.append(UNDECIDED if fits else WORSE)
            judged = "" if fits else f", {_wrong(row['share'])}"
            parts.append(
                f"{100 * row['share']:.0f} % ({100 * row['share_low']:.0f} to "
                f"{100 * row['share_high']:.0f} %{judged}) {OF[row['likelihood']]}"
            )
        yield Finding(
            min(outcomes),
            f"{', '.join(parts)}: true values of {condition} that 90 % "
            f"intervals by {model} hold, of {rows['micrographs'].iloc[0]} {data} (where nothing is "
            "said, the interval of the share does not exclude 90 %).",
        )
        part = tested[tested["code_model"] == model]
        for one, other in ((CORRECTED, GENERATED), (CORRECTED, REAL)):
            outcomes, parts = [], []
            for name, found in compared(part, str(condition), one, other).items():
                outcome = found.outcome(LOWER)
                # a narrow interval is none that is better where it misses the truth
                outcomes.append(min(outcome, UNDECIDED) if name == "width" else outcome)
                ends = f"{found.low:+.2f} to {found.high:+.2f}"
                parts.append(f"{found.mean:+.2f} ({ends}; {JUDGED[outcome]}) in the {NAMES[name]}")
            yield Finding(
                min(outcomes),
                f"{' and '.join(parts)}: {condition} of {found.runs} {data} "
                f"inferred by {model} {OF[one]}, compared with what is inferred {OF[other]}.",
            )


def _wrong(share: float) -> str:
    return "which is too few" if share < LEVEL else "which is more than 90 %: they are too wide"


def _said(found: Difference, unit: str) -> str:
    return f"{found.mean:+.2f} {unit}, {found.low:+.2f} to {found.high:+.2f}"
