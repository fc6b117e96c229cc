"""How trainings ended: by their patience, at their cap of epochs, or with their schedule."""

from collections.abc import Mapping
from typing import Final, Literal

import pandas as pd

from pspflow.studies.composite.networks.recipes import RECIPES, NetworkName

Ending = Literal["patience", "cap", "schedule"]
SCORE: Final = "validation_loss"
"""Column of a history that ranks epochs; smaller is better."""


def watched(network: NetworkName) -> tuple[str, ...]:
    """Name the columns of a history that patience watches: it waits while one of them falls.

    They are the parts of the loss, on validation structures. The sum would be moved by the squares
    of the regression, from epoch to epoch by more than a decoder gains in ten, so that trainings
    would end while that still learns.
    """
    recipe = RECIPES[network]
    parts = {"reconstruction": recipe.autoencoder, "squares": recipe.regression}
    return tuple(f"validation_{name}" for name, has in parts.items() if has)


def ending(history: pd.DataFrame, network: NetworkName, patience: int) -> Ending:
    """Say how a training ended.

    Parameters
    ----------
    history
        Its losses, one row per epoch.
    network
        What was trained: one with a schedule has no patience.
    patience
        Epochs without a lower part of the validation loss after which it stops.
    """
    if RECIPES[network].augmented:
        return "schedule"
    last = max(int(history[name].to_numpy().argmin()) for name in watched(network))
    return "patience" if len(history) - 1 - last >= patience else "cap"


def capped(endings: Mapping[str, Ending], option: str) -> tuple[str, ...]:
    """Say which trainings the cap of epochs ended before their patience did.

    Parameters
    ----------
    endings
        How each training ended, by its name.
    option
        Key of the config that has the cap.

    Returns
    -------
    One sentence, or none if no training stops by patience.
    """
    early = [name for name, each in endings.items() if each == "cap"]
    stopping = [name for name, each in endings.items() if each != "schedule"]
    if early:
        return (
            f"{len(early)} of {len(stopping)} trainings with early stopping ended at their cap of "
            f"epochs, before their patience did: {', '.join(early)}; more epochs could still lower "
            f"their errors ({option}).",
        )
    if stopping:
        return (f"All {len(stopping)} trainings with early stopping ended by their patience.",)
    return ()
