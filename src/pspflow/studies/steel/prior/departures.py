"""Departures from the paper's PixelCNN: what it does, what runs here, and why."""

from typing import Final

import pandas as pd

from pspflow.studies.steel.prior import paper
from pspflow.studies.steel.prior.options import PriorOptions

CALLED: Final = {
    "channels": "channels of every layer",
    "layers": "gated layers",
    "batch_size": "batch size",
    "learning_rate": "learning rate",
    "max_epochs": "most epochs",
    "chips_per_micrograph": "most chips of a micrograph",
}
WHY: Final = {
    "channels": "less time",
    "layers": "less time",
    "batch_size": "more steps in the same time",
    "learning_rate": "fewer steps",
    "max_epochs": "less time",
    "chips_per_micrograph": "less time; neighbouring chips share half of their pixels",
}
"""Why an option is smaller than the paper's; why the learning rate is larger."""
ALWAYS: Final = (
    (
        "test chips",
        "from the micrographs that it trains on",
        "from micrographs that no network sees",
        "overlapping chips of one micrograph are nearly copies",
    ),
    (
        "chosen epoch",
        f"{paper.STOPPED}, the reason is not said",
        "that with the lowest loss on validation micrographs",
        "it overfits: later epochs are worse on micrographs that it does not see",
    ),
    (
        "conditions",
        "logarithm of the cooling rate",
        "the configured columns, centred and scaled over training maps",
        "columns of any unit train alike",
    ),
    (
        "sampling",
        "the whole network for every code",
        "only what a new code changes",
        "the same draws in a fraction of the time: see the benchmarks",
    ),
)
PROPERTIES: Final = (
    "conditioning properties",
    "proposed, not made",
    "a second network, conditioned on ferrite fraction and logarithm of the mean free path",
    "the inverse of section IV",
)


def departures(options: PriorOptions, *, properties: bool) -> pd.DataFrame:
    """Tabulate the departures: `what`, `paper`, `here`, `why`.

    Parameters
    ----------
    options
        The options of the chapter.
    properties
        Whether a network was trained with properties as conditions.
    """
    rows = [
        (CALLED[name], f"{value:g}", f"{here:g}", _why(name, value, here))
        for name, value in paper.SETTINGS.items()
        if (here := getattr(options, name)) != value
    ]
    rows += [*ALWAYS, *([PROPERTIES] if properties else [])]
    return pd.DataFrame(rows, columns=["what", "paper", "here", "why"])


def _why(name: str, value: float, here: float) -> str:
    usual = here > value if name == "learning_rate" else here < value
    return WHY[name] if usual else "chosen in the configuration"
