"""Trainings that may have ended too early, in sentences computed from their histories."""

from collections.abc import Mapping

import pandas as pd

STILL = 0.01
"""Fall of the score in the last epoch, over its fall in the whole training, above which the
training may be undertrained."""


def undertrained(
    histories: Mapping[str, pd.DataFrame], score: str, called: str, option: str
) -> tuple[str, ...]:
    """Say which trainings kept their last epoch while their score still fell.

    Parameters
    ----------
    histories
        Name of each training, its history; see `loop.train`.
    score
        Column that selected the epoch; smaller is better. A history without it says nothing.
    called
        The score in words, with its article.
    option
        Key of the config that has the number of epochs.

    Returns
    -------
    One sentence, or none.
    """
    known = {name: each for name, each in histories.items() if score in each}
    found = [
        f"{name} ({len(each) if len(each) > 1 else '1, the only one'})"
        for name, each in known.items()
        if still_falls(each, score)
    ]
    if not found:
        return ()
    return (
        f"{len(found)} of {len(known)} trainings may be undertrained, since the last epoch was "
        f"kept and {called} still fell in it (epochs in brackets): {', '.join(found)}; raise "
        f"{option}.",
    )


def still_falls(history: pd.DataFrame, score: str) -> bool:
    """Tell whether the last epoch was kept and its score is well below all others'.

    A single epoch counts: nothing shows that a second one would not be better.
    """
    scores = history[score]
    if not history.get("kept", scores == scores.min()).iloc[-1]:
        return False
    last = scores.iloc[-1]
    # early epochs that could not be kept may be lower
    others = scores.iloc[:-1][scores.iloc[:-1] >= last]
    return others.empty or bool(others.min() - last > STILL * (others.max() - last))
