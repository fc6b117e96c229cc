"""Sentences of the report, computed from the tables; what got worse is said first."""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE, Difference
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
WORDS: Final = {WORSE: "higher", UNDECIDED: "not decidedly different", BETTER: "lower"}


class Finding(NamedTuple):
    """A sentence, and what it says: worse, undecided, better."""

    outcome: int
    text: str


def findings(
    errors: pd.DataFrame,
    wishes: pd.DataFrame,
    calibration: pd.DataFrame,
    tested: pd.DataFrame,
    data: str,
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
    data
        What is tested on: `simulated micrographs`.
    """
    said = [*_wishes(errors, wishes), *_intervals(calibration, tested, data)]
    return tuple(each.text for each in sorted(said, key=lambda each: each.outcome))


def _wishes(errors: pd.DataFrame, wishes: pd.DataFrame) -> Iterable[Finding]:
    for model, rows in errors.groupby("code_model", sort=False):
        table = rows.set_index("source")
        part = wishes[wishes["code_model"] == model]
        for name, (measure, unit) in ERRORS.items():
            reached = table.loc[PROPERTIES]
            bias = [reached[f"{name}_bias{end}"] for end in ("", "_low", "_high")]
            if not np.isfinite(bias[0]):
                continue
            yield Finding(
                UNDECIDED if bias[1] <= 0 <= bias[2] else WORSE,
                f"Chips that PixelCNN makes of the codes {model!r} for a wanted {measure} miss it "
                f"by {bias[0]:+.2g} {unit} on average (95 % interval {bias[1]:.2g} to "
                f"{bias[2]:.2g}), and by {reached[f'{name}_rms']:.2g} {unit} root mean square.",
            )
            for other, text in THAN.items():
                found = difference_of(part, name, PROPERTIES, other)
                outcome = found.outcome(LOWER)
                yield Finding(
                    outcome,
                    f"The root-mean-square error of the {measure} of chips for a wish ({model!r}) "
                    f"is {WORDS[outcome]} than that of {text}: {_said(found, unit)} over "
                    f"{found.runs} wishes.".replace("different than", "different from"),
                )


def _intervals(calibration: pd.DataFrame, tested: pd.DataFrame, data: str) -> Iterable[Finding]:
    for (model, condition), rows in calibration.groupby(["code_model", "condition"], sort=False):
        for row in rows.to_dict("records"):
            fits = row["share_low"] <= LEVEL <= row["share_high"]
            judged = "which does not exclude 90 %" if fits else _wrong(row["share"])
            yield Finding(
                UNDECIDED if fits else WORSE,
                f"90 % intervals of {condition}, {OF[row['likelihood']]} ({model!r}), hold the "
                f"truth of {row['held']} of {row['micrographs']} {data}: "
                f"{100 * row['share']:.0f} % (95 % interval {100 * row['share_low']:.0f} to "
                f"{100 * row['share_high']:.0f} %), {judged}.",
            )
        part = tested[tested["code_model"] == model]
        for one, other in ((CORRECTED, GENERATED), (CORRECTED, REAL)):
            for name, found in compared(part, str(condition), one, other).items():
                outcome = found.outcome(LOWER)
                yield Finding(
                    # a narrow interval is none that is better where it misses the truth
                    min(outcome, UNDECIDED) if name == "width" else outcome,
                    f"The {NAMES[name]} of {condition} {OF[one]} ({model!r}) is {WORDS[outcome]} "
                    f"than {OF[other]}: {_said(found)} over {found.runs} {data}.".replace(
                        "different than", "different from that"
                    ),
                )


def _wrong(share: float) -> str:
    return "which is too few" if share < LEVEL else "which is more than 90 %: they are too wide"


def _said(found: Difference, unit: str = "") -> str:
    space = " " if unit else ""
    return (
        f"difference {found.mean:.2g}{space}{unit} (95 % interval {found.low:.2g} to "
        f"{found.high:.2g})"
    )
