"""What the chapter finds: sentences computed from its tables, what got worse first."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE
from pspflow.studies.steel.prior.likelihood import DIFFERENCE, EVERY, INDEPENDENT, PIXELCNN
from pspflow.studies.steel.prior.names import ARMS, in_words

RISE: Final = 0.01
"""Rise of the validation loss after the kept epoch, in nats a code, that is called overfitting."""


def findings(
    tables: Mapping[str, pd.DataFrame],
    histories: Mapping[str, pd.DataFrame],
    held_out: str | None,
    *,
    simulated: bool,
) -> tuple[str, ...]:
    """Compare every PixelCNN with independent codes, and say which trainings overfitted.

    Parameters
    ----------
    tables
        Model of codes, its likelihood; see `likelihood.likelihood_rows`.
    histories
        CODE_MODEL/TRAINED_ON/CONDITIONING, its history.
    held_out
        Domain that some networks do not see.
    simulated
        Whether the micrographs are simulated.
    """
    groups: dict[tuple[int, str, str], list[tuple[float, str]]] = {}
    for model, table in tables.items():
        for (trained_on, conditioning), rows in table.groupby(
            ["trained_on", "conditioning"], sort=False
        ):
            domain = EVERY
            if trained_on == "held_out" and held_out in set(rows["domain"]):
                domain = str(held_out)
            here = rows[rows["domain"] == domain].set_index("source")
            outcome, difference, text = _compared(model, here)
            key = (outcome, f"{trained_on}/{conditioning}", domain)
            groups.setdefault(key, []).append((difference, text))
    overfitted = [text for name, each in histories.items() if (text := _overfitted(name, each))]
    ordered = sorted(groups.items(), key=lambda each: each[0][0])
    texts = [(key[0], _sentence(*key, each, simulated=simulated)) for key, each in ordered]
    first = [text for outcome, text in texts if outcome == WORSE]
    rest = [text for outcome, text in texts if outcome != WORSE]
    return (*first, *overfitted, *rest)


def _compared(model: str, here: pd.DataFrame) -> tuple[int, float, str]:
    """Judge a PixelCNN: outcome, difference, and both in words."""
    mean, low, high = (
        float(here.loc[DIFFERENCE, name]) for name in ("nats_per_code", "low", "high")
    )
    outcome = UNDECIDED if not low > 0 and not high < 0 else WORSE if mean > 0 else BETTER
    values = [f"{here.loc[name, 'nats_per_code']:.3f}" for name in (PIXELCNN, INDEPENDENT)]
    count = int(here.loc[DIFFERENCE, "micrographs"])
    return (
        outcome,
        mean,
        f"{mean:+.3f} by {model} ({_interval(low, high)}; {' against '.join(values)}, {count} "
        f"{'micrograph' if count == 1 else 'micrographs'})",
    )


def _sentence(
    outcome: int, arm: str, domain: str, each: list[tuple[float, str]], *, simulated: bool
) -> str:
    """Join the models of one kind of training with one outcome, the worst first."""
    verdict = {
        WORSE: "PixelCNN is worse than independent codes",
        UNDECIDED: "PixelCNN cannot be told from independent codes",
        BETTER: "PixelCNN is better than independent codes",
    }[outcome]
    where = "simulated test chips" if simulated else "test chips"
    if domain != EVERY:
        where += (
            f" of the domain that it did not see, {domain}, whose frequencies the baseline knows"
        )
    if arm.endswith("properties"):
        where += ", whose ferrite fraction and path it is told"
    values = "; ".join(text for _, text in sorted(each, key=lambda pair: -pair[0]))
    return f"{values}: difference of nats a code, {ARMS[arm]}, on {where}; {verdict}."


def _interval(low: float, high: float) -> str:
    if low == float("-inf"):
        return "no interval from one micrograph a domain"
    return f"95 % interval {low:+.3f} to {high:+.3f}"


def _overfitted(name: str, history: pd.DataFrame) -> str:
    """Say how far the validation loss rose after the kept epoch, if it rose by more than `RISE`."""
    kept, last = history[history["kept"]].iloc[0], history.iloc[-1]
    rise, fall = (
        last[f"{part}_loss"] - kept[f"{part}_loss"] for part in ("validation", "training")
    )
    later = int(last["epoch"] - kept["epoch"])
    if not rise > RISE:
        return ""
    return (
        f"{rise:+.3f} nats a code in the validation loss, {later} "
        f"{'epoch' if later == 1 else 'epochs'} after epoch {int(kept['epoch']) + 1}, which is "
        f"kept, while the training loss had changed by {fall:+.3f}: {in_words(name)} has "
        "overfitted there."
    )
