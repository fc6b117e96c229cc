"""What the chapter finds: sentences computed from its tables, what got worse first."""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from pspflow.evaluation.comparisons import BETTER, UNDECIDED, WORSE
from pspflow.studies.steel.prior.likelihood import DIFFERENCE, EVERY, INDEPENDENT, PIXELCNN
from pspflow.studies.steel.prior.names import in_words

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
    said: list[tuple[int, str]] = []
    for model, table in tables.items():
        for (trained_on, conditioning), rows in table.groupby(
            ["trained_on", "conditioning"], sort=False
        ):
            who = in_words(f"{model}/{trained_on}/{conditioning}")
            domains = [EVERY]
            if trained_on == "held_out" and held_out in set(rows["domain"]):
                domains = [str(held_out)]
            said += [_compared(who, rows, domain, simulated) for domain in domains]
    overfitted = [text for name, each in histories.items() if (text := _overfitted(name, each))]
    first = [text for rank, text in said if rank == WORSE]
    rest = [text for _, text in sorted(said) if text not in first]
    return (*first, *overfitted, *rest)


def _compared(who: str, rows: pd.DataFrame, domain: str, simulated: bool) -> tuple[int, str]:
    here = rows[rows["domain"] == domain].set_index("source")
    mean, low, high = (
        float(here.loc[DIFFERENCE, name]) for name in ("nats_per_code", "low", "high")
    )
    outcome = UNDECIDED if not low > 0 and not high < 0 else WORSE if mean > 0 else BETTER
    verdict = {
        WORSE: "PixelCNN is worse than independent codes",
        UNDECIDED: "PixelCNN cannot be told from independent codes",
        BETTER: "PixelCNN is better than independent codes",
    }[outcome]
    chips = "simulated test chips" if simulated else "test chips"
    where = (
        f"{chips} of the domain that it did not see, {domain}, whose frequencies the baseline knows"
        if domain != EVERY
        else chips
    )
    if who.endswith("properties"):
        where += ", whose ferrite fraction and path it is told"
    count = int(here.loc[DIFFERENCE, "micrographs"])
    return outcome, (
        f"{who}: on {where}, {verdict}: {here.loc[PIXELCNN, 'nats_per_code']:.3f} against "
        f"{here.loc[INDEPENDENT, 'nats_per_code']:.3f} nats a code, a difference of {mean:+.3f} "
        f"({_interval(low, high)}, {count} {'micrograph' if count == 1 else 'micrographs'})."
    )


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
        f"{in_words(name)}: overfitted after epoch {int(kept['epoch']) + 1}, which is kept: "
        f"{later} {'epoch' if later == 1 else 'epochs'} later the validation loss was {rise:.3f} "
        f"nats a code higher, while the training loss had changed by {fall:+.3f}."
    )
